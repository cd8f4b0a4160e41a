"""The tables of PostgreSQL, as SQLModel classes. `metadata` is what migrations are generated from."""

from __future__ import annotations

from models.tables import (
    attachments,
    boundaries,
    calendar,
    cases,
    catalogue,
    contacts,
    intakes,
    people,
    policies,
    sessions,
    units,
)
from models.tables.base import Table, metadata

__all__ = [
    "Table",
    "attachments",
    "boundaries",
    "calendar",
    "cases",
    "catalogue",
    "contacts",
    "intakes",
    "metadata",
    "people",
    "policies",
    "sessions",
    "units",
]
