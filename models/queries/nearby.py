"""Is it the same matter? Open cases of its kind reported close by, not long ago (可能是同一件事)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, case, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.jurisdiction import sight
from models.case.state import Case
from models.city.people import Principal
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import visible
from models.tables.cases import CaseRow

WITHIN: Final = 150.0
"""Metres: what a phone's own error and the width of a crossing make of one place."""
RECENT: Final = timedelta(days=14)
"""How long ago the other report may lie: what was reported before that and is still open is overdue, and a
new report of it is news."""
_DEGREE: Final = 111_320.0
"""Metres of one degree of latitude."""


class Nearby(Frozen):
    """An open case that may be the same matter."""

    line: CaseLine
    case: Case
    metres: float | None
    """How far away; None where one of the two has no position, so that only the grid is known."""

    @property
    def picture(self) -> str | None:
        """The first picture of its report."""
        return next(iter(self.case.attachments), None)


async def nearby_cases(
    session: AsyncSession,
    principal: Principal,
    matter: str,
    at: datetime,
    *,
    unit: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    limit: int = 3,
) -> Sequence[Nearby]:
    """Open cases of the kind `matter` that the principal may see: within 150 m, or in the unit `unit`.

    Those reported in the fortnight before `at` (UTC), the nearest first and then the latest; one query.
    Without a position and a unit there is nothing to compare, and nothing is found.
    """
    metres = _metres(latitude, longitude)
    close: list[ColumnElement[bool]] = []
    if unit is not None:
        close.append(col(CaseRow.place_id) == unit)
    if latitude is not None and longitude is not None:
        close.append(metres <= WITHIN)
    if not close:
        return ()
    number = col(CaseRow.number)
    statement = joined(
        select(*headline_columns(), col(CaseRow.snapshot).label("snapshot"), metres.label("metres"))
    ).where(
        visible(sight(principal)),
        col(CaseRow.matter) == matter,
        col(CaseRow.closed_at).is_(None),
        col(CaseRow.drill).is_(False),
        col(CaseRow.reported_at) >= at - RECENT,
        or_(*close),
    )
    statement = statement.order_by(metres.asc().nulls_last(), col(CaseRow.reported_at).desc(), number.desc())
    rows = (await session.execute(statement.limit(limit))).mappings()
    return tuple(
        Nearby(line=headline(row, at), case=Case.model_validate(row["snapshot"]), metres=row["metres"])
        for row in rows
    )


def _metres(latitude: float | None, longitude: float | None) -> ColumnElement[Any]:
    """The distance of a case from the point; as on a plane, which a few km are. Null if either has none."""
    if latitude is None or longitude is None:
        return cast(literal(None), Double)
    snapshot = col(CaseRow.snapshot)
    north = (cast(snapshot["latitude"].astext, Double) - latitude) * _DEGREE
    east = (cast(snapshot["longitude"].astext, Double) - longitude) * (_DEGREE * cos(radians(latitude)))
    return case((snapshot["latitude"].is_not(None), func.sqrt(north * north + east * east)))
