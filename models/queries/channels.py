"""Channels as administrators keep them, and what is still to be sent through them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.queries.names import Named
from models.tables.cases import MessageRow
from models.tables.channels import ChannelRow, DeliveryRow
from models.tables.types import below
from models.tables.units import UnitRow

STALE: Final = timedelta(days=1)
"""A message that could not be sent for a day is not sent any more: it stands in the inbox."""
_PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""How long after each failed attempt the next one follows; the last for all further ones."""


class Channel(Frozen):
    """A channel, with how it fares."""

    id: str
    name: str
    address: str
    unit: Named
    path: str
    urgent_only: bool
    language: str
    active: bool
    sent: int
    """In the last day."""
    waiting: int
    given_up: int
    """In the last day."""
    last_sent_at: datetime | None


class Due(Frozen):
    """One message that is to go to one channel."""

    channel: str
    address: str
    case: str
    seq: int
    place: int
    text: str
    urgent: bool
    attempts: int


async def list_channels(session: AsyncSession, paths: Sequence[str], at: datetime) -> tuple[Channel, ...]:
    """The channels of units at or below `paths`, with what they sent in the day before `at`; one query."""
    day = at - STALE
    fares = (
        select(
            col(DeliveryRow.channel_id).label("id"),
            func.count().filter(col(DeliveryRow.sent_at) > day).label("sent"),
            func.count().filter(col(DeliveryRow.next_at).is_not(None)).label("waiting"),
            func.count()
            .filter(
                col(DeliveryRow.sent_at).is_(None),
                col(DeliveryRow.next_at).is_(None),
                col(DeliveryRow.tried_at) > day,
            )
            .label("given_up"),
            func.max(col(DeliveryRow.sent_at)).label("last"),
        )
        .group_by(col(DeliveryRow.channel_id))
        .subquery()
    )
    statement = (
        select(ChannelRow, col(UnitRow.name), col(UnitRow.path), fares)
        .join(UnitRow, col(UnitRow.id) == col(ChannelRow.unit_id))
        .outerjoin(fares, fares.c.id == col(ChannelRow.id))
        .where(below(col(UnitRow.path), paths))
        .order_by(col(UnitRow.path), col(ChannelRow.name))
    )
    return tuple(_channel(row) for row in await session.execute(statement))


def _channel(row: Any) -> Channel:
    kept: ChannelRow = row[0]
    return Channel(
        id=kept.id,
        name=kept.name,
        address=kept.address,
        unit=Named(id=kept.unit_id, name=row[1]),
        path=str(row[2]),
        urgent_only=kept.urgent_only,
        language=kept.language,
        active=kept.active,
        sent=row.sent or 0,
        waiting=row.waiting or 0,
        given_up=row.given_up or 0,
        last_sent_at=row.last,
    )


async def due(session: AsyncSession, at: datetime, limit: int = 50) -> tuple[Due, ...]:
    """The messages that are to be sent at the instant `at`, the oldest first; one query.

    Quiet hours are in the messages already: they are not visible before the morning.
    """
    channel, message, delivery = ChannelRow, MessageRow, DeliveryRow
    receiver = UnitRow.__table__.alias("receiver")  # type: ignore[attr-defined]
    owner = UnitRow.__table__.alias("owner")  # type: ignore[attr-defined]
    tried = and_(
        col(delivery.channel_id) == col(channel.id),
        col(delivery.case_number) == col(message.case_number),
        col(delivery.seq) == col(message.seq),
        col(delivery.place) == col(message.place),
    )
    statement = (
        select(channel, message, func.coalesce(col(delivery.attempts), 0))
        .select_from(channel)
        .join(owner, owner.c.id == col(channel.unit_id))
        .join(receiver, receiver.c.path.bool_op("<@")(owner.c.path))
        .join(message, col(message.to_unit) == receiver.c.id)
        .outerjoin(delivery, tried)
        .where(
            col(channel.active),
            col(message.visible_at) <= at,
            col(message.visible_at) > func.greatest(col(channel.since), at - STALE),
            or_(~col(channel.urgent_only), col(message.urgent)),
            or_(col(delivery.channel_id).is_(None), col(delivery.next_at) <= at),
        )
        .order_by(col(message.visible_at), col(message.case_number), col(message.seq), col(message.place))
        .limit(limit)
    )
    return tuple(
        Due(
            channel=kept.id,
            address=kept.address,
            case=said.case_number,
            seq=said.seq,
            place=said.place,
            text=said.en if kept.language == "en" else said.zh,
            urgent=said.urgent,
            attempts=attempts,
        )
        for kept, said, attempts in (await session.execute(statement)).all()
    )


async def note_attempt(session: AsyncSession, one: Due, at: datetime, *, sent: bool) -> None:
    """Write down that the message was tried at `at`; when it failed, when it is tried again, if at all."""
    attempts = one.attempts + 1
    pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
    values = {
        "attempts": attempts,
        "tried_at": at,
        "next_at": None if sent or attempts > GIVE_UP_AFTER else at + pause,
        "sent_at": at if sent else None,
    }
    identity = {"channel_id": one.channel, "case_number": one.case, "seq": one.seq, "place": one.place}
    statement = insert(DeliveryRow).values(**identity, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(identity), set_=values))


GIVE_UP_AFTER: Final = 12
"""Attempts; the last ones an hour apart, so that a night's outage is bridged."""
