"""Underway: commands that somebody is about to send, or has sent and not yet seen written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class UnderwayRow(Table, table=True):
    """A promise to see to it that what a case decides is written where people read it.

    It goes when that is so. One that stays was made by a process that ended before, or could not keep it:
    somebody else does.
    """

    __tablename__ = "underway"

    id: str = Field(primary_key=True, sa_type=Text)
    case_no: str = Field(sa_type=Text)
    """No foreign key: a report is underway before there is a case."""
    since: datetime = Field(sa_type=Instant)
    """By PostgreSQL's clock."""
