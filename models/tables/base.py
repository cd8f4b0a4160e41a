"""What every table shares: one metadata with predictable names for keys, indexes and constraints."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData
from sqlmodel import SQLModel

REQUIRED_EXTENSIONS: Final = ("ltree", "pg_trgm", "btree_gist")
"""PostgreSQL extensions that the tables and their indexes need; the first migration creates them."""

metadata: Final[MetaData] = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Base of every table; subclasses say `table=True` and name themselves with `__tablename__`."""
