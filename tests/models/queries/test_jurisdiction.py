"""Who may see a case: every role, own and foreign, and that SQL and the pure rule never differ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.base import Urgency
from models.case.commands import Accept, BlowWhistle, Dispatch, Supervise
from models.case.jurisdiction import READING_ROLES, Sight, may_see, sight
from models.case.state import Ground
from models.city.people import Principal, Role
from models.queries.jurisdiction import visible
from models.tables.cases import CaseRow
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, write

PLACES = {"grid": world.GRID, "other": world.OTHER_GRID}


def cases() -> dict[str, Play]:
    """A fresh report, one with a section and a department at work, one in the grid next door."""
    fresh = Play.reported(world.dossier(number="20261012-000001"))
    busy = Play.reported(world.dossier(Urgency.URGENT, number="20261012-000002"))
    busy.send(world.DISPATCHER, Accept())
    busy.send(world.DISPATCHER, Dispatch(lead=world.SAFETY, assisting=(world.OTHER_COMMUNITY,)))
    whistle = BlowWhistle(ground=Ground.EMERGENCY, units=(world.XIAOFANG,), reason="需要专业队伍")
    busy.send(world.DISPATCHER, whistle)
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


SEEN = {
    "worker": {"fresh", "busy"},
    "head-a": {"fresh", "busy"},
    "head-b": {"fresh", "busy"},
    "instructor": {"fresh", "busy"},
    "other-worker": {"next_door"},
    "officer": {"fresh", "busy", "next_door"},
    "officer-2": {"fresh", "busy", "next_door"},
    "dispatcher": {"fresh", "busy", "next_door"},
    "dispatcher-2": {"fresh", "busy", "next_door"},
    "commander": {"fresh", "busy", "next_door"},
    "supervisor": {"fresh", "busy", "next_door"},
    "safety-a": {"busy"},
    "safety-b": {"busy"},
    "livelihood": set(),
    "livelihood-2": set(),
    "chengguan": set(),
    "chengguan-2": set(),
    "xiaofang": {"busy"},
    "jiaojing": set(),
    "zhujian": set(),
    "district-dispatcher": {"fresh", "busy", "next_door"},
    "district-commander": {"fresh", "busy", "next_door"},
    "district-supervisor": {"fresh", "busy", "next_door"},
    "auditor": {"fresh", "busy", "next_door"},
    "city-dispatcher": {"fresh", "busy", "next_door"},
    "city-supervisor": {"fresh", "busy", "next_door"},
    "administrator": set(),
    "sensor": set(),
    "two-posts": {"fresh", "busy", "next_door"},
    "foreign-dispatcher": set(),
    "foreign-staff": set(),
}


def test_nobody_of_the_world_is_left_out() -> None:
    assert {principal.person.removeprefix("p-") for principal in world.PEOPLE} == SEEN.keys()


@pytest.mark.parametrize("principal", world.PEOPLE, ids=lambda principal: principal.person)
async def test_everybody_sees_their_own_and_sql_agrees(session: AsyncSession, principal: Principal) -> None:
    found = await session.scalars(select(col(CaseRow.number)).where(visible(sight(principal))))
    numbers = {name: play.case.number for name, play in cases().items()}
    seen = {name for name, number in numbers.items() if number in set(found.all())} if False else None
    del seen
    rows = set((await session.scalars(select(col(CaseRow.number)).where(visible(sight(principal))))).all())
    in_sql = {name for name, number in numbers.items() if number in rows}
    in_python = {name for name, play in cases().items() if may_see(play.case, principal)}
    assert in_sql == in_python == SEEN[principal.person.removeprefix("p-")]
