"""The session directory: fresh posts while PostgreSQL answers, the token's word while it does not."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.errors import SessionEnded
from api.security.sessions import SessionDirectory
from api.security.tokens import Claims
from models.city.people import Principal
from models.queries.sessions import open_session, revoke_session
from runtime.database import Sessions, create_engine
from runtime.settings import Settings
from tests.api.house import House

MINUTE = timedelta(minutes=1)
PATIENCE = timedelta(milliseconds=800)
AT = datetime.now(UTC)


def claims(session: str, person: str = "p_grid") -> Claims:
    """What a token without posts says: whoever has posts has them from SQL."""
    return Claims(session=session, principal=Principal(person=person), issued_at=AT)


@pytest.fixture
async def directory(sessions: Sessions) -> AsyncIterator[SessionDirectory]:
    directory = SessionDirectory(sessions, MINUTE, PATIENCE)
    yield directory
    await directory.close()


async def begin(sessions: Sessions, session_id: str, *, lasts: timedelta = timedelta(hours=1)) -> None:
    async with sessions.write() as session:
        await open_session(
            session,
            session_id=session_id,
            person_id="p_grid",
            agent="test",
            at=AT - timedelta(hours=1),
            expires_at=AT + lasts,
        )


async def test_posts_come_from_sql_and_not_from_the_token(
    house: House, sessions: Sessions, directory: SessionDirectory
) -> None:
    await begin(sessions, "fresh-posts")
    principal = await directory.principal(claims("fresh-posts"))
    assert [post.id for post in principal.posts] == ["post_grid_0"]


async def test_unknown_expired_and_revoked_sessions_have_ended(
    house: House, sessions: Sessions, directory: SessionDirectory
) -> None:
    await begin(sessions, "expired", lasts=timedelta(seconds=-1))
    await begin(sessions, "revoked")
    async with sessions.write() as session:
        assert await revoke_session(session, "revoked", "p_grid", AT)
    for ended in ("never was", "expired", "revoked"):
        with pytest.raises(SessionEnded):
            await directory.principal(claims(ended))


async def test_a_session_does_not_serve_another_person(
    house: House, sessions: Sessions, directory: SessionDirectory
) -> None:
    await begin(sessions, "mine")
    assert (await directory.principal(claims("mine", "p_dispatcher"))).person == "p_grid"


async def test_a_standing_is_remembered_for_its_time_and_forgotten_when_told(
    house: House, sessions: Sessions, directory: SessionDirectory
) -> None:
    await begin(sessions, "remembered")
    await directory.principal(claims("remembered"))
    async with sessions.write() as session:
        await revoke_session(session, "remembered", "p_grid", AT)
    assert (await directory.principal(claims("remembered"))).person == "p_grid"
    directory.forget("remembered")
    with pytest.raises(SessionEnded):
        await directory.principal(claims("remembered"))


async def test_a_revocation_is_seen_when_the_memory_is_out_of_date(house: House, sessions: Sessions) -> None:
    forgetful = SessionDirectory(sessions, timedelta(0), PATIENCE)
    await begin(sessions, "elsewhere revoked")
    await forgetful.principal(claims("elsewhere revoked"))
    async with sessions.write() as session:
        await revoke_session(session, "elsewhere revoked", "p_grid", AT)
    with pytest.raises(SessionEnded):
        await forgetful.principal(claims("elsewhere revoked"))


async def test_use_is_noted_to_the_minute(
    house: House, engine: AsyncEngine, sessions: Sessions, directory: SessionDirectory
) -> None:
    await begin(sessions, "seen")
    await directory.principal(claims("seen"))
    async with engine.connect() as connection:
        seen = await connection.scalar(text("SELECT last_seen_at FROM sessions WHERE id = 'seen'"))
    assert abs(datetime.now(UTC) - seen) < timedelta(seconds=10)


async def test_forty_requests_at_once_ask_once(house: House, sessions: Sessions) -> None:
    asked = 0

    class Counting(SessionDirectory):
        async def _ask(self, claims: Claims):  # type: ignore[no-untyped-def]
            nonlocal asked
            asked += 1
            return await super()._ask(claims)

    await begin(sessions, "busy")
    directory = Counting(sessions, MINUTE, PATIENCE)
    await asyncio.gather(*(directory.principal(claims("busy")) for _ in range(40)))
    assert asked == 1


async def test_without_postgresql_the_token_is_believed_and_nobody_waits_long() -> None:
    """A server that takes connections and never answers: the worst way to be away."""
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    engine = create_engine(
        Settings.model_validate(
            {"database_url": f"postgresql://x:x@127.0.0.1:{port}/x", "secret_key": "0123456789" * 4}
        )
    )
    directory = SessionDirectory(Sessions(engine), MINUTE, PATIENCE)
    try:
        began = time.monotonic()
        assert (await directory.principal(claims("s"))).person == "p_grid"
        assert time.monotonic() - began < PATIENCE.total_seconds() + 0.5
        began = time.monotonic()
        assert (await directory.principal(claims("t"))).person == "p_grid"
        assert time.monotonic() - began < 0.1, "one request waited in vain; the next ones need not"
    finally:
        await directory.close()
        silent.close()
        await engine.dispose()


async def test_a_revocation_once_seen_holds_while_postgresql_is_away(
    house: House, sessions: Sessions
) -> None:
    await begin(sessions, "revoked before")
    directory = SessionDirectory(sessions, timedelta(0), PATIENCE)
    async with sessions.write() as session:
        await revoke_session(session, "revoked before", "p_grid", AT)
    with pytest.raises(SessionEnded):
        await directory.principal(claims("revoked before"))
    directory._sessions = Sessions(
        create_engine(
            Settings.model_validate(
                {"database_url": "postgresql://x:x@127.0.0.1:1/x", "secret_key": "0123456789" * 4}
            )
        )
    )
    with pytest.raises(SessionEnded):
        await directory.principal(claims("revoked before"))
    assert (await directory.principal(claims("never seen"))).person == "p_grid"
