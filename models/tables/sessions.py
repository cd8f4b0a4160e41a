"""Sessions: who is signed in, from what kind of program, until when. A token is good while its row is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class SessionRow(Table, table=True):
    """One sign-in. Rows outlive their session, so that a person can see where the account was used."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person_id_created_at", "person_id", "created_at"),)

    id: str = Field(primary_key=True, sa_type=Text)
    """Opaque and random; travels inside the signed token and is no secret by itself."""
    person_id: str = Field(sa_type=Text, foreign_key="people.id")
    agent: str = Field(sa_type=Text)
    """The family of the program that signed in (Firefox, curl …), never the whole header."""
    created_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)
    """Right to the minute: it is not written for every request."""
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
