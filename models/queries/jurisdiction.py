"""Who may see a case, in SQL: the same rule as `models.case.jurisdiction`, which has the table."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, bindparam, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from models.case.jurisdiction import Sight
from models.tables.cases import CaseRow


def visible(sight: Sight) -> ColumnElement[bool]:
    """Whether a row of `cases` may be seen. Uses the index on `visible_to`."""
    if not sight:
        return false()
    return overlaps(col(CaseRow.visible_to), sight)


def overlaps(column: SQLColumnExpression[list[str]], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the array in `column` has one of `values`; false when there are none."""
    return column.bool_op("&&")(bindparam(None, sorted(values), type_=ARRAY(Text)))
