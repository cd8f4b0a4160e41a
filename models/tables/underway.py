"""Underway: commands that somebody is about to send, or has sent and not yet seen written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class UnderwayRow(Table, table=True):
    """A promise to see to it that what a case decides is written where people read it.

    It goes when that is so. One that stays was made by a process that ended before: somebody else keeps it.
    """

    __tablename__ = "underway"

    sender: str = Field(primary_key=True, sa_type=Text)
    """The process, by a name that no other has or will have."""
    case_no: str = Field(primary_key=True, sa_type=Text)
    """No foreign key: a report is underway before there is a case."""
    since: datetime = Field(sa_type=Instant)
    """When it was made or renewed, by PostgreSQL's clock."""
