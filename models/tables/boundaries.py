"""Boundaries of units, where somebody has brought them: from a location to the unit it lies in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import Table


class BoundaryRow(Table, table=True):
    """The outline of one unit, with its box for finding it."""

    __tablename__ = "unit_boundaries"
    __table_args__ = (Index("ix_unit_boundaries_box", "south", "north", "west", "east"),)

    unit_id: str = Field(primary_key=True, sa_type=Text, foreign_key="units.id")
    west: float
    south: float
    east: float
    north: float
    ring: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    """Longitude and latitude of each corner, WGS-84."""
