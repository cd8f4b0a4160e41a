"""Column types that SQLAlchemy lacks, or leaves too lenient for us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Dialect, Enum, SQLColumnExpression, bindparam, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, UserDefinedType


class LTree(UserDefinedType[str]):
    """PostgreSQL's `ltree`: a unit's path, labels joined by dots."""

    cache_ok = True
    render_bind_cast = True  # psycopg would send text, for which the ltree operators do not exist

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "LTREE"


def below(column: SQLColumnExpression[Any], paths: Sequence[str]) -> ColumnElement[bool]:
    """Whether the path in `column` equals or lies below one of `paths`; false when there are none."""
    ancestors = bindparam(None, list(paths), type_=ARRAY(LTree()))
    return column.bool_op("<@")(func.any(ancestors))


class Instant(TypeDecorator[datetime]):
    """`timestamptz` that refuses naive datetimes and always gives UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Send only instants that say their zone; ValueError otherwise."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Whatever zone the connection speaks, the core sees UTC."""
        return value.astimezone(UTC) if value is not None else None


def text_enum(enum: type[StrEnum]) -> Enum:
    """A plain text column that holds the values (not the names) of `enum`.

    Text rather than a native enum, so that a new member needs no migration.
    """
    return Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
