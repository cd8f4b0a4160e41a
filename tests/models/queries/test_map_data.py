"""What a map is drawn from: parts with their outlines, cases where they lie, and the people on duty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import Accept, Claim, Decline, Dispatch
from models.city.geometry import Boundary
from models.city.people import Rank, Role
from models.clocks.clock import Light
from models.queries.boundaries import store_boundaries
from models.queries.map_data import PartCount, map_cases, part_counts, plots
from models.queries.on_duty import on_duty
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, statements, write

NOW: Final = world.MONDAY + timedelta(hours=1)
MICRO: Final = (*world.CHAIN, world.MICRO_GRID)
ELSEWHERE: Final = (*world.CHAIN[:3], world.OTHER_COMMUNITY)
RING: Final = ((106.2, 29.5), (106.3, 29.5), (106.3, 29.6))


@cache
def plays() -> dict[str, Play]:
    """In a grid with coordinates, in a micro-grid, in a community, in the street itself; and a closed one."""
    claimed = Play.reported(world.dossier(number="20261012-000001"), latitude=29.592, longitude=106.227).send(
        world.OFFICER, Accept()
    )
    claimed.send(world.OFFICER, Dispatch(lead=world.GRID)).send(world.WORKER, Claim())
    declined = Play.reported(world.dossier(number="20261012-000005"))
    declined.send(world.OFFICER, Decline(reason="不属受理范围"))
    return {
        "grid": claimed,
        "micro": Play.reported(world.dossier(number="20261012-000002", chain=MICRO)),
        "community": Play.reported(
            world.dossier(Urgency.CRITICAL, number="20261012-000003", chain=ELSEWHERE),
            by=world.DISPATCHER,
        ),
        "street": Play.reported(
            world.dossier(number="20261012-000004", chain=world.CHAIN[:3]), by=world.DISPATCHER
        ),
        "declined": declined,
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.write() as writing:
        await store_boundaries(writing, [Boundary(unit=world.COMMUNITY.id, ring=RING)])
    async with sessions.read() as session:
        yield session


async def test_a_unit_with_its_parts_and_theirs(session: AsyncSession) -> None:
    found = {plot.unit.id: plot for plot in await plots(session, world.STREET)}
    assert set(found) == {
        unit.id
        for unit in (world.STREET, world.COMMUNITY, world.OTHER_COMMUNITY, world.GRID, world.OTHER_GRID)
    }
    assert found[world.COMMUNITY.id].ring == RING
    assert found[world.GRID.id].ring is None
    assert next(iter(found)) == world.STREET.id
    assert [plot.unit.id for plot in await plots(session, world.MICRO_GRID)] == [world.MICRO_GRID.id]


async def test_open_cases_lie_in_the_part_of_a_part_that_is_known(session: AsyncSession) -> None:
    found = await map_cases(session, world.COMMANDER, world.STREET, NOW)
    assert {item.case.number[-1]: item.cell for item in found.items} == {
        "1": world.GRID.id,
        "2": world.GRID.id,
        "3": world.OTHER_COMMUNITY.id,
        "4": world.STREET.id,
    }
    assert found.total == 4
    placed = {item.case.number[-1]: (item.longitude, item.latitude) for item in found.items}
    assert placed["1"] == (106.227, 29.592)
    assert placed["2"] == (None, None)
    reds = [item.case.red_at for item in found.items if item.case.red_at]
    assert reds == sorted(reds)


async def test_seen_from_above_they_lie_in_larger_cells(session: AsyncSession) -> None:
    found = await map_cases(session, world.DISTRICT_COMMANDER, world.DISTRICT, NOW)
    assert {item.cell for item in found.items} == {
        world.COMMUNITY.id, world.OTHER_COMMUNITY.id, world.STREET.id,
    }  # fmt: skip


async def test_filters_and_the_number_beyond_the_list(session: AsyncSession) -> None:
    one = await map_cases(session, world.COMMANDER, world.STREET, NOW, limit=1)
    assert (one.total, len(one.items)) == (4, 1)
    red = await map_cases(session, world.COMMANDER, world.STREET, NOW, light=Light.RED)
    assert [item.case.number[-1] for item in red.items] == ["3"]
    critical = await map_cases(session, world.COMMANDER, world.STREET, NOW, urgency=Urgency.CRITICAL)
    assert [item.case.number[-1] for item in critical.items] == ["3"]
    assert (await map_cases(session, world.FOREIGN_DISPATCHER, world.STREET, NOW)).items == ()


async def test_counts_by_part(session: AsyncSession) -> None:
    found = await part_counts(session, world.COMMANDER, world.STREET, NOW)
    assert found[world.OTHER_COMMUNITY.id] == PartCount(
        unit=world.OTHER_COMMUNITY.id, green=0, yellow=0, red=1, critical=1
    )
    assert sum(count.green + count.yellow + count.red for count in found.values()) == 4
    assert found[world.COMMUNITY.id].green + found[world.COMMUNITY.id].yellow == 2
    assert set(found) == {world.STREET.id, world.COMMUNITY.id, world.OTHER_COMMUNITY.id}
    only = await part_counts(session, world.COMMANDER, world.STREET, NOW, light=Light.RED)
    assert set(only) == {world.OTHER_COMMUNITY.id}


async def test_people_on_duty_here_and_directly_below(session: AsyncSession) -> None:
    found = await on_duty(session, world.COMMUNITY.id, NOW)
    assert [(one.unit.id, one.role) for one in found][:3] == [
        (world.COMMUNITY.id, Role.COMMUNITY_OFFICER)
    ] * 3  # fmt: skip
    heads = [one for one in found if one.role is Role.GRID_HEAD]
    assert [head.rank for head in heads] == [Rank.A, Rank.B]
    worker = next(one for one in found if one.person.id == world.WORKER.person)
    assert (worker.person.name, worker.tasks) == (named(world.WORKER.person), 1)
    assert not [one for one in found if one.role in (Role.DEVICE, Role.COMMANDER)]
    street = await on_duty(session, world.STREET.id, NOW)
    assert {one.role for one in street} >= {Role.COMMANDER, Role.SECTION_STAFF, Role.COMMUNITY_OFFICER}
    assert Role.DEVICE not in {one.role for one in street}


async def test_nobody_was_on_duty_before_the_posts_were_held(session: AsyncSession) -> None:
    assert await on_duty(session, world.COMMUNITY.id, world.beijing(2023, 1, 1)) == ()


async def test_one_query_each(session: AsyncSession, engine: AsyncEngine) -> None:
    with statements(engine) as sent:
        await plots(session, world.STREET)
        await map_cases(session, world.COMMANDER, world.STREET, NOW)
        await part_counts(session, world.COMMANDER, world.STREET, NOW)
        await on_duty(session, world.STREET.id, NOW)
    assert len(sent) == 4
