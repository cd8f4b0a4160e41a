"""Who may see a case, in SQL: the same rule as `models.case.jurisdiction`, which has the table."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, bindparam, false, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from models.case.jurisdiction import Sight
from models.tables.cases import CaseRow
from models.tables.types import below


def visible(sight: Sight) -> ColumnElement[bool]:
    """Whether a row of `cases` may be seen. Uses the indexes on `involved` and `reporters`."""
    if sight.person is None:
        return false()
    person = bindparam(None, [sight.person], type_=ARRAY(Text))
    return or_(
        below(col(CaseRow.involved), sight.paths),
        col(CaseRow.reporters).bool_op("@>")(person),
    )
