"""Whistles outstanding: which departments owe something, how far they are, and when it turns red."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import Accept, BlowWhistle, Dispatch, Finish, ReportIn, Sign
from models.case.state import Ground, PartyState
from models.city.units import UnitRef
from models.queries.open_whistles import open_whistles
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(minutes=2)


def whistled(number: str, *units: UnitRef, drill: bool = False) -> Play:
    """An urgent case at the street's safety section, for which departments were called."""
    play = Play.reported(world.dossier(Urgency.URGENT, number=number), drill=drill)
    play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    return play.send(
        world.DISPATCHER,
        BlowWhistle(ground=Ground.EMERGENCY, units=units, reason="联合处置"),
    )


@cache
def plays() -> dict[str, Play]:
    """Three departments in three states, one of them done; one with nobody signed; a drill."""
    three = whistled("20261012-000001", world.CHENGGUAN, world.XIAOFANG, world.JIAOJING)
    three.send(world.XIAOFANG_STAFF, Sign())
    three.send(world.JIAOJING_STAFF, ReportIn()).send(world.JIAOJING_STAFF, Finish(note="已疏导"))
    return {
        "three": three,
        "one": whistled("20261012-000002", world.ZHUJIAN),
        "drill": whistled("20261012-000003", world.ZHUJIAN, drill=True),
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def test_each_department_that_owes_something(session: AsyncSession) -> None:
    found = await open_whistles(session, world.COMMANDER, world.STREET.id, NOW)
    assert {(item.number[-1], item.unit.name, item.state) for item in found.items} == {
        ("1", "城市管理局", PartyState.CALLED),
        ("1", "消防救援支队", PartyState.SIGNED),
        ("2", "住房城乡建委", PartyState.CALLED),
    }
    assert found.total == 3
    assert {item.by.id for item in found.items} == {world.STREET.id}
    assert {item.since for item in found.items} == {world.MONDAY}
    assert {item.name.zh for item in found.items} == {"路灯不亮"}


async def test_each_has_the_nearest_of_its_own_limits(session: AsyncSession) -> None:
    found = await open_whistles(session, world.COMMANDER, world.STREET.id, NOW)
    case = plays()["three"].case
    for item in found.items:
        if item.number != case.number:
            continue
        own = [clock for clock in case.clocks if clock.subject.endswith(f"/{item.unit.id}")]
        assert item.red_at == min(clock.red_at for clock in own if clock.red_at)
        assert item.yellow_at == min(clock.yellow_at for clock in own if clock.yellow_at)
    reds = [item.red_at for item in found.items if item.red_at]
    assert reds == sorted(reds)
    assert len(reds) == 3


async def test_the_late_are_counted_beyond_the_list(session: AsyncSession) -> None:
    after = await open_whistles(session, world.COMMANDER, world.STREET.id, NOW + timedelta(days=60), limit=1)
    assert (after.total, after.late, len(after.items)) == (3, 3, 1)
    assert (await open_whistles(session, world.COMMANDER, world.STREET.id, NOW)).late == 0


async def test_jurisdiction_and_one_query(session: AsyncSession, engine: AsyncEngine) -> None:
    with statements(engine) as sent:
        nothing = await open_whistles(session, world.FOREIGN_DISPATCHER, world.STREET.id, NOW)
    assert (nothing.total, nothing.late, nothing.items) == (0, 0, ())
    assert len(sent) == 1
