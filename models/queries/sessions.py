"""Sessions: open, look up, list, revoke. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.sessions import SessionRow

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exact `last_seen_at` is: writing it for every request would double the cost of reading."""


async def open_session(
    session: AsyncSession, *, session_id: str, person_id: str, agent: str, at: datetime, expires_at: datetime
) -> SessionRow:
    """Add the row of a fresh sign-in and return it. `at` and `expires_at` are instants in UTC."""
    row = SessionRow(
        id=session_id,
        person_id=person_id,
        agent=agent,
        created_at=at,
        last_seen_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    return row


async def find_session(session: AsyncSession, session_id: str) -> SessionRow | None:
    """The row of a session, whatever its state; None when there never was one."""
    return await session.get(SessionRow, session_id)


async def live_sessions(session: AsyncSession, person_id: str, at: datetime) -> Sequence[SessionRow]:
    """The sessions of a person that are neither revoked nor expired at `at`, the latest seen first."""
    statement = (
        select(SessionRow)
        .where(
            col(SessionRow.person_id) == person_id,
            col(SessionRow.revoked_at).is_(None),
            col(SessionRow.expires_at) > at,
        )
        .order_by(col(SessionRow.last_seen_at).desc(), col(SessionRow.id))
    )
    return (await session.execute(statement)).scalars().all()


async def mark_seen(session: AsyncSession, session_id: str, at: datetime) -> None:
    """Note that the session was used at `at`; within `SEEN_EVERY` of the last note nothing is written."""
    await session.execute(
        update(SessionRow)
        .where(col(SessionRow.id) == session_id, col(SessionRow.last_seen_at) < at - SEEN_EVERY)
        .values(last_seen_at=at)
    )


async def revoke_session(session: AsyncSession, session_id: str, person_id: str, at: datetime) -> bool:
    """End one session of `person_id`; whether there was such a session still open."""
    result = await session.execute(
        update(SessionRow)
        .where(
            col(SessionRow.id) == session_id,
            col(SessionRow.person_id) == person_id,
            col(SessionRow.revoked_at).is_(None),
        )
        .values(revoked_at=at)
        .returning(col(SessionRow.id))
    )
    return result.scalar_one_or_none() is not None


async def revoke_others(session: AsyncSession, person_id: str, kept: str, at: datetime) -> Sequence[str]:
    """End every session of `person_id` but `kept` (after a change of password); the ids that were ended."""
    result = await session.execute(
        update(SessionRow)
        .where(
            col(SessionRow.person_id) == person_id,
            col(SessionRow.id) != kept,
            col(SessionRow.revoked_at).is_(None),
        )
        .values(revoked_at=at)
        .returning(col(SessionRow.id))
    )
    return result.scalars().all()
