"""The administrators' journal: written with every change, in its transaction; read by those who watch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.administering import Administrator, Deed, watched
from models.city.people import Principal
from models.queries.cursors import decode, encode
from models.queries.names import Named, names
from models.tables.journal import JournalRow
from models.tables.types import below


class Entry(Frozen):
    """One change, as it is read."""

    id: int
    at: datetime
    who: Named
    unit: Named
    """In whose name."""
    deed: Deed
    subject: str
    name: str
    """What the subject was called then."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


class JournalFilter(Frozen):
    """Which entries are wanted."""

    deed: Deed | None = None
    person: str | None = None
    """The id of whoever did it."""
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


class JournalPage(Frozen):
    """Part of the journal, the newest entry first."""

    items: tuple[Entry, ...]
    next: str | None


async def note(
    session: AsyncSession,
    by: Administrator,
    deed: Deed,
    *,
    subject: str,
    name: str,
    at: datetime,
    path: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write down a change, in the transaction that makes it; the caller commits.

    With `before` and `after` only what differs is kept. Values are what JSON can hold; never a password.
    """
    old, new = _differing(before, after)
    session.add(
        JournalRow(
            at=at,
            person_id=by.person,
            unit_id=by.unit_for(path).id,
            deed=deed,
            subject=subject,
            name=name,
            path=path,
            before=old,
            after=new,
            reason=reason,
        )
    )
    await session.flush()


async def read_journal(
    session: AsyncSession, principal: Principal, wanted: JournalFilter, cursor: str | None, limit: int
) -> JournalPage:
    """The entries that the principal may read: of its areas, and of the rules. Two queries.

    Empty for who is neither administrator nor auditor. Raises BadCursor.
    """
    paths = watched(principal)
    if not paths:
        return JournalPage(items=(), next=None)
    statement = select(JournalRow).where(
        or_(col(JournalRow.path).is_(None), below(col(JournalRow.path), paths)), *_conditions(wanted)
    )
    if cursor is not None:
        statement = statement.where(col(JournalRow.id) < decode(cursor, int))
    statement = statement.order_by(col(JournalRow.id).desc()).limit(limit + 1)
    rows = (await session.execute(statement)).scalars().all()
    known = await names(session, [id_ for row in rows for id_ in (row.person_id, row.unit_id)])
    items = tuple(_entry(row, known) for row in rows[:limit])
    return JournalPage(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


def _conditions(wanted: JournalFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.deed is not None:
        yield col(JournalRow.deed) == wanted.deed
    if wanted.person is not None:
        yield col(JournalRow.person_id) == wanted.person
    if wanted.subject is not None:
        yield col(JournalRow.subject) == wanted.subject
    if wanted.since is not None:
        yield col(JournalRow.at) >= wanted.since
    if wanted.until is not None:
        yield col(JournalRow.at) < wanted.until


def _differing(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is None or after is None:
        return (dict(before) if before else None), (dict(after) if after else None)
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


def _entry(row: JournalRow, known: Mapping[str, str]) -> Entry:
    assert row.id is not None  # noqa: S101 - read from the database, where it is the key
    return Entry(
        id=row.id,
        at=row.at,
        who=Named(id=row.person_id, name=known.get(row.person_id, row.person_id)),
        unit=Named(id=row.unit_id, name=known.get(row.unit_id, row.unit_id)),
        deed=row.deed,
        subject=row.subject,
        name=row.name,
        before=row.before,
        after=row.after,
        reason=row.reason,
    )
