"""The tables of PostgreSQL, as SQLModel classes. `metadata` is what migrations are generated from."""

from __future__ import annotations

from models.tables.base import Table, metadata

__all__ = ["Table", "metadata"]
