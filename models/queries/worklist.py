"""The work list of a desk: one row a case, with all in it that is to be claimed, done, answered or decided.

`tasks` and `waiting` list the same for programs, by kind. People want to know what comes next: here the
kinds stand together, the nearest red first, and may be narrowed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, Text, and_, cast, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.case.decide import offers
from models.case.jurisdiction import sight
from models.case.state import ACTIVE_TASK, Case, Task, TaskState
from models.city.people import Principal
from models.city.units import place_name
from models.clocks.clock import Light
from models.clocks.explain import stage_name
from models.queries import nearest_red
from models.queries.case_filters import CaseFilter, conditions, light_at
from models.queries.cases import Page
from models.queries.jurisdiction import visible
from models.queries.tasks import Whose, belonging, served, turn_from
from models.queries.waiting import Waited, awaited, waited_for
from models.tables.cases import CaseRow, TaskRow


class Pile(StrEnum):
    """Why a case lies on somebody's desk; it may for several reasons."""

    POOL = "pool"  # a task to be claimed
    MINE = "mine"  # a task I have claimed
    WAITING = "waiting"  # a whistle, an order, a request


COMMANDS: Final = frozenset(
    {
        *("claim", "release", "arrive", "handle", "return", "request-extension", "request-suspension"),
        *("sign", "report-in", "finish", "answer", "approve", "refuse"),
    }
)
"""What is done at a desk; everything else has its place on the case's own page."""


class WorkLine(Frozen):
    """A case on a desk, as its reader has to do with it."""

    case: Case
    light: Light
    yellow_at: datetime | None
    red_at: datetime | None
    """The earliest of its running clocks."""
    due: Words | None
    """What the one that turns red first is the limit of."""
    piles: tuple[Pile, ...]
    task: Task | None
    """The reader's own, else the one that may be claimed."""
    turn_from: datetime | None
    """When it will be the reader's turn to claim it (AB角); none: it is."""
    waits: tuple[Waited, ...]
    commands: tuple[str, ...]
    """What the reader may send now of a desk's commands. No claim before its turn."""

    @classmethod
    def of(cls, case: Case, principal: Principal, at: datetime) -> WorkLine:
        """The line of a case, wherever it was read: in SQL, or in the receipt of a command."""
        task = _task(case, principal)
        turn = turn_from(case, task, principal.posts, at) if task else None
        waits = tuple(waited_for(case, principal))
        piles = []
        if task is not None:
            piles.append(Pile.POOL if task.state is TaskState.OPEN else Pile.MINE)
        if waits:
            piles.append(Pile.WAITING)
        running = [clock for clock in case.clocks if clock.red_at is not None]
        nearest = min(running, key=lambda clock: str(clock.red_at), default=None)
        yellow_at = min((c.yellow_at for c in running if c.yellow_at), default=None)
        red_at = nearest.red_at if nearest else None
        commands = offers(case, principal, COMMANDS) if piles else ()
        return cls(
            case=case,
            light=light_at(yellow_at, red_at, at),
            yellow_at=yellow_at,
            red_at=red_at,
            due=(nearest.name or stage_name(nearest.stage)) if nearest else None,
            piles=tuple(piles),
            task=task,
            turn_from=turn,
            waits=waits,
            commands=tuple(name for name in commands if turn is None or name != "claim"),
        )

    @property
    def place(self) -> str:
        """Where it happened, as people say it: 璧城街道东关社区18网格."""
        return place_name(self.case.chain)

    @property
    def people(self) -> set[str]:
        """The persons whose names the line is told with."""
        workers = {task.person for task in self.case.tasks if task.person is not None}
        return workers | {wait.request.by.person for wait in self.waits if wait.request is not None}


def _task(case: Case, principal: Principal) -> Task | None:
    units = served(principal.posts)
    own = [task for task in case.tasks if task.round == case.round and task.state in ACTIVE_TASK]
    mine = [t for t in own if t.person == principal.person and t.state is not TaskState.OPEN]
    pool = [t for t in own if t.state is TaskState.OPEN and t.unit.id in units]
    return next(iter(mine + pool), None)


def entries_of(principal: Principal, piles: Collection[Pile]) -> CTE:
    """The numbers of the cases on the principal's desk, each with a pile; a number may stand there twice."""
    parts: list[Select[str, str]] = []
    number = col(CaseRow.number)
    open_ = col(CaseRow.closed_at).is_(None)
    for pile, kind in ((Pile.POOL, Whose.CLAIMABLE), (Pile.MINE, Whose.MINE)):
        if pile in piles:
            parts.append(
                select(number.label("number"), literal(pile.value, Text).label("pile"))
                .join(TaskRow, number == col(TaskRow.case_number))
                .where(belonging(principal, kind), col(TaskRow.round) == col(CaseRow.round), open_)
            )
    if Pile.WAITING in piles:
        parts.append(
            select(number.label("number"), literal(Pile.WAITING.value, Text).label("pile")).where(
                awaited(principal), open_
            )
        )
    return union_all(*parts).cte("entries")


def _snapshots(*more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    # As text: pydantic reads it faster than it reads what psycopg would have made of it. And with a rulebook:
    # a snapshot has none, and to copy the default one takes longer than all the rest.
    whole = col(CaseRow.snapshot).op("||")(cast({"book": {}}, JSONB))
    return select(col(CaseRow.number), cast(whole, Text).label("snapshot"), *more)


@lru_cache(maxsize=2_000)
def _case(snapshot: str) -> Case:
    """The case in a snapshot. A desk is read again and again, and most of its cases are as they were."""
    return Case.model_validate_json(snapshot)


async def list_work(
    session: AsyncSession,
    principal: Principal,
    at: datetime,
    wanted: CaseFilter,
    *,
    piles: Sequence[Pile] = tuple(Pile),
    cursor: str | None = None,
    limit: int = 50,
) -> Page[WorkLine]:
    """What lies on the principal's desk at `at`, narrowed to `wanted`, the nearest red first; one query.

    Raises BadCursor.
    """
    number = col(CaseRow.number)
    entries = entries_of(principal, piles)
    chosen = select(number).where(number.in_(select(entries.c.number)), *conditions(wanted, at))
    if cursor is not None:
        chosen = chosen.where(nearest_red.after(cursor))
    page = chosen.order_by(*nearest_red.order()).limit(limit + 1).cte("page")
    statement = _snapshots().select_from(page).join(CaseRow, number == page.c.number)
    rows = (await session.execute(statement.order_by(*nearest_red.order()))).all()
    lines = tuple(WorkLine.of(_case(row.snapshot), principal, at) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=lines)
    return Page(items=lines, next=nearest_red.cursor_at(lines[-1].red_at, lines[-1].case.number))


async def lines_of(
    session: AsyncSession,
    principal: Principal,
    at: datetime,
    numbers: Sequence[str],
    wanted: CaseFilter,
    piles: Sequence[Pile] = tuple(Pile),
) -> list[tuple[WorkLine, bool]]:
    """These cases as far as the principal may see them, and whether each stands in the list; one query."""
    number = col(CaseRow.number)
    entries = entries_of(principal, piles)
    fits = and_(number.in_(select(entries.c.number)), *conditions(wanted, at)).label("fits")
    statement = _snapshots(fits).where(number.in_(numbers), visible(sight(principal)))
    rows = (await session.execute(statement.order_by(*nearest_red.order()))).all()
    return [(WorkLine.of(_case(snapshot), principal, at), fits) for _, snapshot, fits in rows]
