"""Who read personal data: every reading of a reporter's contact in full, for those who watch over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.administering import watched
from models.city.people import Principal, Role
from models.queries.cursors import decode, encode
from models.queries.jurisdiction import overlaps
from models.queries.names import Named
from models.tables.cases import CaseRow
from models.tables.contacts import ContactReadRow
from models.tables.people import PersonRow

EXPORTED: Final = 20_000
"""Readings that one file holds at most; a longer period is exported in parts."""


class ReadFilter(Frozen):
    """Which readings are wanted."""

    person: str | None = None
    """The id of the reader."""
    words: str = ""
    """Part of the reader's name or login."""
    case: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


class Reading(Frozen):
    """One reading. The data that was read is not in it."""

    id: int
    at: datetime
    reader: Named
    login: str
    role: Role
    case: str
    reason: str


class ReadingPage(Frozen):
    """Part of the readings, the newest first."""

    items: tuple[Reading, ...]
    next: str | None


async def list_reads(
    session: AsyncSession, principal: Principal, wanted: ReadFilter, cursor: str | None, limit: int
) -> ReadingPage:
    """The readings for cases of the areas that the principal watches over, the newest first. One query.

    Nothing for who is neither administrator nor auditor. Raises BadCursor.
    """
    statement = _select(principal, wanted)
    if cursor is not None:
        statement = statement.where(col(ContactReadRow.id) < decode(cursor, int))
    rows = (await session.execute(statement.limit(limit + 1))).mappings().all()
    items = tuple(map(_reading, rows[:limit]))
    return ReadingPage(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


async def all_reads(
    session: AsyncSession, principal: Principal, wanted: ReadFilter
) -> AsyncIterator[Reading]:
    """The newest `EXPORTED` readings, one after the other."""
    for row in (await session.execute(_select(principal, wanted).limit(EXPORTED))).mappings():
        yield _reading(row)


def _select(principal: Principal, wanted: ReadFilter) -> Select[Any]:
    """Readings of cases that involve the watched areas, whether the watcher may see such cases or not."""
    areas = [path.rpartition(".")[2] for path in watched(principal)]
    columns: tuple[ColumnElement[Any], ...] = (
        col(ContactReadRow.id).label("id"),
        col(ContactReadRow.at).label("at"),
        col(ContactReadRow.person_id).label("person_id"),
        col(ContactReadRow.role).label("role"),
        col(ContactReadRow.case_no).label("case_no"),
        col(ContactReadRow.reason).label("reason"),
        col(PersonRow.name).label("name"),
        col(PersonRow.login).label("login"),
    )
    return (
        select(*columns)
        .join(CaseRow, col(CaseRow.number) == col(ContactReadRow.case_no))
        .outerjoin(PersonRow, col(PersonRow.id) == col(ContactReadRow.person_id))
        .where(overlaps(col(CaseRow.visible_to), areas), *_conditions(wanted))
        .order_by(col(ContactReadRow.id).desc())
    )


def _conditions(wanted: ReadFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.person is not None:
        yield col(ContactReadRow.person_id) == wanted.person
    if wanted.words.strip():
        typed = wanted.words.strip()
        yield col(PersonRow.name).contains(typed, autoescape=True) | col(PersonRow.login).contains(
            typed.lower(), autoescape=True
        )
    if wanted.case is not None:
        yield col(ContactReadRow.case_no) == wanted.case
    if wanted.since is not None:
        yield col(ContactReadRow.at) >= wanted.since
    if wanted.until is not None:
        yield col(ContactReadRow.at) < wanted.until


def _reading(row: RowMapping) -> Reading:
    person = row["person_id"]
    return Reading(
        id=row["id"],
        at=row["at"],
        reader=Named(id=person, name=row["name"] or person),
        login=row["login"] or "",
        role=row["role"],
        case=row["case_no"],
        reason=row["reason"],
    )
