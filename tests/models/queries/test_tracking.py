"""Tracking codes and residents' remarks: found by whoever holds the code, and kept apart from the facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.tracking_code import code_from
from models.city.people import Role
from models.queries.tracking import (
    add_tracking,
    drop_remark,
    find_tracking,
    keep_remark,
    remarks_on,
)
from runtime.database import Sessions
from tests.support.reading import furnish, statements
from tests.support.world import GRID

AT = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)
CODE, OTHER = code_from(b"0123456789abcdef"), code_from(b"fedcba9876543210")


@pytest.fixture(autouse=True)
async def furnished(engine: AsyncEngine) -> None:
    await furnish(engine)


async def test_the_code_finds_the_case_and_whose_report_it_is(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    async with sessions.write() as session:
        await add_tracking(session, CODE, "20260302-000001", "r_1", GRID.id, AT)
        await add_tracking(session, CODE, "20260302-000009", "r_9", GRID.id, AT)
    async with sessions.read() as session:
        with statements(engine) as sent:
            found = await find_tracking(session, CODE)
        assert await find_tracking(session, code_from(b"given to nobody!")) is None
    assert len(sent) == 1
    assert found is not None
    assert (found.case_no, found.person, found.created_at) == ("20260302-000001", "r_1", AT)
    assert found.place.id == GRID.id
    assert [(post.role, post.unit.id) for post in found.principal.posts] == [(Role.RESIDENT, GRID.id)]


async def test_a_code_moves_on_with_its_own_resident_only(sessions: Sessions) -> None:
    async with sessions.write() as session:
        await add_tracking(session, OTHER, "20260302-000002", "r_2", GRID.id, AT)
        await add_tracking(session, OTHER, "20260302-000003", "r_2", GRID.id, AT)
        await add_tracking(session, OTHER, "20260302-000004", "r_3", GRID.id, AT)
    async with sessions.read() as session:
        found = await find_tracking(session, OTHER)
    assert found is not None
    assert (found.case_no, found.person) == ("20260302-000003", "r_2")


async def test_the_code_itself_is_not_kept(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions.write() as session:
        await add_tracking(session, CODE, "20260302-000001", "r_1", GRID.id, AT)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT trackings::text FROM trackings"))).scalars().all()
    assert rows
    assert not any(CODE in row for row in rows)


async def test_remarks_are_kept_and_dropped(sessions: Sessions) -> None:
    async with sessions.write() as session:
        kept = await keep_remark(session, "c1", "谢谢李师傅", AT)
        refused = await keep_remark(session, "c1", "重复的", AT)
        await keep_remark(session, "c2", "别的事", AT)
        await drop_remark(session, refused)
    async with sessions.write() as session:
        assert [(r.reference, r.words) for r in await remarks_on(session, "c1")] == [(kept, "谢谢李师傅")]
        assert [remark.words for remark in await remarks_on(session, "c2")] == ["别的事"]
