"""Which outlines lie under a pin."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.geometry import Boundary
from models.queries.boundaries import store_boundaries
from models.queries.outlines_near import outlines_near
from runtime.database import Sessions
from tests.support import world
from tests.support.reading import furnish, statements


def square(unit: str, west: float, south: float, side: float = 0.004) -> Boundary:
    east, north = west + side, south + side
    return Boundary(unit=unit, ring=((west, south), (east, south), (east, north), (west, north)))


async def test_the_grids_within_a_kilometre_and_no_larger_units(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await furnish(engine)
    async with sessions.write() as session:
        await store_boundaries(
            session,
            [
                square(world.GRID.id, 106.2, 29.6),
                square(world.OTHER_GRID.id, 106.3, 29.6),
                square(world.COMMUNITY.id, 106.1, 29.5, 0.5),
            ],
        )
    async with sessions.read() as session:
        with statements(engine) as sent:
            found = await outlines_near(session, 106.209, 29.602)
        assert len(sent) == 1
        assert [(one.unit, one.name, len(one.ring)) for one in found] == [(world.GRID.id, "18网格", 4)]
        assert await outlines_near(session, 106.22, 29.602) == ()
