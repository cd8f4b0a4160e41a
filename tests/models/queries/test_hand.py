"""What somebody has in hand besides tasks: the cases of one's own unit, and those one has reported."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Urgency
from models.case.commands import Accept, Decline
from models.city.people import Principal
from models.queries.held import held_cases
from models.queries.reported_by import reported_by
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(hours=1)


@cache
def plays() -> dict[str, Play]:
    """Reported by the grid worker unless said otherwise; held by the community but for one."""
    later = world.MONDAY + timedelta(minutes=5)
    return {
        "first": Play.reported(world.dossier(number="20261012-000201")),
        "urgent, the street's": Play.reported(
            world.dossier(Urgency.URGENT, number="20261012-000202"), at=later
        ),
        "declined": Play.reported(world.dossier(number="20261012-000203"), at=later).send(
            world.OFFICER, Decline(reason="误报")
        ),
        "another's": Play.reported(world.dossier(number="20261012-000204"), by=world.HEAD_A, at=later).send(
            world.OFFICER, Accept()
        ),
    }


def names(numbers: list[str]) -> list[str]:
    return [next(name for name, play in plays().items() if play.case.number == number) for number in numbers]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (world.OFFICER, {"first", "another's"}),
        (world.TWO_POSTS, {"first", "another's"}),
        (world.DISPATCHER, {"urgent, the street's"}),
        (world.WORKER, set()),
        (world.SUPERVISOR, set()),  # watches the street, but does not work its desk
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_the_open_cases_that_ones_own_desk_holds(
    engine: AsyncEngine, sessions: Sessions, principal: Principal, expected: set[str]
) -> None:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        with statements(engine) as sent:
            held = await held_cases(session, principal)
    assert set(names([case.number for case in held])) == expected
    assert len(sent) <= 1


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (world.WORKER, ["urgent, the street's", "first", "declined"]),
        (world.HEAD_A, ["another's"]),
        (world.OFFICER, []),
        (world.ADMINISTRATOR, []),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_what_somebody_reported_open_cases_first_the_latest_before(
    engine: AsyncEngine, sessions: Sessions, principal: Principal, expected: list[str]
) -> None:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        with statements(engine) as sent:
            lines = await reported_by(session, principal, NOW)
    assert names([line.number for line in lines]) == expected
    assert len(sent) == 1
