"""Contacts: the personal data of reporters, kept apart from everything that travels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Text
from sqlmodel import Field

from models.city.people import Role
from models.tables.base import Table
from models.tables.types import Instant, text_enum


class ContactRow(Table, table=True):
    """How to reach whoever reported. Cases, payloads and logs know only `reference`."""

    __tablename__ = "contacts"

    reference: str = Field(primary_key=True, sa_type=Text)
    """Opaque and random, so that it tells nothing and cannot be guessed."""
    name: str | None = Field(default=None, sa_type=Text, repr=False)
    phone: str | None = Field(default=None, sa_type=Text, repr=False)
    note: str | None = Field(default=None, sa_type=Text, repr=False)
    """When and how to call, in the reporter's words."""
    created_at: datetime = Field(sa_type=Instant)


class ContactReadRow(Table, table=True):
    """One reading of unmasked personal data: who, under which role, for which case, why, when."""

    __tablename__ = "contact_reads"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    reference: str = Field(sa_type=Text, foreign_key="contacts.reference", index=True)
    person_id: str = Field(sa_type=Text, index=True)
    role: Role = Field(sa_column=Column(text_enum(Role), nullable=False))
    case_no: str = Field(sa_type=Text, index=True)
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
