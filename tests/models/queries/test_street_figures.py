"""The figures of a unit: what is open by light, and what came and went by hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import Accept, Approve, Decline, RequestSuspension
from models.queries.street_figures import Hour, flow, standing
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(hours=5)
"""14:00. Cases are reported at 09:00, ordinary ones turn yellow after four working days."""


@cache
def plays() -> dict[str, Play]:
    """Ordinary and critical, suspended and declined, a drill, some of the days before, one elsewhere."""
    suspended = Play.reported(world.dossier(number="20261012-000003")).send(world.OFFICER, Accept())
    review = (world.MONDAY + timedelta(days=30)).date()
    suspended.send(world.OFFICER, RequestSuspension(review_on=review, reason="待资金到位"))
    suspended.send(world.COMMANDER, Approve())
    declined = Play.reported(world.dossier(number="20261012-000004"))
    declined.wait(hours=2).send(world.OFFICER, Decline(reason="不属受理范围"))
    critical = Urgency.CRITICAL
    elsewhere = (*world.CHAIN[:1], world.FOREIGN_DISTRICT, world.FOREIGN_STREET)
    return {
        "green": Play.reported(world.dossier(number="20261012-000001")).send(world.OFFICER, Accept()),
        "late": Play.reported(world.dossier(critical, number="20261012-000002")),
        "suspended": suspended,
        "declined": declined,
        "drill": Play.reported(world.dossier(critical, number="20261012-000005"), drill=True),
        "yesterday": Play.reported(
            world.dossier(number="20261012-000006"), at=world.MONDAY - timedelta(hours=10)
        ),
        "last night": Play.reported(
            world.dossier(number="20261012-000007"), at=world.MONDAY - timedelta(hours=20)
        ),
        "before": Play.reported(world.dossier(number="20261012-000008"), at=world.MONDAY - timedelta(days=2)),
        "elsewhere": Play.reported(
            world.dossier(number="20261012-000009", chain=elsewhere), by=world.FOREIGN_DISPATCHER
        ),
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def test_what_is_open_by_light(session: AsyncSession) -> None:
    found = await standing(session, world.COMMANDER, world.STREET.id, NOW)
    reds = {
        name
        for name, play in plays().items()
        if name not in ("drill", "elsewhere")
        and play.case.closed_at is None
        and min((clock.red_at for clock in play.case.clocks if clock.red_at), default=NOW + timedelta(1))
        <= NOW
    }
    assert "late" in reds
    assert found.red == len(reds)
    assert found.suspended == 1
    assert found.critical == 1
    assert found.critical_drills == 1
    assert found.open == found.green + found.yellow + found.red + found.suspended == 6


async def test_lights_follow_the_instant(session: AsyncSession) -> None:
    months_later = await standing(session, world.COMMANDER, world.STREET.id, NOW + timedelta(days=60))
    assert (months_later.green, months_later.yellow) == (0, 0)
    assert (months_later.red, months_later.suspended) == (5, 1)


async def test_a_unit_counts_what_happened_there_and_readers_what_they_see(session: AsyncSession) -> None:
    assert (await standing(session, world.COMMANDER, world.OTHER_COMMUNITY.id, NOW)).open == 0
    assert (await standing(session, world.FOREIGN_DISPATCHER, world.STREET.id, NOW)).open == 0
    assert (await standing(session, world.CITY_SUPERVISOR, world.CITY.id, NOW)).open == 7
    assert (await standing(session, world.ADMINISTRATOR, world.STREET.id, NOW)).open == 0


async def test_what_came_and_went_by_the_hour_of_the_city(session: AsyncSession) -> None:
    found = await flow(session, world.COMMANDER, world.STREET.id, NOW)
    assert [hour.hour for hour in found.hours] == list(range(24))
    assert found.hours[9] == Hour(hour=9, came=4)
    assert found.hours[11] == Hour(hour=11, closed=1)
    assert found.hours[23] == Hour(hour=23, came_before=1)
    assert found.hours[13] == Hour(hour=13, came_before=1)
    assert (found.came, found.closed) == (4, 1)
    assert (found.came_by_now, found.closed_by_now) == (1, 0)


async def test_the_day_begins_at_midnight_in_the_city(session: AsyncSession) -> None:
    tomorrow = await flow(session, world.COMMANDER, world.STREET.id, NOW + timedelta(hours=11))
    assert (tomorrow.came, tomorrow.closed) == (0, 0)
    assert tomorrow.hours[9].came_before == 4
    assert tomorrow.came_by_now == 0


async def test_nothing_of_the_future_is_counted(session: AsyncSession) -> None:
    early = await flow(session, world.COMMANDER, world.STREET.id, world.MONDAY - timedelta(minutes=1))
    assert (early.came, early.closed) == (0, 0)


async def test_one_query_each(session: AsyncSession, engine: AsyncEngine) -> None:
    with statements(engine) as sent:
        await standing(session, world.COMMANDER, world.STREET.id, NOW)
        await flow(session, world.COMMANDER, world.STREET.id, NOW)
    assert len(sent) == 2
