"""Files on their way in: kept from preview to confirmation, bound to a person, forgotten after a while."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.imports import ImportKind, ImportRow, ImportState

KEPT: Final = timedelta(hours=2)
"""From the preview to the confirmation at most; afterwards the file is brought again."""
SILENT: Final = timedelta(seconds=30)
"""A running import that has shown no sign of life for so long was cut off, and has changed nothing."""


class ImportGone(LookupError):
    """There is no such file (any more), it is somebody else's, or it is not in the state asked for."""


async def keep_file(
    session: AsyncSession,
    person: str,
    kind: ImportKind,
    filename: str,
    content: bytes,
    *,
    fingerprint: str,
    report: dict[str, Any],
    at: datetime,
) -> str:
    """Keep a file with what its preview showed; the name by which it is asked for. The caller commits.

    Expired files go, and those that the person had brought before and not confirmed.
    """
    stale = or_(
        col(ImportRow.expires_at) <= at,
        (col(ImportRow.person_id) == person) & (col(ImportRow.state) == ImportState.WAITING),
    )
    await session.execute(delete(ImportRow).where(stale))
    row = ImportRow(
        id=secrets.token_urlsafe(18),
        person_id=person,
        kind=kind,
        filename=filename[:200],
        content=content,
        state=ImportState.WAITING,
        fingerprint=fingerprint,
        report=report,
        brought_at=at,
        touched_at=at,
        expires_at=at + KEPT,
    )
    session.add(row)
    await session.flush()
    return row.id


async def find_file(session: AsyncSession, import_id: str, person: str, at: datetime) -> ImportRow:
    """The person's own file. Raises ImportGone."""
    statement = select(ImportRow).where(
        col(ImportRow.id) == import_id, col(ImportRow.person_id) == person, col(ImportRow.expires_at) > at
    )
    row = await session.scalar(statement)
    if row is None:
        raise ImportGone(import_id)
    return row


async def begin(session: AsyncSession, import_id: str, person: str, at: datetime) -> None:
    """Say that the import runs. Once only: a second confirmation finds nothing. Raises ImportGone.

    One that was cut off may be begun again.
    """
    waiting = or_(
        col(ImportRow.state) == ImportState.WAITING,
        (col(ImportRow.state) == ImportState.RUNNING) & (col(ImportRow.touched_at) < at - SILENT),
    )
    begun = await session.scalar(
        update(ImportRow)
        .where(
            col(ImportRow.id) == import_id,
            col(ImportRow.person_id) == person,
            col(ImportRow.expires_at) > at,
            waiting,
        )
        .values(state=ImportState.RUNNING, touched_at=at, done=0, total=0, step="")
        .returning(col(ImportRow.id))
    )
    if begun is None:
        raise ImportGone(import_id)


async def tell_progress(
    session: AsyncSession, import_id: str, at: datetime, *, step: str, done: int, total: int
) -> None:
    """Note how far a running import has come, and that it is alive."""
    await session.execute(
        update(ImportRow)
        .where(col(ImportRow.id) == import_id, col(ImportRow.state) == ImportState.RUNNING)
        .values(step=step, done=done, total=total, touched_at=at)
    )


async def finish(
    session: AsyncSession,
    import_id: str,
    at: datetime,
    state: ImportState,
    report: dict[str, Any] | None = None,
) -> None:
    """Note how an import ended; `report` says why nothing was changed, if so. Its content is let go."""
    values: dict[str, Any] = {"state": state, "touched_at": at, "content": b""}
    if report is not None:
        values["report"] = report
    await session.execute(update(ImportRow).where(col(ImportRow.id) == import_id).values(**values))


async def discard(session: AsyncSession, import_id: str, person: str) -> None:
    """Forget a file that was not confirmed; nothing happens if there is none."""
    await session.execute(
        delete(ImportRow).where(
            col(ImportRow.id) == import_id,
            col(ImportRow.person_id) == person,
            col(ImportRow.state) != ImportState.RUNNING,
        )
    )
