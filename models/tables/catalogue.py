"""The catalogue of matters, as it is now. Open cases carry their own copy."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Urgency
from models.city.catalogue import Section
from models.tables.base import Table
from models.tables.types import text_enum


class CatalogueItemRow(Table, table=True):
    """One matter. `body` is the whole `models.city.catalogue.Matter`; the other columns are for lists."""

    __tablename__ = "catalogue_items"

    key: str = Field(primary_key=True, sa_type=Text)
    version: int = 1
    """Goes up by one whenever the matter changes."""
    section: Section = Field(sa_column=Column(text_enum(Section), nullable=False, index=True))
    department: str | None = Field(default=None, sa_type=Text)
    urgency: Urgency = Field(sa_column=Column(text_enum(Urgency), nullable=False))
    policy: str = Field(sa_type=Text)
    position: int = 0
    active: bool = True
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
