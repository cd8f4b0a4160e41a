"""Sessions in SQL: opened, listed while they live, noted to the minute, revoked only by their own person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.sessions import (
    SEEN_EVERY,
    find_session,
    live_sessions,
    mark_seen,
    open_session,
    revoke_others,
    revoke_session,
)
from runtime.database import Sessions

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def three(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    """Three sessions of one person and one of another, fresh for each test."""
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM sessions"))
        await connection.execute(
            text(
                "INSERT INTO people"
                " (id, login, password_hash, name, active, created_at, password_changed_at,"
                " must_change_password) SELECT p, p, '', p, true, :at, :at, false"
                " FROM unnest(ARRAY['p_li', 'p_wang']) p"
                " ON CONFLICT DO NOTHING"
            ),
            {"at": AT},
        )
    async with sessions.write() as session:
        for number, person in enumerate(("p_li", "p_li", "p_li", "p_wang")):
            await open_session(
                session,
                session_id=f"s{number}",
                person_id=person,
                agent="curl",
                at=AT + timedelta(minutes=number),
                expires_at=AT + (number + 1) * HOUR,
            )
    return sessions


async def _live(sessions: Sessions, at: datetime, person: str = "p_li") -> list[str]:
    async with sessions.read() as session:
        return [row.id for row in await live_sessions(session, person, at)]


async def test_the_live_ones_are_listed_latest_first(three: Sessions) -> None:
    assert await _live(three, AT) == ["s2", "s1", "s0"]
    assert await _live(three, AT + HOUR) == ["s2", "s1"], "it ends at the instant it expires"
    assert await _live(three, AT, "p_wang") == ["s3"]
    assert await _live(three, AT, "p_nobody") == []


async def test_only_the_person_ends_a_session_and_only_once(three: Sessions) -> None:
    async with three.write() as session:
        assert not await revoke_session(session, "s0", "p_wang", AT)
        assert await revoke_session(session, "s0", "p_li", AT)
        assert not await revoke_session(session, "s0", "p_li", AT + HOUR)
    async with three.read() as session:
        row = await find_session(session, "s0")
    assert row is not None
    assert row.revoked_at == AT
    assert await _live(three, AT) == ["s2", "s1"]


async def test_all_others_end_and_the_kept_one_lives(three: Sessions) -> None:
    async with three.write() as session:
        assert set(await revoke_others(session, "p_li", "s1", AT)) == {"s0", "s2"}
    assert await _live(three, AT) == ["s1"]
    assert await _live(three, AT, "p_wang") == ["s3"]


async def test_use_is_noted_at_most_once_a_minute(three: Sessions) -> None:
    for at, seen in ((AT + SEEN_EVERY, AT), (AT + 2 * SEEN_EVERY, AT + 2 * SEEN_EVERY)):
        async with three.write() as session:
            await mark_seen(session, "s0", at)
        async with three.read() as session:
            row = await find_session(session, "s0")
        assert row is not None
        assert row.last_seen_at == seen
