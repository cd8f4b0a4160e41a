"""The tables of PostgreSQL, as SQLModel classes. `metadata` is what migrations are generated from."""

from __future__ import annotations

from models.tables import (
    attachments,
    boundaries,
    calendar,
    cases,
    catalogue,
    channels,
    contacts,
    imports,
    intakes,
    journal,
    people,
    pins,
    policies,
    sessions,
    trackings,
    underway,
    unit_contacts,
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
    "channels",
    "contacts",
    "imports",
    "intakes",
    "journal",
    "metadata",
    "people",
    "pins",
    "policies",
    "sessions",
    "trackings",
    "underway",
    "unit_contacts",
    "units",
]
