"""Which of two tellings of a case stays."""

from __future__ import annotations

from enum import StrEnum


class Prefer(StrEnum):
    """Where records and workflow tell different things from one fact on, only one can be the case."""

    SQL = "sql"
    WORKFLOW = "workflow"
