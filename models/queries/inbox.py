"""The inbox: messages to me, and to the posts I hold; unread first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.city.people import Post, Principal
from models.queries.cases import Page
from models.queries.cursors import decode, encode
from models.tables.cases import MessageReadRow, MessageRow
from models.tables.types import Instant

KEPT: Final = timedelta(days=60)
"""How far back an inbox goes. What happened before is in the timelines; a new colleague's unread does not
begin with the unit's founding."""


class MessageId(Frozen):
    """Which message: of a case, about a fact, the how-manieth of that fact's."""

    case: str
    seq: int
    place: int


class Message(Frozen):
    """One message, as its reader sees it."""

    id: MessageId
    kind: str
    words: Words
    urgent: bool
    visible_at: datetime
    """When it was delivered: ordinary ones wait for the morning."""
    unit: str | None
    """The unit it was sent to; none: to the person."""
    read_at: datetime | None


_IDENTITY = (col(MessageRow.case_number), col(MessageRow.seq), col(MessageRow.place))


def _to(principal: Principal) -> ColumnElement[bool]:
    """Whether a message is for the principal, or for one of its posts."""
    return or_(col(MessageRow.to_person) == principal.person, *map(_to_post, principal.posts))


def _to_post(post: Post) -> ColumnElement[bool]:
    rank = col(MessageRow.to_rank)
    return and_(
        col(MessageRow.to_unit) == post.unit.id,
        literal(post.role.value) == func.any(col(MessageRow.to_roles)),
        rank.is_(None) if post.rank is None else or_(rank.is_(None), rank == post.rank.value),
    )


def _visible(principal: Principal, at: datetime) -> ColumnElement[bool]:
    visible = col(MessageRow.visible_at)
    return and_(_to(principal), visible <= at, visible > at - KEPT)


def _read_by(principal: Principal) -> ColumnElement[bool]:
    """Joins a message to the row, if any, that says that the principal has read it."""
    return and_(
        col(MessageReadRow.person_id) == principal.person,
        col(MessageReadRow.case_number) == col(MessageRow.case_number),
        col(MessageReadRow.seq) == col(MessageRow.seq),
        col(MessageReadRow.place) == col(MessageRow.place),
    )


def _among(messages: Sequence[MessageId]) -> ColumnElement[bool]:
    wanted = [(message.case, message.seq, message.place) for message in messages]
    return tuple_(*_IDENTITY).in_(wanted)


async def list_messages(
    session: AsyncSession,
    principal: Principal,
    at: datetime,
    *,
    unread_only: bool = False,
    only: Sequence[MessageId] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Message]:
    """Messages delivered by the instant `at`: unread first, then the newest; one query. Raises BadCursor.

    With `only`, no others than these.
    """
    unread = col(MessageReadRow.at).is_(None)
    key = tuple_(unread, col(MessageRow.visible_at), *_IDENTITY)
    statement = (
        select(MessageRow, col(MessageReadRow.at))
        .outerjoin(MessageReadRow, _read_by(principal))
        .where(_visible(principal, at))
    )
    if unread_only:
        statement = statement.where(unread)
    if only is not None:
        statement = statement.where(_among(only))
    if cursor is not None:
        was_unread, seen, case, seq, place = decode(cursor, tuple[bool, datetime, str, int, int])
        last = tuple_(
            literal(was_unread), literal(seen, Instant), literal(case), literal(seq), literal(place)
        )
        statement = statement.where(key < last)
    order = [unread.desc(), col(MessageRow.visible_at).desc(), *(column.desc() for column in _IDENTITY)]
    rows = (await session.execute(statement.order_by(*order).limit(limit + 1))).all()
    items = tuple(_message(row, read_at) for row, read_at in rows[:limit])
    if len(rows) <= limit:
        return Page(items=items)
    end = items[-1]
    ended = (end.read_at is None, end.visible_at, end.id.case, end.id.seq, end.id.place)
    return Page(items=items, next=encode(ended))


async def count_unread(
    session: AsyncSession, principal: Principal, at: datetime, *, since: datetime | None = None
) -> int:
    """How many messages delivered by `at` (and after `since`) the principal has not read; one query."""
    statement = (
        select(func.count())
        .select_from(MessageRow)
        .outerjoin(MessageReadRow, _read_by(principal))
        .where(_visible(principal, at), col(MessageReadRow.at).is_(None))
    )
    if since is not None:
        statement = statement.where(col(MessageRow.visible_at) > since)
    return await session.scalar(statement) or 0


async def mark_read(
    session: AsyncSession,
    principal: Principal,
    at: datetime,
    messages: Sequence[MessageId] | None = None,
    *,
    until: datetime | None = None,
) -> int:
    """Note at `at` that the principal has read these messages; or (None) all that were delivered by `until`.

    Messages of others, and those read before, are passed over. Returns how many were newly read.
    """
    statement = select(literal(principal.person), *_IDENTITY, literal(at, Instant)).where(
        _visible(principal, min(until or at, at))
    )
    if messages is not None:
        if not messages:
            return 0
        statement = statement.where(_among(messages))
    inserted = await session.execute(
        insert(MessageReadRow)
        .from_select(["person_id", "case_number", "seq", "place", "at"], statement)
        .on_conflict_do_nothing()
        .returning(col(MessageReadRow.seq))
    )
    return len(inserted.scalars().all())


def _message(row: MessageRow, read_at: datetime | None) -> Message:
    return Message(
        id=MessageId(case=row.case_number, seq=row.seq, place=row.place),
        kind=row.kind,
        words=Words(zh=row.zh, en=row.en),
        urgent=row.urgent,
        visible_at=row.visible_at,
        unit=row.to_unit,
        read_at=read_at,
    )
