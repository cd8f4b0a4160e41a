"""The dispatcher's queue: the cases a desk holds, by what it has to do with them next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.state import OPEN, Case, Stage
from models.city.people import Principal
from models.queries import nearest_red
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.tasks import served
from models.tables.cases import CaseRow


class Step(StrEnum):
    """What the holder of a case has to do next."""

    ACCEPT = "accept"  # 受理; also what has climbed to this desk
    DISPATCH = "dispatch"  # 派遣
    VERIFY = "verify"  # 核查
    CALL_BACK = "call_back"  # 回访


_STAGE: Mapping[Step, Stage] = {
    Step.DISPATCH: Stage.ACCEPTED,
    Step.VERIFY: Stage.VERIFYING,
    Step.CALL_BACK: Stage.CALLING_BACK,
}


def step_of(case_: Case) -> Step | None:
    """What the holder has to do with the case next; nothing while others handle it."""
    if case_.stage in OPEN and not case_.accepted:
        return Step.ACCEPT
    return next((step for step, stage in _STAGE.items() if stage is case_.stage), None)


async def count_queue(session: AsyncSession, principal: Principal) -> dict[Step, int]:
    """How many cases wait for each step at the desks that the principal works; one query."""
    step = case(*((_waits(step), step.value) for step in Step), else_=None).label("step")
    statement = select(step, func.count()).where(_held(served(principal.posts))).group_by(step)
    found = {row[0]: row[1] for row in await session.execute(statement)}
    return {step: found.get(step.value, 0) for step in Step}


async def list_queue(
    session: AsyncSession,
    principal: Principal,
    step: Step,
    at: datetime,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CaseLine]:
    """The cases that wait for `step` at the principal's desks, the nearest red first; one query.

    The lights are those of the instant `at`. Raises BadCursor.
    """
    number = col(CaseRow.number)
    chosen = select(number).where(_held(served(principal.posts)), _waits(step))
    if cursor is not None:
        chosen = chosen.where(nearest_red.after(cursor))
    page = chosen.order_by(*nearest_red.order()).limit(limit + 1).cte("page")
    statement = joined(select(*headline_columns()).select_from(page).join(CaseRow, number == page.c.number))
    rows = (await session.execute(statement.order_by(*nearest_red.order()))).mappings().all()
    lines = tuple(headline(row, at) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=lines)
    return Page(items=lines, next=nearest_red.cursor_at(lines[-1].red_at, lines[-1].number))


def _held(units: Collection[str]) -> ColumnElement[bool]:
    return and_(col(CaseRow.holder_id).in_(units), col(CaseRow.closed_at).is_(None))


def _waits(step: Step) -> ColumnElement[bool]:
    accepted = col(CaseRow.accepted)
    if step is Step.ACCEPT:
        return and_(~accepted, col(CaseRow.stage).in_([stage.value for stage in OPEN]))
    return and_(accepted, col(CaseRow.stage) == _STAGE[step].value)
