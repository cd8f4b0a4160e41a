"""What lies around a place: the way down to it, and the next steps from there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.city.people import Post, Role
from models.city.units import UnitKind
from models.queries.surroundings import Surroundings, roots, surroundings
from models.queries.units import unit_ref
from runtime.database import Sessions
from tests.models.queries.city import ready

STREET, COMMUNITY, GRID = "500120001", "500120001005", "500120001005-g18"


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await ready(engine)
    async with sessions.read() as session:
        yield session


async def seen(session: AsyncSession, at: str, role: Role, unit: str | None) -> Surroundings:
    """What somebody with a post there sees around the unit."""
    post = Post(id="post_test", unit=await unit_ref(session, at), role=role)
    return await surroundings(session, roots([post]), unit)


async def test_at_first_the_own_place_and_what_lies_below(session: AsyncSession) -> None:
    found = await seen(session, STREET, Role.DISPATCHER, None)
    assert [unit.id for unit in found.above] == [STREET]
    assert COMMUNITY in {unit.id for unit in found.below}
    assert {unit.kind for unit in found.below} == {UnitKind.COMMUNITY}


async def test_one_step_down_the_way_back_is_there_but_not_beyond_the_own_place(
    session: AsyncSession,
) -> None:
    found = await seen(session, STREET, Role.DISPATCHER, COMMUNITY)
    assert [unit.id for unit in found.above] == [STREET, COMMUNITY]
    assert GRID in {unit.id for unit in found.below}


async def test_at_the_end_there_is_nothing_below(session: AsyncSession) -> None:
    found = await seen(session, STREET, Role.DISPATCHER, GRID)
    assert [unit.id for unit in found.above] == [STREET, COMMUNITY, GRID]
    assert found.below == ()


async def test_a_desk_looks_around_in_the_place_it_belongs_to(session: AsyncSession) -> None:
    found = await seen(session, f"{STREET}-pingan", Role.SECTION_STAFF, None)
    assert [unit.id for unit in found.above] == [STREET]


async def test_a_unit_that_is_not_there_has_nothing_around_it(session: AsyncSession) -> None:
    assert await seen(session, STREET, Role.DISPATCHER, "nowhere") == Surroundings(above=(), below=())


async def test_of_several_posts_the_highest_places_count(session: AsyncSession) -> None:
    units = [await unit_ref(session, unit) for unit in (GRID, COMMUNITY, f"{STREET}-pingan")]
    posts = [Post(id=f"post_{place}", unit=unit, role=Role.SECTION_STAFF) for place, unit in enumerate(units)]
    assert roots(posts[:2]) == (units[1].path,)
    assert roots(posts) == (units[2].path.rpartition(".")[0],)
