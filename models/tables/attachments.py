"""Attachments: what is known of a stored picture. The bytes lie in the object store under their hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import Instant


class AttachmentRow(Table, table=True):
    """One upload. Two people who upload the same picture get two rows and one stored object."""

    __tablename__ = "attachments"

    id: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(sa_type=Text, index=True)
    """Hash of the stored (re-encoded) bytes, in hexadecimal; the object's key is made from it."""
    media_type: str = Field(sa_type=Text)
    size: int
    """Stored bytes."""
    width: int
    """Pixels, upright."""
    height: int
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the camera says the picture was taken; None when it does not say."""
    latitude: float | None = None
    """WGS-84 degrees, as the camera gave them."""
    longitude: float | None = None
    uploaded_by: str = Field(sa_type=Text, index=True)
    """The person, or the opaque identity of a resident's report: residents have no account to refer to."""
    uploaded_at: datetime = Field(sa_type=Instant)
    case_no: str | None = Field(default=None, sa_type=Text, index=True)
    """The case the picture belongs to, once one refers to it."""
