"""Message channels: where a unit's messages also go outside the product, and what became of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class ChannelRow(Table, table=True):
    """One channel: the messages for a unit's posts, and those below it, also go to an address."""

    __tablename__ = "channels"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    """The name of the address in the settings: the address itself holds a secret and is never stored."""
    unit_id: str = Field(sa_type=Text, foreign_key="units.id", index=True)
    urgent_only: bool = False
    language: str = Field(sa_type=Text)
    active: bool = True
    since: datetime = Field(sa_type=Instant)
    """Messages that were visible before this are not sent: nobody wants last month's urges at once."""


class DeliveryRow(Table, table=True):
    """That a message has gone to a channel, or has not yet, and why."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_waiting", "next_at", postgresql_where=text("sent_at IS NULL")),)

    channel_id: str = Field(primary_key=True, sa_type=Text, foreign_key="channels.id")
    case_number: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    attempts: int = 0
    tried_at: datetime = Field(sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it is tried again; null once it is sent, or given up."""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
