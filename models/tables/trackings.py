"""What residents hold of their reports, without an account: a code to follow one by, and their own words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class TrackingRow(Table, table=True):
    """One tracking code. Only its hash is kept: who reads the table can follow nobody's report by it."""

    __tablename__ = "trackings"

    code_hash: str = Field(primary_key=True, sa_type=Text)
    case_no: str = Field(sa_type=Text, index=True)
    """No foreign key: the code exists before the case is projected."""
    person: str = Field(sa_type=Text)
    """The opaque identity under which this one report was made."""
    unit_id: str = Field(sa_type=Text, foreign_key="units.id")
    """The place it was reported for."""
    created_at: datetime = Field(sa_type=Instant)


class RemarkRow(Table, table=True):
    """What a resident wrote beside an evaluation. Facts and payloads know only `reference`."""

    __tablename__ = "remarks"

    reference: str = Field(primary_key=True, sa_type=Text)
    case_no: str = Field(sa_type=Text, index=True)
    words: str | None = Field(default=None, sa_type=Text, repr=False)
    """Null once they were erased on request."""
    created_at: datetime = Field(sa_type=Instant)
