"""Reading units: by id, chain, children, name and jurisdiction, with constant numbers of queries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.city.people import Post, Role
from models.city.units import UnitKind, place_name, within
from models.queries.units import (
    UnitNotFound,
    chain,
    children,
    in_jurisdiction,
    search,
    unit_ref,
    unit_refs,
)
from models.tables.units import UnitRow
from runtime.database import Sessions
from tests.models.queries.city import ready


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await ready(engine)
    async with sessions.read() as session:
        yield session


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def post(session: AsyncSession, unit: str, role: Role) -> Post:
    return Post(id="post_test", unit=await unit_ref(session, unit), role=role)


async def test_chain_runs_from_the_city_down_in_one_query(engine: AsyncEngine, session: AsyncSession) -> None:
    with statements(engine) as sent:
        refs = await chain(session, "500120001005-g18")
    assert [ref.id for ref in refs] == ["50", "500120", "500120001", "500120001005", "500120001005-g18"]
    assert place_name(refs) == "璧城街道东关社区18网格"
    assert [ref.has_deputy for ref in refs] == [False, False, False, False, True]
    assert len(sent) == 1


async def test_refs_keep_the_order_asked_and_repeat(engine: AsyncEngine, session: AsyncSession) -> None:
    with statements(engine) as sent:
        refs = await unit_refs(session, ["500120-chengguan", "50", "500120-chengguan"])
    assert [ref.id for ref in refs] == ["500120-chengguan", "50", "500120-chengguan"]
    assert refs[0].kind is UnitKind.DEPARTMENT
    assert len(sent) == 1
    assert await unit_refs(session, []) == ()


@pytest.mark.parametrize("unit", ["500120-nobody", "", "50' OR true --"])
async def test_unknown_units_are_named(session: AsyncSession, unit: str) -> None:
    with pytest.raises(UnitNotFound) as missing:
        await unit_refs(session, ["50", unit])
    assert missing.value.ids == (unit,)
    with pytest.raises(UnitNotFound):
        await chain(session, unit)


async def test_inactive_units_are_not_found(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    async with sessions.write() as session:
        await session.execute(update(UnitRow).where(col(UnitRow.id) == "500101").values(active=False))
    async with sessions.read() as session:
        with pytest.raises(UnitNotFound):
            await unit_ref(session, "500101")
        with pytest.raises(UnitNotFound):
            await chain(session, "500101")
        assert "500101" not in {ref.id for ref in await children(session, "50")}


async def test_children_in_their_order_and_by_kind(session: AsyncSession) -> None:
    sections = await children(session, "500120001", [UnitKind.SECTION])
    assert [ref.name for ref in sections] == ["党的建设", "经济发展", "民生服务", "平安法治"]
    grids = await children(session, "500120001005")
    assert [ref.name for ref in grids] == [f"{n}网格" for n in range(1, 19)]


async def test_search_stays_within_the_jurisdiction(session: AsyncSession) -> None:
    here = await post(session, "500107", Role.DISPATCHER)
    everywhere = await post(session, "50", Role.SUPERVISOR)
    found = await search(session, "民主村", [here])
    assert found[0].id == "500107003003"
    assert all(within(ref.path, here.unit.path) for ref in found)
    assert len(await search(session, "民主村", [everywhere])) > 5
    assert await search(session, "民主村", []) == ()
    assert await search(session, "  ", [everywhere]) == ()


async def test_search_takes_words_literally_and_finds_official_names(session: AsyncSession) -> None:
    everywhere = [await post(session, "50", Role.SUPERVISOR)]
    assert await search(session, "%", everywhere) == ()
    assert await search(session, "_", everywhere) == ()
    found = await search(session, "东关社区居民委员会", everywhere, kinds=[UnitKind.COMMUNITY])
    assert "500120001005" in {ref.id for ref in found}
    (grid,) = await search(session, "东关社区18网格", [await post(session, "500120", Role.DISPATCHER)])
    assert grid.id == "500120001005-g18"
    assert len(await search(session, "社区", everywhere, limit=3)) == 3


async def test_jurisdiction_of_several_posts_is_their_union(session: AsyncSession) -> None:
    posts = [
        await post(session, "500120001005", Role.COMMUNITY_OFFICER),
        await post(session, "500114107-pingan", Role.DISPATCHER),
    ]
    statement = select(func.count()).where(in_jurisdiction(col(UnitRow.path), posts))
    found = await session.scalar(statement)
    below = await session.scalar(
        text("SELECT count(*) FROM units WHERE path <@ '50.500120.500120001.500120001005'")
    )
    street = await session.scalar(text("SELECT count(*) FROM units WHERE path <@ '50.500114.500114107'"))
    assert found == (below or 0) + (street or 0) > 0
    assert await session.scalar(select(func.count()).where(in_jurisdiction(col(UnitRow.path), []))) == 0


async def test_jurisdiction_uses_the_index(session: AsyncSession) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = await session.execute(
        text("EXPLAIN SELECT id FROM units WHERE path <@ ANY(CAST(:paths AS ltree[]))"),
        {"paths": ["50.500120.500120001"]},
    )
    assert "ix_units_path" in "\n".join(row[0] for row in plan)
