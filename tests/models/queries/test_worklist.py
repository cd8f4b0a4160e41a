"""The work list: a row a case, by pile and filter, and what each reader may do in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency, Words
from models.case.commands import (
    Accept,
    BlowWhistle,
    Claim,
    Dispatch,
    Handle,
    RequestExtension,
    Return,
    Supervise,
)
from models.case.state import Ground
from models.city.catalogue import Section
from models.city.people import Principal
from models.clocks.clock import Light
from models.clocks.explain import stage_name
from models.queries.case_filters import CaseFilter
from models.queries.cursors import BadCursor
from models.queries.waiting import Waiting
from models.queries.worklist import Pile, WorkLine, lines_of, list_work
from models.queries.worklist_overview import overview
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(minutes=2)
ALL: Final = CaseFilter()
EAVE: Final = world.matter(
    key="eave-collapse",
    name=Words(zh="屋檐垮塌风险", en="Collapsing eave"),
    section=Section.SAFETY,
)
ELSEWHERE: Final = (*world.CHAIN[:3], world.OTHER_COMMUNITY)


def at_safety(number: str, **changes: Any) -> Play:
    """A case that the street has given to its safety section."""
    play = Play.reported(world.dossier(Urgency.URGENT, number=number, **changes))
    return play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))


@cache
def plays() -> dict[str, Play]:
    """One case of every kind that a section finds on its desk, and some that it no longer finds there."""
    asked = at_safety("20261012-000003").send(world.SAFETY_A, Claim())
    asked.send(world.SAFETY_A, RequestExtension(amount=3600, reason="待配件"))
    asked.send(world.SUPERVISOR, Supervise(unit=world.SAFETY, text="说明原因"))
    whistled = at_safety("20261012-000004")
    units = (world.CHENGGUAN, world.XIAOFANG)
    whistled.send(world.DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=units, reason="联合处置"))
    done = at_safety("20261012-000005").send(world.SAFETY_A, Claim())
    done.send(world.SAFETY_A, Handle(note="已加固"))
    returned = at_safety("20261012-000006").send(world.SAFETY_A, Return(reason="属住建"))
    return {
        "open": at_safety("20261012-000001"),
        "eave": at_safety("20261012-000002", about=EAVE, chain=ELSEWHERE),
        "asked": asked,
        "whistled": whistled,
        "done": done,
        "returned": returned,
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def desk(
    session: AsyncSession, principal: Principal, wanted: CaseFilter = ALL, **options: Any
) -> dict[str, WorkLine]:
    page = await list_work(session, principal, NOW, wanted, limit=200, **options)
    names = {play.case.number: name for name, play in plays().items()}
    return {names[line.case.number]: line for line in page.items if line.case.number in names}


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (
            world.SAFETY_A,
            {
                "open": {Pile.POOL},
                "eave": {Pile.POOL},
                "asked": {Pile.MINE, Pile.WAITING},
                "whistled": {Pile.POOL},
            },
        ),
        (
            world.SAFETY_B,
            {
                "open": {Pile.POOL},
                "eave": {Pile.POOL},
                "asked": {Pile.WAITING},
                "whistled": {Pile.POOL},
            },
        ),
        (world.XIAOFANG_STAFF, {"whistled": {Pile.WAITING}}),
        (world.COMMANDER, {"asked": {Pile.WAITING}}),
        (world.DISPATCHER, {"asked": {Pile.WAITING}}),
        (world.FOREIGN_DISPATCHER, {}),
        (world.AUDITOR, {}),
        (world.ADMINISTRATOR, {}),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_a_case_lies_there_once_with_every_reason(
    session: AsyncSession, principal: Principal, expected: dict[str, set[Pile]]
) -> None:
    found = await desk(session, principal)
    assert {name: set(line.piles) for name, line in found.items()} == expected
    for pile in Pile:
        assert set(await desk(session, principal, piles=[pile])) == {
            n for n, p in expected.items() if pile in p
        }


async def test_nobody_is_asked_to_decide_what_it_asked_for_itself(session: AsyncSession) -> None:
    """The row in SQL and the line agree on who is another person."""
    commander = world.COMMANDER.model_copy(update={"person": world.SAFETY_A.person})
    assert await desk(session, commander, piles=[Pile.WAITING]) == {}


async def test_a_line_offers_what_the_core_offers_but_no_claim_before_its_turn(session: AsyncSession) -> None:
    ours = await desk(session, world.SAFETY_A)
    assert {"claim", "return"} <= set(ours["open"].commands)
    assert {"arrive", "handle", "release", "answer"} <= set(ours["asked"].commands)
    deputy = (await desk(session, world.SAFETY_B))["open"]
    assert deputy.turn_from is not None
    assert "claim" not in deputy.commands
    assert "return" in deputy.commands
    (whistle,) = (await desk(session, world.XIAOFANG_STAFF))["whistled"].waits
    assert whistle.kind is Waiting.WHISTLE
    assert {"approve", "refuse"} <= set((await desk(session, world.COMMANDER))["asked"].commands)


async def test_a_line_is_the_same_from_sql_as_from_the_case_itself(session: AsyncSession) -> None:
    line = (await desk(session, world.SAFETY_A))["asked"]
    own = WorkLine.of(plays()["asked"].case, world.SAFETY_A, NOW)
    assert line.model_dump(exclude={"case"}) == own.model_dump(exclude={"case"})
    assert line.people == {world.SAFETY_A.person}
    running = [clock for clock in plays()["asked"].case.clocks if clock.red_at is not None]
    nearest = min(running, key=lambda clock: str(clock.red_at))
    assert line.red_at == nearest.red_at
    assert line.due == stage_name(nearest.stage)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CaseFilter(section=Section.SAFETY), {"eave"}),
        (CaseFilter(matter="street-lamp"), {"open", "asked", "whistled"}),
        (CaseFilter(unit=world.OTHER_COMMUNITY.id), {"eave"}),
        (CaseFilter(urgency=Urgency.CRITICAL), set()),
        (CaseFilter(light=Light.RED), set()),
        (CaseFilter(words="屋檐"), {"eave"}),
        (CaseFilter(words="屋檐 路灯"), set()),
    ],
)
async def test_filters_narrow_the_list_and_its_counts(
    session: AsyncSession, wanted: CaseFilter, names: set[str]
) -> None:
    assert set(await desk(session, world.SAFETY_A, wanted)) == names
    glance = await overview(session, world.SAFETY_A, NOW, wanted)
    assert glance.total == len(names)


async def test_the_overview_counts_piles_and_knows_what_may_be_narrowed_by(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    with statements(engine) as sent:
        glance = await overview(session, world.SAFETY_A, NOW, CaseFilter(matter="street-lamp"))
    assert len(sent) == 1
    assert glance.total == 3
    assert glance.piles == {Pile.POOL: 2, Pile.MINE: 1, Pile.WAITING: 1}
    assert [(matter.section, matter.key, matter.name.zh) for matter in glance.matters] == [
        (Section.LIVELIHOOD, "street-lamp", "路灯不亮"),
        (Section.SAFETY, "eave-collapse", "屋檐垮塌风险"),
    ]
    assert [place.name for place in glance.places] == ["璧城街道北门社区", "璧城街道东关社区"]
    nothing = await overview(session, world.AUDITOR, NOW, ALL)
    assert (nothing.total, nothing.matters, nothing.places) == (0, (), ())


async def test_cases_by_number_are_told_as_far_as_they_may_be_seen(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    numbers = [play.case.number for play in plays().values()]
    with statements(engine) as sent:
        found = await lines_of(session, world.SAFETY_B, NOW, numbers, ALL, [Pile.POOL])
    assert len(sent) == 1
    names = {play.case.number: name for name, play in plays().items()}
    assert {names[line.case.number]: fits for line, fits in found} == {
        "open": True,
        "eave": True,
        "asked": False,
        "whistled": True,
        "done": False,
        "returned": False,
    }
    assert await lines_of(session, world.FOREIGN_DISPATCHER, NOW, numbers, ALL) == []


async def test_pages_hold_every_case_once_with_one_query_each(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await furnish(engine)
    await write(engine, *plays().values(), *(at_safety(f"20261013-{n:06}") for n in range(60)))
    seen: list[str] = []
    cursor: str | None = None
    async with sessions.read() as session:
        for limit in (1, 40):
            with statements(engine) as sent:
                page = await list_work(session, world.SAFETY_A, NOW, ALL, limit=limit)
            assert (len(page.items), len(sent)) == (limit, 1)
        while True:
            page = await list_work(session, world.SAFETY_A, NOW, ALL, cursor=cursor, limit=25)
            seen += [line.case.number for line in page.items]
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(BadCursor):
            await list_work(session, world.SAFETY_A, NOW, ALL, cursor="nothing")
    assert len(seen) == len(set(seen)) == 64
