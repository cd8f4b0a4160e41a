"""The order of desks: open cases by their nearest red instant, those whose clocks stand still last."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, literal_column, tuple_
from sqlmodel import col

from models.queries.cursors import decode, encode
from models.tables.cases import CaseRow
from models.tables.types import Instant

_NEVER: Final = literal_column("'infinity'::timestamptz", Instant)
_NEAREST: Final = func.coalesce(col(CaseRow.red_at), _NEVER)
"""As the index `ix_cases_nearest_red` has it, which holds open cases only."""


def order() -> tuple[SQLColumnExpression[Any], ...]:
    """What to order by; a list of several rows a case adds its own tie-breaker."""
    return _NEAREST, col(CaseRow.number)


def red_by(at: datetime) -> ColumnElement[bool]:
    """Whether a row's first limit has run out by the instant `at`; asked so that the index can tell."""
    return literal(at, Instant) >= _NEAREST


def after(cursor: str, tie: SQLColumnExpression[str] | None = None) -> ColumnElement[bool]:
    """Whether a row comes after the one the cursor was made of. Raises BadCursor."""
    red, number, last = decode(cursor, tuple[datetime | None, str, str])
    instant = literal(red, Instant) if red else _NEVER
    if tie is None:
        return tuple_(_NEAREST, col(CaseRow.number)) > tuple_(instant, literal(number))
    return tuple_(_NEAREST, col(CaseRow.number), tie) > tuple_(instant, literal(number), literal(last))


def cursor_at(red_at: datetime | None, number: str, tie: str = "") -> str:
    """The cursor of a row."""
    return encode((red_at, number, tie))
