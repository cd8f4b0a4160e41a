"""Same matter? What is offered, to whom, in which order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.case.commands import Accept, Decline
from models.city.people import Principal
from models.queries.nearby import RECENT, Nearby, nearby_cases
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

HERE: Final = (29.592, 106.227)
NOW: Final = world.MONDAY + timedelta(hours=1)
OTHER_GRID_CHAIN: Final = (*world.CHAIN[:-1], world.OTHER_GRID)


def north(metres: float) -> dict[str, Any]:
    """The place so many metres north of HERE."""
    return {"latitude": HERE[0] + metres / 111_320, "longitude": HERE[1]}


def reported(number: str, at: Any = world.MONDAY, *, chain: Any = world.CHAIN, **said: Any) -> Play:
    about = said.pop("about", None)
    dossier = world.dossier(number=f"20261012-{number}", about=about, chain=chain)
    return Play.reported(dossier, at=at, **said)


@cache
def plays() -> dict[str, Play]:
    declined = reported("000108", **north(5)).send(world.OFFICER, Decline(reason="误报"))
    return {
        "near": reported("000101", attachments=("at_1", "at_2"), **north(40)),
        "nearer": reported("000102", **north(-20)).send(world.OFFICER, Accept()),
        "next grid": reported("000103", chain=OTHER_GRID_CHAIN, **north(100)),
        "far, next grid": reported("000104", chain=OTHER_GRID_CHAIN, **north(400)),
        "no position": reported("000105"),
        "another kind": reported("000106", about=world.matter(key="manhole-cover"), **north(1)),
        "drill": reported("000107", drill=True, **north(2)),
        "declined": declined,
        "long ago": reported("000109", world.MONDAY - RECENT, **north(3)),
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def found(session: AsyncSession, principal: Principal = world.OFFICER, **where: Any) -> list[str]:
    return [name_of(one) for one in await nearby_cases(session, principal, "street-lamp", NOW, **where)]


def name_of(one: Nearby) -> str:
    return next(name for name, play in plays().items() if play.case.number == one.line.number)


async def test_open_recent_cases_of_the_kind_within_150_metres_the_nearest_first(
    session: AsyncSession,
) -> None:
    assert await found(session, **north(0)) == ["nearer", "near", "next grid"]


async def test_without_a_position_the_grid_decides_the_latest_first(session: AsyncSession) -> None:
    assert await found(session, unit=world.GRID.id, limit=9) == ["no position", "nearer", "near"]


async def test_the_grids_cases_without_a_position_come_last(session: AsyncSession) -> None:
    names = await found(session, unit=world.GRID.id, limit=9, **north(0))
    assert names == ["nearer", "near", "next grid", "no position"]


async def test_nothing_to_compare_finds_nothing(engine: AsyncEngine, session: AsyncSession) -> None:
    with statements(engine) as sent:
        assert await found(session) == []
    assert sent == []


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        (world.WORKER, ["nearer", "near", "next grid"]),  # reported all of them
        (world.HEAD_A, ["nearer", "near"]),
        (world.DISPATCHER, ["nearer", "near", "next grid"]),
        (world.FOREIGN_DISPATCHER, []),
        (world.CHENGGUAN_STAFF, []),
        (world.ADMINISTRATOR, []),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_only_what_the_reader_may_see(
    session: AsyncSession, principal: Principal, names: list[str]
) -> None:
    assert await found(session, principal, **north(0)) == names


async def test_it_is_one_query_and_knows_distance_picture_and_state(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    with statements(engine) as sent:
        nearest, second, *_ = await nearby_cases(session, world.OFFICER, "street-lamp", NOW, **north(0))
    assert len(sent) == 1
    assert nearest.metres == pytest.approx(20, abs=0.5)
    assert second.metres == pytest.approx(40, abs=0.5)
    assert (nearest.picture, second.picture) == (None, "at_1")
    assert nearest.case.accepted
    assert nearest.line.place.name == "璧城街道东关社区18网格"


async def test_distance_counts_east_as_short_as_it_is_here(session: AsyncSession) -> None:
    """A degree of longitude is 97 km at this latitude: 170 m of the equator's are 148 here."""
    east: dict[str, Any] = {"latitude": HERE[0] - 20 / 111_320, "longitude": HERE[1] + 169 / 111_320}
    assert await found(session, **east) == ["nearer"]
