"""Units: the tree of the city."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from models.city.units import GridType, UnitKind, UnitSource
from models.tables.base import Table
from models.tables.types import LTree, text_enum


class UnitRow(Table, table=True):
    """One unit. Units are never deleted, only deactivated: old cases still name them."""

    __tablename__ = "units"
    __table_args__ = (
        Index("ix_units_path", "path", postgresql_using="gist"),
        Index("ix_units_name", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    path: str = Field(sa_column=Column(LTree(), nullable=False, unique=True))
    kind: UnitKind = Field(sa_column=Column(text_enum(UnitKind), nullable=False))
    name: str = Field(sa_type=Text)
    """The name people use: 东关社区."""
    official_name: str = Field(sa_type=Text)
    """The name of the official code list: 东关社区居民委员会."""
    parent_id: str | None = Field(default=None, sa_type=Text, foreign_key="units.id", index=True)
    grid_type: GridType | None = Field(default=None, sa_column=Column(text_enum(GridType), nullable=True))
    position: int = 0
    """Order among siblings in lists."""
    active: bool = True
    source: UnitSource = Field(sa_column=Column(text_enum(UnitSource), nullable=False))
