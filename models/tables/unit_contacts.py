"""Public contacts of units: whom to call, as the QR code on a building shows it. Published on purpose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Identity, Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant, text_enum


class ContactKind(StrEnum):
    """Whom one reaches there."""

    GRID_WORKER = "grid_worker"  # 网格员
    COMMUNITY = "community"  # 社区值班
    POLICE = "police"  # 社区民警
    PROPERTY = "property"  # 物业


class UnitContactRow(Table, table=True):
    """One line of a unit's public contacts; shown for the unit and for everything below it."""

    __tablename__ = "unit_contacts"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    unit_id: str = Field(sa_type=Text, foreign_key="units.id", index=True)
    kind: ContactKind = Field(sa_column=Column(text_enum(ContactKind), nullable=False))
    name: str = Field(default="", sa_type=Text)
    """As it is published: 李敏, 东关社区值班室."""
    phone: str = Field(default="", sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    """When it is answered, or what for: 8:30-17:30."""
    changed_by: str | None = Field(default=None, sa_type=Text, foreign_key="people.id")
    """Who published it; none for what the demonstration data bring."""
    changed_at: datetime = Field(sa_type=Instant)
