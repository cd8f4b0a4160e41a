"""Pinned matters: up and down, who did it, how many there is room for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from models.case.commands import Decline
from models.city.people import Principal
from models.queries.cases import CaseNotFound
from models.queries.pins import LINGERS, MOST, TooManyPins, is_pinned, list_pins, pin, unpin
from models.tables.pins import PinRow
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, write

NOW: Final = world.MONDAY + timedelta(hours=1)
STREET: Final = world.STREET.id


@cache
def plays() -> tuple[Play, ...]:
    """A dozen; the last one was declined at nine."""
    found = tuple(Play.reported(world.dossier(number=f"20261012-{place:06}")) for place in range(12))
    found[-1].send(world.OFFICER, Decline(reason="不属受理范围"))
    return found


@pytest.fixture(autouse=True)
async def city(engine: AsyncEngine) -> None:
    await furnish(engine)
    await write(engine, *plays())
    async with engine.begin() as connection:
        await connection.execute(PinRow.__table__.delete())  # type: ignore[attr-defined]


def number(place: int) -> str:
    return plays()[place].case.number


async def put(sessions: Sessions, place: int, by: Principal = world.COMMANDER, minutes: int = 0) -> bool:
    async with sessions.write() as session:
        return await pin(session, by, STREET, number(place), NOW + timedelta(minutes=minutes))


async def up(sessions: Sessions, hours: float = 0) -> list[str]:
    async with sessions.read() as session:
        pins = await list_pins(session, world.COMMANDER, STREET, NOW + timedelta(hours=hours))
    return [pinned.case.number for pinned in pins]


async def test_a_case_goes_up_and_comes_down_and_both_are_kept(sessions: Sessions) -> None:
    assert await put(sessions, 1)
    assert await put(sessions, 2, world.DISPATCHER, minutes=1)
    assert not await put(sessions, 1, world.DISPATCHER, minutes=2)
    assert await up(sessions) == [number(2), number(1)]
    async with sessions.read() as session:
        newest = (await list_pins(session, world.COMMANDER, STREET, NOW))[0]
        assert (newest.by.name, newest.at) == (named("p-dispatcher"), NOW + timedelta(minutes=1))
        assert await is_pinned(session, world.SUPERVISOR, STREET, number(1))
        assert not await is_pinned(session, world.SUPERVISOR, world.DISTRICT.id, number(1))
        with pytest.raises(CaseNotFound):
            await is_pinned(session, world.FOREIGN_DISPATCHER, STREET, number(1))
    async with sessions.write() as session:
        assert await unpin(session, world.DISPATCHER.person, STREET, number(1), NOW + timedelta(minutes=3))
        assert not await unpin(session, world.DISPATCHER.person, STREET, number(1), NOW)
    assert await up(sessions) == [number(2)]
    assert await put(sessions, 1, minutes=4)
    async with sessions.read() as session:
        rows = (await session.scalars(select(PinRow).where(col(PinRow.case_number) == number(1)))).all()
    assert sorted((row.pinned_by, row.unpinned_by) for row in rows if row.unpinned_by) == [
        ("p-commander", "p-dispatcher")
    ]
    assert len(rows) == 2


async def test_there_is_room_for_so_many(sessions: Sessions) -> None:
    for place in range(MOST):
        assert await put(sessions, place, minutes=place)
    with pytest.raises(TooManyPins):
        await put(sessions, MOST)
    async with sessions.write() as session:
        await unpin(session, world.COMMANDER.person, STREET, number(0), NOW)
    assert await put(sessions, MOST)
    assert len(await up(sessions)) == MOST


async def test_two_who_pin_at_once_do_not_overfill_the_wall(sessions: Sessions) -> None:
    for place in range(MOST - 1):
        await put(sessions, place)
    told = await asyncio.gather(put(sessions, MOST), put(sessions, MOST + 1), return_exceptions=True)
    assert {type(answer) for answer in told} == {bool, TooManyPins}
    assert len(await up(sessions)) == MOST


async def test_a_closed_case_comes_down_by_itself_after_a_day(sessions: Sessions) -> None:
    closed = len(plays()) - 1
    await put(sessions, closed)
    assert await up(sessions) == [number(closed)]
    assert await up(sessions, hours=LINGERS.total_seconds() / 3600) == []


async def test_what_may_not_be_seen_is_neither_pinned_nor_shown(sessions: Sessions) -> None:
    with pytest.raises(CaseNotFound):
        await put(sessions, 1, world.FOREIGN_DISPATCHER)
    with pytest.raises(CaseNotFound):
        async with sessions.write() as session:
            await pin(session, world.COMMANDER, STREET, "20261012-999999", NOW)
    await put(sessions, 1)
    async with sessions.read() as session:
        assert await list_pins(session, world.FOREIGN_DISPATCHER, STREET, NOW) == ()
