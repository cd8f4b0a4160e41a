"""The tree in the hands of administrators: read with what depends on it, changed only inside their area."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.city.administering import Deed
from models.city.people import Principal
from models.city.units import GridType, UnitKind, UnitSource
from models.queries.admin_refusals import KindUnfit, UnitOfTheList, UnitOutside, UnitTaken
from models.queries.journal import JournalFilter, read_journal
from models.queries.unit_admin import find_units, tree_below, tree_roots, unit_detail
from models.queries.unit_changes import NewUnit, add_unit, close_unit, next_suffix, rename_unit, reopen_unit
from models.queries.units import UnitNotFound, chain, unit_ref
from models.tables.people import PersonRow
from tests.models.queries.administrators import (
    BICHENG,
    BISHAN,
    CITY,
    DISTRICT,
    DONGGUAN,
    G18,
    PINGAN,
    QIANJIANG,
    now,
)
from tests.models.queries.city import ready


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction that is undone after the test."""
    await ready(engine)
    async with AsyncSession(engine) as session, session.begin() as transaction:
        yield session
        await transaction.rollback()


async def test_the_tree_begins_where_the_area_does(session: AsyncSession) -> None:
    (district,) = await tree_roots(session, DISTRICT, now())
    assert (district.unit.id, district.above) == (BISHAN, "")
    assert district.children > 30
    (city,) = await tree_roots(session, CITY, now())
    assert (city.unit.id, city.children) == ("50", 38)


async def test_children_come_desks_first_with_who_works_there(session: AsyncSession) -> None:
    below = await tree_below(session, BICHENG, now())
    assert [line.unit.kind for line in below[:5]] == [UnitKind.SECTION] * 4 + [UnitKind.COMMUNITY]
    pingan = next(line for line in below if line.unit.id == PINGAN)
    assert (pingan.people, pingan.children, pingan.above) == (2, 0, "璧山区 › 璧城街道")
    await session.execute(
        update(PersonRow).where(col(PersonRow.login) == "bicheng-pingan").values(active=False)
    )
    again = await tree_below(session, BICHENG, now())
    assert next(line for line in again if line.unit.id == PINGAN).people == 1


async def test_units_are_found_by_name_and_by_code_in_the_area(session: AsyncSession) -> None:
    by_name = await find_units(session, DISTRICT, "东关社区", now())
    assert by_name[0].unit.id == DONGGUAN
    by_code = await find_units(session, DISTRICT, "500120001005", now())
    assert by_code[0].unit.id == DONGGUAN
    assert G18 in {line.unit.id for line in by_code}
    assert await find_units(session, DISTRICT, QIANJIANG, now()) == ()
    assert await find_units(session, DISTRICT, "  ", now()) == ()
    grids = await find_units(session, DISTRICT, "500120001005", now(), kinds=[UnitKind.COMMUNITY])
    assert [line.unit.id for line in grids] == [DONGGUAN]


async def test_a_unit_with_what_depends_on_it(session: AsyncSession) -> None:
    street = await unit_detail(session, DISTRICT, BICHENG, now())
    assert street.parent == BISHAN
    assert street.inside > 20
    assert street.posts >= 20
    assert (street.cases, street.theirs) == (0, True)
    assert not (await unit_detail(session, DISTRICT, QIANJIANG, now())).theirs
    with pytest.raises(UnitNotFound):
        await unit_detail(session, DISTRICT, "nowhere", now())


async def test_grids_are_added_under_the_next_number(session: AsyncSession) -> None:
    grid = await add_unit(
        session, DISTRICT, NewUnit(parent=DONGGUAN, kind=UnitKind.GRID, name="夜市网格"), now()
    )
    taken = int(grid.rpartition("-g")[2])
    assert taken > 18
    assert [unit.id for unit in await chain(session, grid)][-2:] == [DONGGUAN, grid]
    line = next(line for line in await tree_below(session, DONGGUAN, now()) if line.unit.id == grid)
    assert (line.source, line.grid_type) == (UnitSource.CONFIGURED, GridType.RESIDENTIAL)
    micro = await add_unit(
        session, DISTRICT, NewUnit(parent=grid, kind=UnitKind.MICRO_GRID, name="1号楼"), now()
    )
    assert micro == f"{grid}-m1"
    assert await next_suffix(session, DONGGUAN, UnitKind.GRID) == f"g{taken + 1}"


@pytest.mark.parametrize(
    ("parent", "kind", "suffix", "refusal"),
    [
        (BICHENG, UnitKind.SECTION, "pingan", UnitTaken),
        (BICHENG, UnitKind.SECTION, None, KindUnfit),
        (BICHENG, UnitKind.COMMUNITY, "x1", KindUnfit),
        (PINGAN, UnitKind.GRID, None, KindUnfit),
        (QIANJIANG, UnitKind.DEPARTMENT, "yaojian", UnitOutside),
        ("50", UnitKind.DISTRICT, "x", UnitOutside),
    ],
)
async def test_what_cannot_be_added(
    session: AsyncSession, parent: str, kind: UnitKind, suffix: str | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await add_unit(session, DISTRICT, NewUnit(parent=parent, kind=kind, name="甲", suffix=suffix), now())


async def test_renaming_keeps_the_official_name_and_leaves_a_trace(session: AsyncSession) -> None:
    await rename_unit(session, DISTRICT, DONGGUAN, "东关新社区", now(), "居民议定")
    await rename_unit(session, DISTRICT, DONGGUAN, "东关新社区", now())
    detail = await unit_detail(session, DISTRICT, DONGGUAN, now())
    assert (detail.unit.name, detail.official_name) == ("东关新社区", "东关社区居民委员会")
    who = Principal(person="p", posts=DISTRICT.posts)
    (entry,) = (await read_journal(session, who, JournalFilter(subject=DONGGUAN), None, 10)).items
    assert (entry.deed, entry.before, entry.reason) == (
        Deed.UNIT_RENAMED,
        {"name": "东关社区"},
        "居民议定",
    )
    with pytest.raises(UnitOutside):
        await rename_unit(session, DISTRICT, QIANJIANG, "乱改", now())


async def test_closing_takes_what_lies_below_along_and_reopening_does_not(session: AsyncSession) -> None:
    grid = await add_unit(session, DISTRICT, NewUnit(parent=DONGGUAN, kind=UnitKind.GRID, name="甲"), now())
    micro = await add_unit(
        session, DISTRICT, NewUnit(parent=grid, kind=UnitKind.MICRO_GRID, name="乙"), now()
    )
    assert await close_unit(session, DISTRICT, grid, now(), "撤并") == 2
    for unit in (grid, micro):
        with pytest.raises(UnitNotFound):
            await unit_ref(session, unit)
    with pytest.raises(UnitOutside):
        await reopen_unit(session, DISTRICT, micro, now())
    await reopen_unit(session, DISTRICT, grid, now())
    assert (await unit_ref(session, grid)).name == "甲"
    shown = await tree_below(session, grid, now(), closed=True)
    assert [(line.unit.id, line.active) for line in shown] == [(micro, False)]
    assert await tree_below(session, grid, now()) == ()


async def test_official_units_and_those_elsewhere_are_not_closed_by_hand(session: AsyncSession) -> None:
    with pytest.raises(UnitOfTheList):
        await close_unit(session, DISTRICT, DONGGUAN, now(), "x")
    with pytest.raises(UnitOutside):
        await close_unit(session, DISTRICT, f"{QIANJIANG}-chengguan", now(), "x")
