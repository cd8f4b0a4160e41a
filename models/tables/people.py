"""People with an account, and the posts they hold. Residents have no account and are not here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from models.city.people import Rank, Role
from models.tables.base import Table
from models.tables.types import Instant, text_enum


class PersonRow(Table, table=True):
    """A person (or a device) that may sign in. The id is opaque: it travels where names may not."""

    __tablename__ = "people"

    id: str = Field(primary_key=True, sa_type=Text)
    login: str = Field(sa_type=Text, unique=True)
    password_hash: str = Field(sa_type=Text, repr=False)
    name: str = Field(sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    active: bool = True
    created_at: datetime = Field(sa_type=Instant)
    password_changed_at: datetime = Field(sa_type=Instant)
    must_change_password: bool = False
    """Whether somebody else chose the password: it is good for choosing another one only."""


class PostRow(Table, table=True):
    """One post: a person × a unit × a role, held from `since` until `until` (exclusive; open when null)."""

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_unit_id_role", "unit_id", "role"),)

    id: str = Field(primary_key=True, sa_type=Text)
    person_id: str = Field(sa_type=Text, foreign_key="people.id", index=True)
    unit_id: str = Field(sa_type=Text, foreign_key="units.id")
    role: Role = Field(sa_column=Column(text_enum(Role), nullable=False))
    rank: Rank | None = Field(default=None, sa_column=Column(text_enum(Rank), nullable=True))
    since: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
