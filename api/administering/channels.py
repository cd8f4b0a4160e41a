"""Changing message channels: made, paused, resumed; each change journalled in its own transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.errors import NotAllowed, NotFound
from models.city.administering import Administrator, Deed
from models.queries.journal import note
from models.queries.units import unit_ref
from models.tables.channels import ChannelRow


class NewChannel(BaseModel):
    """A channel to be made."""

    name: str = Field(min_length=1, max_length=60)
    address: str = Field(min_length=1, max_length=60)
    unit: str = Field(min_length=2, max_length=64)
    language: Literal["zh", "en"] = "zh"
    urgent_only: bool = False


async def make_channel(session: AsyncSession, by: Administrator, wanted: NewChannel, at: datetime) -> str:
    """Make a channel for a unit in the administrator's area; its id. Raises UnitNotFound, NotAllowed."""
    unit = await unit_ref(session, wanted.unit)
    if not by.administers(unit.path):
        raise NotAllowed
    row = ChannelRow(
        id=f"ch_{secrets.token_hex(8)}",
        name=wanted.name,
        address=wanted.address,
        unit_id=unit.id,
        urgent_only=wanted.urgent_only,
        language=wanted.language,
        since=at,
    )
    session.add(row)
    kept = {"address": row.address, "unit": unit.id, "urgent_only": row.urgent_only, "active": True}
    await note(
        session, by, Deed.CHANNEL_CHANGED, subject=row.id, name=row.name, at=at, path=unit.path, after=kept
    )
    return row.id


async def switch_channel(
    session: AsyncSession, by: Administrator, channel: str, at: datetime, *, active: bool
) -> ChannelRow:
    """Pause the channel, or resume it from now on. Raises NotFound outside the administrator's area."""
    row = await require_channel(session, by, channel)
    if row.active != active:
        row.active = active
        row.since = at if active else row.since
        unit = await unit_ref(session, row.unit_id)
        await note(
            session,
            by,
            Deed.CHANNEL_CHANGED,
            subject=row.id,
            name=row.name,
            at=at,
            path=unit.path,
            before={"active": not active},
            after={"active": active},
        )
    return row


async def require_channel(session: AsyncSession, by: Administrator, channel: str) -> ChannelRow:
    """The channel, if it lies in the administrator's area. Raises NotFound."""
    statement = select(ChannelRow).where(col(ChannelRow.id) == channel)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None or not by.administers((await unit_ref(session, row.unit_id)).path):
        raise NotFound
    return row
