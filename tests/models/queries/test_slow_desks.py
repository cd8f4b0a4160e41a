"""The slowest desks: whose open cases have lain longest, and what does not count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import Accept, Approve, Claim, Dispatch, Handle, RequestSuspension
from models.queries.slow_desks import slow_desks
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(hours=6)


def accepted(number: str, hours: float = 0, policy: str | None = None) -> Play:
    """An urgent case that the street accepted at once, so many hours after nine; without rules it stays."""
    play = Play.reported(
        world.dossier(Urgency.URGENT, policy, number=number), at=world.MONDAY + timedelta(hours=hours)
    )
    return play.send(world.DISPATCHER, Accept())


@cache
def plays() -> dict[str, Play]:
    """Three at the street, one, two and five hours old; two at the section; others that lie nowhere."""
    at_safety = accepted("20261012-000004").wait(hours=2).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    claimed = accepted("20261012-000005").wait(hours=1).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    claimed.wait(hours=1).send(world.SAFETY_A, Claim())
    checked = accepted("20261012-000006").send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    checked.send(world.SAFETY_A, Claim()).wait(hours=2).send(world.SAFETY_A, Handle(note="已加固"))
    suspended = accepted("20261012-000007")
    review = (world.MONDAY + timedelta(days=30)).date()
    suspended.send(world.DISPATCHER, RequestSuspension(review_on=review, reason="待资金到位"))
    suspended.send(world.COMMANDER, Approve())
    drill = Play.reported(world.dossier(number="20261012-000008"), drill=True)
    return {
        "five": accepted("20261012-000001", 1, "135"),
        "two": accepted("20261012-000002", 4, "135"),
        "one": accepted("20261012-000003", 5, "135"),
        "four": at_safety,
        "five of safety": claimed,
        "checked": checked,
        "suspended": suspended,
        "drill": drill,
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def test_desks_by_their_median(session: AsyncSession) -> None:
    safety, street = await slow_desks(session, world.COMMANDER, world.STREET.id, NOW)
    assert (safety.desk.id, safety.desk.name, safety.cases) == (world.SAFETY.id, "平安法治", 2)
    assert (safety.median, safety.longest) == (timedelta(hours=4.5), timedelta(hours=5))
    # The street's: five, four (since it was handled, it waits to be checked), two and one.
    assert (street.desk.id, street.cases) == (world.STREET.id, 4)
    assert (street.median, street.longest) == (timedelta(hours=3), timedelta(hours=5))


async def test_a_desk_with_a_plain_name_is_told_by_whose_it_is(session: AsyncSession) -> None:
    desks = await slow_desks(session, world.CITY_SUPERVISOR, world.DISTRICT.id, NOW)
    assert [desk.desk.name for desk in desks] == ["璧城街道平安法治", "璧城街道"]


async def test_how_many_are_late(session: AsyncSession) -> None:
    late = {
        name
        for name in ("five", "two", "one")
        if min(clock.red_at for clock in plays()[name].case.clocks if clock.red_at) <= NOW
    }
    street = (await slow_desks(session, world.COMMANDER, world.STREET.id, NOW))[1]
    assert late
    assert street.late == len(late)


async def test_jurisdiction_limit_and_one_query(session: AsyncSession, engine: AsyncEngine) -> None:
    assert await slow_desks(session, world.FOREIGN_DISPATCHER, world.STREET.id, NOW) == ()
    assert await slow_desks(session, world.COMMANDER, world.OTHER_COMMUNITY.id, NOW) == ()
    with statements(engine) as sent:
        assert len(await slow_desks(session, world.COMMANDER, world.STREET.id, NOW, limit=1)) == 1
    assert len(sent) == 1
