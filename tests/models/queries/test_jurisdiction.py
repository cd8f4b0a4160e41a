"""Who may see a case: every role, own and foreign, and that SQL and the pure rule never differ."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Final

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.base import Urgency
from models.case.commands import Accept, BlowWhistle, Dispatch, Transfer
from models.case.jurisdiction import may_see, sight
from models.case.state import Ground
from models.city.people import Principal, Role
from models.city.units import UnitKind, UnitSource
from models.queries.case_filters import CaseFilter, asked
from models.queries.jurisdiction import visible
from models.tables.cases import CaseRow
from models.tables.units import UnitRow
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, write

DESK_DISPATCHER = world.holding("desk-dispatcher", (world.SAFETY, Role.DISPATCHER))
"""Dispatches from a section's desk: reaches the street it belongs to."""
MOVED = world.holding("worker", (world.FOREIGN_STREET, Role.DISPATCHER))
"""The worker after a move to another district: what she reported stays hers to see."""
RETIRED = world.holding("worker")
SENSOR_REPORTER = world.holding("worker", (world.STREET, Role.DEVICE))
EVERYBODY: Final = (*world.PEOPLE, DESK_DISPATCHER, MOVED, RETIRED, SENSOR_REPORTER)

HERE: Final = {"fresh", "busy", "next_door"}
SEEN: Final[dict[str, set[str]]] = {
    "worker": {"fresh", "busy"},
    "head-a": {"fresh", "busy"},
    "head-b": {"fresh", "busy"},
    "instructor": {"fresh", "busy"},
    "other-worker": {"next_door"},
    "officer": HERE,
    "officer-2": HERE,
    "dispatcher": HERE,
    "dispatcher-2": HERE,
    "commander": HERE,
    "supervisor": HERE,
    "safety-a": {"busy"},
    "safety-b": {"busy"},
    "livelihood": {"busy"},
    "livelihood-2": {"busy"},
    "chengguan": set(),
    "chengguan-2": set(),
    "xiaofang": {"busy"},
    "jiaojing": set(),
    "zhujian": set(),
    "district-dispatcher": HERE,
    "district-commander": HERE,
    "district-supervisor": HERE,
    "auditor": HERE,
    "city-dispatcher": HERE,
    "city-supervisor": HERE,
    "administrator": set(),
    "sensor": set(),
    "two-posts": HERE,
    "foreign-dispatcher": set(),
    "foreign-staff": set(),
    # Residents follow their own report by its tracking code, on a page of its own.
    "r-one": set(),
    "r-two": set(),
}


@cache
def cases() -> dict[str, Play]:
    """A fresh report, one that sections and a department work on, one in the grid next door."""
    fresh = Play.reported(world.dossier(number="20261012-000001"))
    busy = Play.reported(world.dossier(Urgency.URGENT, number="20261012-000002"))
    busy.send(world.DISPATCHER, Accept())
    busy.send(world.DISPATCHER, Dispatch(lead=world.SAFETY, assisting=(world.OTHER_COMMUNITY,)))
    whistle = BlowWhistle(ground=Ground.EMERGENCY, units=(world.XIAOFANG,), reason="需要专业队伍")
    busy.send(world.DISPATCHER, whistle)
    busy.send(world.DISPATCHER, Transfer(task="t1", to=world.LIVELIHOOD, reason="属民生服务"))
    next_door = Play.reported(
        world.dossier(number="20261012-000003", chain=(*world.CHAIN[:-1], world.OTHER_GRID)),
        by=world.OTHER_WORKER,
    )
    return {"fresh": fresh, "busy": busy, "next_door": next_door}


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *cases().values())
    async with sessions.read() as session:
        yield session


async def asked_for(session: AsyncSession, principal: Principal, unit: str | None = None) -> set[str]:
    wanted = asked(principal, CaseFilter(unit=unit), world.MONDAY)
    rows = await session.scalars(select(col(CaseRow.number)).where(*wanted))
    numbers = {play.case.number: name for name, play in cases().items()}
    return {numbers[number] for number in rows}


async def seen_in_sql(session: AsyncSession, principal: Principal) -> set[str]:
    rows = await session.scalars(select(col(CaseRow.number)).where(visible(sight(principal))))
    numbers = {play.case.number: name for name, play in cases().items()}
    return {numbers[number] for number in rows}


def seen_in_python(principal: Principal) -> set[str]:
    return {name for name, play in cases().items() if may_see(play.case, principal)}


def test_nobody_of_the_world_is_left_out() -> None:
    assert {principal.person.removeprefix("p-") for principal in world.PEOPLE} == SEEN.keys()


@pytest.mark.parametrize("principal", world.PEOPLE, ids=lambda principal: principal.person)
def test_everybody_sees_their_own(principal: Principal) -> None:
    assert seen_in_python(principal) == SEEN[principal.person.removeprefix("p-")]


async def test_sql_and_the_pure_rule_agree_on_everybody(session: AsyncSession) -> None:
    for principal in EVERYBODY:
        assert await seen_in_sql(session, principal) == seen_in_python(principal), principal


def test_who_oversees_from_a_desk_sees_the_street() -> None:
    assert seen_in_python(DESK_DISPATCHER) == HERE


def test_reporters_go_on_seeing_what_they_reported_under_a_post_that_reads() -> None:
    assert seen_in_python(MOVED) == {"fresh", "busy"}
    assert seen_in_python(RETIRED) == set()
    assert seen_in_python(SENSOR_REPORTER) == set()
    assert sight(SENSOR_REPORTER) == frozenset()


def test_the_unit_that_received_first_keeps_its_sight_after_a_transfer() -> None:
    busy = cases()["busy"].case
    assert busy.lead_task is not None
    assert busy.lead_task.unit == world.LIVELIHOOD
    assert may_see(busy, world.SAFETY_A)


@pytest.mark.parametrize("principal", EVERYBODY, ids=lambda principal: principal.person)
async def test_lists_show_the_same_also_of_the_city_and_of_a_street(
    session: AsyncSession, principal: Principal
) -> None:
    seen = seen_in_python(principal)
    assert await asked_for(session, principal) == seen
    assert await asked_for(session, principal, world.CITY.id) == seen
    assert await asked_for(session, principal, world.STREET.id) == seen
    assert await asked_for(session, principal, world.FOREIGN_STREET.id) == set()


async def test_who_sees_a_whole_city_sees_nothing_of_another_one(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    """One city is a house; should a second one be in it all the same, neither is shown the other's cases."""
    await furnish(engine)
    await write(engine, *cases().values())
    async with sessions.read() as session:
        assert await asked_for(session, world.CITY_SUPERVISOR, world.CITY.id) == HERE
    async with sessions.write() as session:
        session.add(
            UnitRow(
                id="51",
                path="51",
                kind=UnitKind.CITY,
                name="外市",
                official_name="外市",
                source=UnitSource.CONFIGURED,
            )
        )
        moved = "UPDATE cases SET visible_to = '{51,51x}', place_path = '51.51x' WHERE number = :number"
        await session.execute(text(moved), {"number": cases()["next_door"].case.number})
    async with sessions.read() as session:
        assert await asked_for(session, world.CITY_SUPERVISOR) == HERE - {"next_door"}
        assert await asked_for(session, world.CITY_SUPERVISOR, world.CITY.id) == HERE - {"next_door"}
