"""Intakes: the promise that one report becomes one case, however often it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Column, ForeignKey, Sequence, Text
from sqlmodel import Field

from models.tables.base import Table, metadata
from models.tables.types import Instant

CASE_NUMBERS: Final = Sequence("case_number_seq", metadata=metadata)
"""Counts cases over all days and is never set back, so that a number is unique whatever its date says."""


class IntakeRow(Table, table=True):
    """A report taken in: the caller's idempotency key and the case number it was given."""

    __tablename__ = "intakes"

    person_id: str = Field(primary_key=True, sa_type=Text)
    """Who reported; keys of two people never meet."""
    key: str = Field(primary_key=True, sa_type=Text)
    """The caller's `Idempotency-Key`."""
    case_no: str = Field(sa_type=Text, unique=True)
    """`YYYYMMDD-NNNNNN`: the day in Shanghai, then the counter."""
    fingerprint: str = Field(sa_type=Text)
    """Hash of what was sent, to find a key used again for something else."""
    contact_reference: str | None = Field(
        default=None,
        # Deferred: the intake goes first, because only it decides whether there is a contact to store.
        sa_column=Column(
            Text, ForeignKey("contacts.reference", deferrable=True, initially="DEFERRED"), nullable=True
        ),
    )
    created_at: datetime = Field(sa_type=Instant)
