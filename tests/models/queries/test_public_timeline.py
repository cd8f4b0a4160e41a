"""The public view, from the record: two queries, merged reports followed, nothing but what is allowed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.commands import Absorb, Accept, Claim, Dispatch, Handle, Merge, Verify
from models.case.state import Channel, Stage
from models.city.people import MACHINE
from models.queries.public_timeline import read_public_case
from models.queries.tracking import Tracking
from runtime.database import Sessions
from tests.support.play import Play
from tests.support.reading import furnish, statements, write
from tests.support.world import GRID, OFFICER, RESIDENT, RESIDENT_2, WORKER, dossier

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def furnished(engine: AsyncEngine) -> None:
    await furnish(engine)


def following(number: str, person: str = RESIDENT.person) -> Tracking:
    return Tracking(case_no=number, person=person, place=GRID, created_at=AT)


async def test_what_is_read_is_what_the_core_makes_of_the_case(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    play = Play.reported(dossier(number="p1"), by=RESIDENT, channel=Channel.RESIDENT, text="王小明")
    play.send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim())
    play.send(WORKER, Handle(note="李师傅换的")).send(OFFICER, Verify())
    await write(engine, play)
    async with sessions.read() as session:
        with statements(engine) as sent:
            view = await read_public_case(session, following("p1"))
    assert len(sent) == 2
    assert view is not None
    assert view.stage is Stage.CALLING_BACK
    assert view.may_evaluate
    assert view.promised is not None
    assert [line.words.zh for line in reversed(view.lines)] == [
        "您上报了这件事",
        "东关社区已受理",
        "交18网格处理",
        "18网格已处理",
        "核查通过",
    ]
    shown = view.model_dump_json()
    for secret in ("王小明", "李师傅", WORKER.person, RESIDENT.person):
        assert secret not in shown


async def test_a_report_that_was_merged_follows_the_other_case(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    first = Play.reported(dossier(number="m1"), by=RESIDENT)
    second = Play.reported(dossier(number="m2"), by=RESIDENT_2)
    second.send(OFFICER, Merge(into="m1"))
    first.send(MACHINE, Absorb(number="m2", reporters=second.case.reporters)).send(OFFICER, Accept())
    await write(engine, first, second)
    async with sessions.read() as session:
        with statements(engine) as sent:
            view = await read_public_case(session, following("m2", RESIDENT_2.person))
    assert len(sent) == 2
    assert view is not None
    assert (view.number, view.joined, view.may_urge) == ("m1", True, True)


async def test_a_case_that_is_not_there_yet_is_none(sessions: Sessions) -> None:
    async with sessions.read() as session:
        assert await read_public_case(session, following("nowhere")) is None
