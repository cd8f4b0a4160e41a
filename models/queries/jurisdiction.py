"""Who may see a case, in SQL: the same rule as `models.case.jurisdiction`, which has the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, bindparam, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from models.case.jurisdiction import Sight, sight, whole_city
from models.city.people import Principal
from models.tables.cases import CaseRow
from models.tables.units import UnitRow


def visible(sight: Sight) -> ColumnElement[bool]:
    """Whether a row of `cases` may be seen. Uses the index on `visible_to`."""
    if not sight:
        return false()
    return overlaps(col(CaseRow.visible_to), sight)


def seen_in(principal: Principal, unit_id: str | None) -> Iterator[ColumnElement[bool]]:
    """Whether a row of `cases` may be seen, in a statement that asks for cases that happened in the unit.

    Such a case is visible to the unit. Who sees all that is visible to it needs no second look at each row,
    and the planner, which would take the two looks for two rare things, no second guess.
    """
    eyes, city = sight(principal), whole_city(principal)
    if unit_id is None or unit_id not in eyes:
        yield visible(eyes) if city is None else or_(everything(city), visible(eyes))


def everything(city: str) -> ColumnElement[bool]:
    """Whether all there is belongs to that city, as there is no other. Asked once, not for each row."""
    only = func.bool_and(col(UnitRow.id) == city)
    return select(only).where(col(UnitRow.parent_id).is_(None)).scalar_subquery()


def overlaps(column: SQLColumnExpression[list[str]], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the array in `column` has one of `values`; false when there are none."""
    return column.bool_op("&&")(bindparam(None, sorted(values), type_=ARRAY(Text)))
