"""The administrators' journal: who changed what, when and why. Only ever added to (a trigger sees to it)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.city.administering import Deed
from models.tables.base import Table
from models.tables.types import Instant, LTree, text_enum


class JournalRow(Table, table=True):
    """One change."""

    __tablename__ = "admin_journal"
    __table_args__ = (
        Index("ix_admin_journal_path", "path", postgresql_using="gist"),
        Index("ix_admin_journal_subject", "subject", "id"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    at: datetime = Field(sa_type=Instant)
    person_id: str = Field(sa_type=Text, index=True)
    """Who did it."""
    unit_id: str = Field(sa_type=Text)
    """In whose name: the unit of the post of an administrator."""
    deed: Deed = Field(sa_column=Column(text_enum(Deed), nullable=False))
    subject: str = Field(sa_type=Text)
    """The id of what was changed: a person, a unit, a matter, a policy, a year."""
    name: str = Field(sa_type=Text)
    """What that was called then."""
    path: str | None = Field(default=None, sa_column=Column(LTree(), nullable=True))
    """Where in the tree it belongs; none for rules, which concern everybody."""
    before: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    after: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    """What was changed, and into what; only the fields that changed."""
    reason: str = Field(default="", sa_type=Text)
