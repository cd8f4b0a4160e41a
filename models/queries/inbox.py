"""The inbox: messages to me, and to the posts I hold; unread first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, desc, func, literal, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection
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


_IDENTITY: Final = ("case_number", "seq", "place")


def _delivered(principal: Principal, at: datetime) -> Subquery:
    """The messages for the principal, or for one of its posts, that an inbox holds at `at`.

    One part for each recipient, so that each is read from an index alone: no message has two.
    """
    visible = col(MessageRow.visible_at)
    recipients = [col(MessageRow.to_person) == principal.person]
    for unit in sorted({post.unit.id for post in principal.posts}):
        posts = (post for post in principal.posts if post.unit.id == unit)
        recipients.append(and_(col(MessageRow.to_unit) == unit, or_(*map(_to_post, posts))))
    columns = (col(MessageRow.case_number), col(MessageRow.seq), col(MessageRow.place), visible)
    parts = (
        select(*columns).where(recipient, visible <= at, visible > at - KEPT) for recipient in recipients
    )
    return union_all(*parts).subquery("delivered")


def _to_post(post: Post) -> ColumnElement[bool]:
    """Whether a message to the post's unit is for this post."""
    rank = col(MessageRow.to_rank)
    return and_(
        literal(post.role.value) == func.any(col(MessageRow.to_roles)),
        rank.is_(None) if post.rank is None else or_(rank.is_(None), rank == post.rank.value),
    )


def _identity(columns: ReadOnlyColumnCollection[str, Any]) -> tuple[ColumnElement[Any], ...]:
    return tuple(columns[name] for name in _IDENTITY)


def _unread(principal: Principal, delivered: Subquery, at: datetime) -> ColumnElement[bool]:
    """Whether the principal has not read a message that an inbox holds at `at`.

    What was delivered since some instant was also read since. All of that is looked up at once: the planner
    takes a supervisor's thousands of messages for a few hundred, and would look each up by itself.
    """
    read = select(*_identity(MessageReadRow.__table__.c)).where(  # type: ignore[attr-defined]
        col(MessageReadRow.person_id) == principal.person, col(MessageReadRow.at) > at - KEPT
    )
    return tuple_(*_identity(delivered.c)).not_in(read)


def _among(delivered: Subquery, messages: Sequence[MessageId]) -> ColumnElement[bool]:
    wanted = [(message.case, message.seq, message.place) for message in messages]
    return tuple_(*_identity(delivered.c)).in_(wanted)


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
    delivered = _delivered(principal, at)
    seen, identity = delivered.c.visible_at, _identity(delivered.c)
    unread = _unread(principal, delivered, at)
    chosen = select(*identity, seen, unread.label("unread"))
    if unread_only:
        chosen = chosen.where(unread)
    if only is not None:
        chosen = chosen.where(_among(delivered, only))
    if cursor is not None:
        was_unread, instant, case, seq, place = decode(cursor, tuple[bool, datetime, str, int, int])
        last = tuple_(
            literal(was_unread), literal(instant, Instant), literal(case), literal(seq), literal(place)
        )
        chosen = chosen.where(tuple_(unread, seen, *identity) < last)
    newest = (desc("unread"), seen.desc(), *(column.desc() for column in identity))
    # First which, from the indexes alone; then what they say.
    page = chosen.order_by(*newest).limit(limit + 1).cte("page")
    same = and_(*(getattr(MessageRow, name) == page.c[name] for name in _IDENTITY))
    read = and_(
        col(MessageReadRow.person_id) == principal.person,
        *(getattr(MessageReadRow, name) == page.c[name] for name in _IDENTITY),
    )
    newest = (
        page.c.unread.desc(),
        page.c.visible_at.desc(),
        *(column.desc() for column in _identity(page.c)),
    )
    statement = (
        select(MessageRow, col(MessageReadRow.at))
        .join_from(page, MessageRow, same)
        .outerjoin(MessageReadRow, read)
    )
    rows = (await session.execute(statement.order_by(*newest))).all()
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
    delivered = _delivered(principal, at)
    statement = select(func.count()).select_from(delivered).where(_unread(principal, delivered, at))
    if since is not None:
        statement = statement.where(delivered.c.visible_at > since)
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
    delivered = _delivered(principal, min(until or at, at))
    statement = select(literal(principal.person), *_identity(delivered.c), literal(at, Instant))
    if messages is not None:
        if not messages:
            return 0
        statement = statement.where(_among(delivered, messages))
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
