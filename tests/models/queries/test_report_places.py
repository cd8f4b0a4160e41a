"""Which places a reporter may choose."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.people import Principal
from models.queries.report_places import report_places
from runtime.database import Sessions
from tests.support import world
from tests.support.reading import furnish, statements


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (world.WORKER, [world.GRID, world.COMMUNITY, world.OTHER_GRID]),
        (world.OFFICER, [world.COMMUNITY, world.OTHER_GRID, world.GRID]),
        (world.DISPATCHER, [world.STREET, world.OTHER_COMMUNITY, world.COMMUNITY]),
        (world.SAFETY_A, [world.STREET, world.OTHER_COMMUNITY, world.COMMUNITY]),
        (world.CHENGGUAN_STAFF, [world.DISTRICT, world.STREET]),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_ones_own_and_what_lies_beside_or_just_below(
    engine: AsyncEngine, sessions: Sessions, principal: Principal, expected: list[object]
) -> None:
    await furnish(engine)
    async with sessions.read() as session:
        with statements(engine) as sent:
            places = await report_places(session, principal.posts)
    assert len(sent) == 1
    assert [place.id for place in places] == [unit.id for unit in expected]  # type: ignore[attr-defined]


async def test_nobody_without_a_post_has_a_place(engine: AsyncEngine, sessions: Sessions) -> None:
    async with sessions.read() as session:
        assert await report_places(session, ()) == ()
