"""Files that administrators brought and have not yet confirmed: kept from preview to confirmation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant, text_enum


class ImportKind(StrEnum):
    """What a file holds."""

    UNITS = "units"  # CSV: a code list
    OUTLINES = "outlines"  # GeoJSON: where units lie


class ImportState(StrEnum):
    """How far an import has come."""

    WAITING = "waiting"  # shown, not confirmed
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # nothing was changed


class ImportRow(Table, table=True):
    """One file on its way in. Its id is a secret of whoever brought it, and it is forgotten after a while."""

    __tablename__ = "admin_imports"

    id: str = Field(primary_key=True, sa_type=Text)
    person_id: str = Field(sa_type=Text, index=True)
    kind: ImportKind = Field(sa_column=Column(text_enum(ImportKind), nullable=False))
    filename: str = Field(sa_type=Text)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False), repr=False)
    state: ImportState = Field(sa_column=Column(text_enum(ImportState), nullable=False))
    fingerprint: str = Field(default="", sa_type=Text)
    """Of what the preview showed; a confirmed import does exactly that, or nothing."""
    report: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    step: str = Field(default="", sa_type=Text)
    done: int = 0
    total: int = 0
    brought_at: datetime = Field(sa_type=Instant)
    touched_at: datetime = Field(sa_type=Instant)
    """The last sign of life; a running import without one for a while was cut off."""
    expires_at: datetime = Field(sa_type=Instant)
