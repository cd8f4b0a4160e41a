"""The desk: my tasks, and those I may claim; the nearest red first. `waiting` has what else waits for me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.permissions import SERVES, serves
from models.case.state import ACTIVE_TASK, Case, Task, TaskState
from models.city.people import Post, Principal, Rank
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage
from models.queries import nearest_red
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.tables.cases import CaseRow, TaskRow


class Whose(StrEnum):
    """Which tasks."""

    MINE = "mine"  # claimed by me, not yet handled
    CLAIMABLE = "claimable"  # open at a unit one of my posts works for


class TaskLine(Frozen):
    """A task on the desk, with its case."""

    case: CaseLine
    task: Task
    clocks: tuple[Clock, ...]
    """The case's running clocks, the nearest red first."""
    my_turn: bool
    """Whether it may be claimed now; B waits until A has not answered in time (AB角)."""
    turn_from: datetime | None
    """When it will be B's turn."""


def served(posts: Sequence[Post]) -> tuple[str, ...]:
    """The units whose desk the posts work."""
    return tuple(sorted({post.unit.id for post in posts if post.role in SERVES[post.unit.kind]}))


async def list_tasks(
    session: AsyncSession,
    principal: Principal,
    whose: Whose,
    at: datetime,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TaskLine]:
    """The principal's tasks or those it may claim, as of the instant `at`, the nearest red first; one query.

    Raises BadCursor.
    """
    number, task_id = col(CaseRow.number), col(TaskRow.id)
    chosen = (
        select(number, task_id)
        .join(CaseRow, number == col(TaskRow.case_number))
        .where(belonging(principal, whose), col(TaskRow.round) == col(CaseRow.round))
        .where(col(CaseRow.closed_at).is_(None))
    )
    if cursor is not None:
        chosen = chosen.where(nearest_red.after(cursor, task_id))
    page = chosen.order_by(*nearest_red.order(), task_id).limit(limit + 1).cte("page")
    statement = joined(
        select(*headline_columns(), page.c.id.label("task_id"), col(CaseRow.snapshot))
        .select_from(page)
        .join(CaseRow, number == page.c.number)
    ).order_by(*nearest_red.order(), page.c.id)
    rows = (await session.execute(statement)).mappings().all()
    items = []
    for row in rows[:limit]:
        case = Case.model_validate(row["snapshot"])
        task = case.task(row["task_id"])
        if task is not None:
            items.append(_task_line(headline(row, at), case, task, principal, at))
    if len(rows) <= limit:
        return Page(items=tuple(items))
    end = rows[limit - 1]
    return Page(items=tuple(items), next=nearest_red.cursor_at(end["red_at"], end["number"], end["task_id"]))


def belonging(principal: Principal, whose: Whose) -> ColumnElement[bool]:
    """Whether a row of `tasks` is one of those; that its round is the case's is for the caller to ask."""
    if whose is Whose.MINE:
        active = [state.value for state in ACTIVE_TASK]
        return and_(col(TaskRow.person) == principal.person, col(TaskRow.state).in_(active))
    return and_(col(TaskRow.unit_id).in_(served(principal.posts)), col(TaskRow.state) == TaskState.OPEN.value)


def _task_line(line: CaseLine, case: Case, task: Task, principal: Principal, at: datetime) -> TaskLine:
    running = sorted((c for c in case.clocks if c.red_at is not None), key=lambda c: str(c.red_at))
    turn = turn_from(case, task, principal.posts, at)
    return TaskLine(case=line, task=task, clocks=tuple(running), my_turn=turn is None, turn_from=turn)


def turn_from(case: Case, task: Task, posts: Sequence[Post], at: datetime) -> datetime | None:
    """When these posts may claim the task, if that lies ahead: `require_turn`, asked beforehand."""
    serving = [post for post in posts if serves(post, task.unit.id)]
    if task.state is not TaskState.OPEN or any(post.rank is not Rank.B for post in serving):
        return None
    clock = case.clock(f"{ClockStage.CLAIM}:{task.pool}")
    if clock is None or clock.substituted is not None or clock.substitute_at is None:
        return None
    return clock.substitute_at if clock.substitute_at > at else None
