"""The slowest desks: where open cases have lain longest without leaving."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import ConfigDict
from sqlalchemy import and_, case, cast, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import DateTime
from sqlmodel import col

from models.base import Frozen
from models.case.state import ACTIVE_TASK, Stage, TaskRole
from models.city.people import Principal
from models.city.units import UnitKind
from models.queries.case_filters import CaseState
from models.queries.names import Named
from models.queries.street_figures import concerning
from models.tables.cases import CaseRow, TaskRow
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
    task = (
        select(col(TaskRow.unit_id).label("desk"), col(TaskRow.opened_at).label("since"))
        .where(
            col(TaskRow.case_number) == col(CaseRow.number),
            col(TaskRow.round) == col(CaseRow.round),
            col(TaskRow.role) == TaskRole.LEAD.value,
            col(TaskRow.state).in_([state.value for state in ACTIVE_TASK]),
            col(CaseRow.stage) == Stage.HANDLING.value,
        )
        .order_by(col(TaskRow.opened_at).desc())
        .limit(1)
        .correlate(CaseRow)
        .lateral("task")
    )
    held = cast(col(CaseRow.snapshot)["held_since"].astext, DateTime(timezone=True))
    since = func.coalesce(task.c.since, func.greatest(col(CaseRow.stage_since), held))
    waits = (
        select(
            func.coalesce(task.c.desk, col(CaseRow.holder_id)).label("desk"),
            (literal(at, Instant) - since).label("waited"),
            and_(col(CaseRow.red_at).is_not(None), col(CaseRow.red_at) <= at).label("late"),
        )
        .select_from(CaseRow)
        .outerjoin(task, true())
        .where(
            *concerning(principal, unit_id, at, state=CaseState.OPEN),
            col(CaseRow.suspended_since).is_(None),
            col(CaseRow.stage_since) <= at,
        )
        .subquery("waits")
    )
    median = func.percentile_cont(0.5).within_group(waits.c.waited)
    # A grid or a section has a plain name of its own: elsewhere it is said whose it is.
    told = case((and_(col(UnitRow.kind).in_(_PLAIN), col(_ABOVE.id) != unit_id), col(_ABOVE.name)), else_="")
    statement = (
        select(
            col(UnitRow.id),
            (told + col(UnitRow.name)).label("name"),
            func.count().label("cases"),
            median.label("median"),
            func.max(waits.c.waited).label("longest"),
            func.count().filter(waits.c.late).label("late"),
        )
        .join(UnitRow, col(UnitRow.id) == waits.c.desk)
        .outerjoin(_ABOVE, col(_ABOVE.id) == col(UnitRow.parent_id))
        .group_by(col(UnitRow.id), col(_ABOVE.id))
        .order_by(median.desc(), col(UnitRow.id))
        .limit(limit)
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
