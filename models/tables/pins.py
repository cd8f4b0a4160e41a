"""Pinned matters (置顶): what a command centre keeps in view. Who pinned what is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class PinRow(Table, table=True):
    """A case on the wall of a unit's command centre, from when until when; null: it is still there."""

    __tablename__ = "pins"
    __table_args__ = (
        Index(
            "uq_pins_current",
            "unit_id",
            "case_number",
            unique=True,
            postgresql_where=text("unpinned_at IS NULL"),
        ),
    )

    unit_id: str = Field(primary_key=True, sa_type=Text, foreign_key="units.id")
    case_number: str = Field(primary_key=True, sa_type=Text)
    pinned_at: datetime = Field(primary_key=True, sa_type=Instant)
    pinned_by: str = Field(sa_type=Text, foreign_key="people.id")
    unpinned_at: datetime | None = Field(default=None, sa_type=Instant)
    unpinned_by: str | None = Field(default=None, sa_type=Text, foreign_key="people.id")
