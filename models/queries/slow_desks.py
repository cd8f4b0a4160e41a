"""The slowest desks: where open cases have lain longest without leaving."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import ConfigDict
from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.city.people import Principal
from models.city.units import UnitKind
from models.queries.case_filters import CaseState
from models.queries.names import Named
from models.queries.street_figures import concerning
from models.tables.cases import CaseRow
from models.tables.types import Instant
from models.tables.units import UnitRow

_ABOVE: Final = aliased(UnitRow, name="above")
_PLAIN: Final = (UnitKind.GRID, UnitKind.MICRO_GRID, UnitKind.SECTION)


class SlowDesk(Frozen):
    """A desk and the open cases that lie there: at the unit whose lead task it is, else at the holder."""

    model_config = ConfigDict(ser_json_timedelta="float")

    desk: Named
    cases: int
    median: timedelta
    """How long half of them have lain there, in continuous time."""
    longest: timedelta
    late: int
    """Of these, over a limit."""


async def slow_desks(
    session: AsyncSession, principal: Principal, unit_id: str, at: datetime, *, limit: int = 6
) -> tuple[SlowDesk, ...]:
    """The desks with the longest median at the instant `at`, of cases that happened in the unit; one query.

    A case lies at a desk since it came to this stage, to this holder, or to this task, whichever was last.
    Suspended cases and drills are left out.
    """
    desk = col(CaseRow.desk_id)
    waits = (
        select(
            desk.label("desk"),
            (literal(at, Instant) - col(CaseRow.desk_since)).label("waited"),
            func.row_number().over(partition_by=desk, order_by=col(CaseRow.desk_since)).label("nth"),
            func.count().over(partition_by=desk).label("of"),
            and_(col(CaseRow.red_at).is_not(None), col(CaseRow.red_at) <= at).label("late"),
        )
        .where(
            *concerning(principal, unit_id, at, state=CaseState.OPEN),
            col(CaseRow.suspended_since).is_(None),
            col(CaseRow.stage_since) <= at,
        )
        .subquery("waits")
    )
    # The middle one, or the mean of both in the middle: one sorting, where percentile_cont sorts each group.
    middle = waits.c.nth.between((waits.c.of + 1) // 2, (waits.c.of + 2) // 2)
    median = func.avg(waits.c.waited).filter(middle)
    desks = (
        select(
            waits.c.desk,
            func.count().label("cases"),
            median.label("median"),
            func.max(waits.c.waited).label("longest"),
            func.count().filter(waits.c.late).label("late"),
        )
        .group_by(waits.c.desk)
        .order_by(median.desc(), waits.c.desk)
        .limit(limit)
        .cte("desks")
    )
    # A grid or a section has a plain name of its own: elsewhere it is said whose it is.
    told = case((and_(col(UnitRow.kind).in_(_PLAIN), col(_ABOVE.id) != unit_id), col(_ABOVE.name)), else_="")
    statement = (
        select(desks, col(UnitRow.id), (told + col(UnitRow.name)).label("name"))
        .join(UnitRow, col(UnitRow.id) == desks.c.desk)
        .outerjoin(_ABOVE, col(_ABOVE.id) == col(UnitRow.parent_id))
        .order_by(desks.c.median.desc(), desks.c.desk)
    )
    return tuple(
        SlowDesk(
            desk=Named(id=row.id, name=row.name),
            cases=row.cases,
            median=row.median,
            longest=row.longest,
            late=row.late,
        )
        for row in await session.execute(statement)
    )
