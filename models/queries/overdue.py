"""Overdue: the cases that are, or at a past instant were, over a limit, with the time spent in each stage.

Each revision of a clock knows the stretch in which it was over its limit (`clocks.late`). So the answer for
a past instant is what the clocks said then, whatever moved them since; and it is right to the second,
whatever the workers are doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ConfigDict
from sqlalchemy import ColumnElement, RowMapping, Select, Text, cast, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen, Words
from models.case.state import Stage
from models.city.people import Principal
from models.city.units import LEVEL_OF, Level
from models.clocks.explain import Explanation
from models.clocks.explain import words as explained
from models.clocks.rules import ClockStage, PolicyRef
from models.queries import nearest_red
from models.queries.case_filters import CaseFilter, asked
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.cursors import decode, encode
from models.queries.names import Named
from models.queries.stays import StayLine, stays_of
from models.tables.cases import CaseRow, ClockRow, FactRow
from models.tables.types import Instant
from models.tables.units import UnitRow


class LateClock(Frozen):
    """One limit that was over, and the rule behind it."""

    model_config = ConfigDict(ser_json_timedelta="float")

    clock: str
    stage: ClockStage
    owner: Named
    """The unit whose lateness it measures."""
    since: datetime
    """Its red instant."""
    late: timedelta
    policy: PolicyRef | None
    """The policy as its case cites it: name, version, standing."""
    why: Words | None
    """The rule and its arithmetic in words, as the fact that set the date says it."""


class OverdueCase(Frozen):
    """A case over a limit at the instant asked about."""

    model_config = ConfigDict(ser_json_timedelta="float")

    case: CaseLine
    """As it is now."""
    stage_then: Stage
    holder_then: Named
    level_then: Level
    since: datetime
    """When the first of its late limits ran out."""
    late: timedelta
    clocks: tuple[LateClock, ...]
    """The longest overdue first."""
    stays: tuple[StayLine, ...]
    """Where it had been until then, and for how long."""


HOLDER: Final = aliased(UnitRow, name="holder_then")
"""The unit that held the case at the instant asked about, in statements that `as_of` has completed."""


def overdue_cases(
    columns: Sequence[ColumnElement[Any]],
    principal: Principal,
    wanted: CaseFilter,
    at: datetime,
    now: datetime | None = None,
    *,
    then: bool = False,
) -> Select[Any]:
    """The cases over a limit at `at` that the principal may see and asked for, and `since` when they are.

    What is asked about the present instant, if `now` says which that is, needs no looking back.

    `level` and `holder` of the filter mean those of then. With `then`, or where the filter needs it, the
    statement knows stage and holder as of then.
    """
    rest = wanted.model_copy(update={"level": None, "holder": None})
    if now is not None and at >= now:
        # What is over a limit now, the cases' own rows know: the first red instant of their running clocks.
        statement = select(col(CaseRow.number), col(CaseRow.red_at).label("since"), *columns).where(
            col(CaseRow.closed_at).is_(None), nearest_red.red_by(at)
        )
    else:
        late = (
            select(col(ClockRow.case_number).label("number"), func.min(col(ClockRow.red_at)).label("since"))
            .where(_late(at))
            .group_by(col(ClockRow.case_number))
            .subquery("late")
        )
        statement = (
            select(col(CaseRow.number), late.c.since, *columns)
            .select_from(late)
            .join(CaseRow, col(CaseRow.number) == late.c.number)
        )
    statement = statement.where(*asked(principal, rest, at))
    if then or wanted.level is not None or wanted.holder is not None:
        statement = as_of(statement, at, now)
    if wanted.level is not None:
        kinds = [kind for kind, level in LEVEL_OF.items() if level is wanted.level]
        statement = statement.where(col(HOLDER.kind).in_(kinds))
    if wanted.holder is not None:
        statement = statement.where(col(HOLDER.id) == wanted.holder)
    return statement


def as_of(statement: Select[Any], at: datetime, now: datetime | None = None) -> Select[Any]:
    """A statement on `cases` with the stage (`stage_then`) and the holder that each had at `at`."""
    if now is not None and at >= now:
        present = statement.add_columns(col(CaseRow.stage).label("stage_then"))
        return present.join(HOLDER, col(HOLDER.id) == col(CaseRow.holder_id))
    then = (
        select(col(FactRow.stage).label("stage"), col(FactRow.holder_id).label("holder_id"))
        .where(col(FactRow.case_number) == col(CaseRow.number), col(FactRow.at) <= at)
        .order_by(col(FactRow.seq).desc())
        .limit(1)
        .correlate(CaseRow)
        .lateral("then_")
    )
    return (
        statement.add_columns(then.c.stage.label("stage_then"))
        .join(then, true())
        .join(HOLDER, col(HOLDER.id) == then.c.holder_id)
    )


def _late(at: datetime) -> ColumnElement[bool]:
    """Whether a revision of a clock was over its limit at `at`."""
    return col(ClockRow.late).bool_op("@>")(literal(at, Instant))


async def list_overdue(
    session: AsyncSession,
    principal: Principal,
    wanted: CaseFilter,
    at: datetime,
    now: datetime,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OverdueCase]:
    """The cases that were over a limit at the instant `at`, the longest overdue first, in three queries.

    `now` is the instant whose lights the lines show. Raises BadCursor.
    """
    chosen = overdue_cases((), principal, wanted, at, now).subquery("chosen")
    paged = select(chosen.c.number, chosen.c.since)
    if cursor is not None:
        since, last = decode(cursor, tuple[datetime, str])
        after = tuple_(literal(since, Instant), literal(last))
        paged = paged.where(tuple_(chosen.c.since, chosen.c.number) > after)
    page = paged.order_by(chosen.c.since, chosen.c.number).limit(limit + 1).cte("page")
    shown_columns = (
        *headline_columns(),
        page.c.since,
        col(HOLDER.id).label("holder_then_id"),
        col(HOLDER.name).label("holder_then_name"),
        col(HOLDER.kind).label("holder_then_kind"),
    )
    statement = select(*shown_columns).select_from(page).join(CaseRow, col(CaseRow.number) == page.c.number)
    statement = as_of(joined(statement), at, now).order_by(page.c.since, page.c.number)
    rows = (await session.execute(statement)).mappings().all()
    shown = rows[:limit]
    numbers = [row["number"] for row in shown]
    stays = await stays_of(session, numbers, at)
    clocks = await _clocks(session, numbers, at)

    def item(row: RowMapping) -> OverdueCase:
        number = row["number"]
        return OverdueCase(
            case=headline(row, now),
            stage_then=Stage(row["stage_then"]),
            holder_then=Named(id=row["holder_then_id"], name=row["holder_then_name"]),
            level_then=LEVEL_OF[row["holder_then_kind"]],
            since=row["since"],
            late=at - row["since"],
            clocks=clocks[number],
            stays=stays[number],
        )

    items = tuple(map(item, shown))
    if len(rows) <= limit:
        return Page(items=items)
    return Page(items=items, next=encode((shown[-1]["since"], numbers[-1])))


async def _clocks(
    session: AsyncSession, numbers: Sequence[str], at: datetime
) -> dict[str, tuple[LateClock, ...]]:
    """The clocks of each of these cases that were over their limit at `at`, the longest overdue first."""
    found: dict[str, list[LateClock]] = {number: [] for number in numbers}
    statement = (
        select(
            col(ClockRow.case_number),
            col(ClockRow.clock_id),
            col(ClockRow.stage),
            col(ClockRow.red_at),
            col(ClockRow.owner_id),
            col(UnitRow.name),
            # As text: it becomes an explanation without being taken apart before.
            cast(col(ClockRow.why), Text),
        )
        .outerjoin(UnitRow, col(UnitRow.id) == col(ClockRow.owner_id))
        .where(col(ClockRow.case_number) == func.any(literal(list(found), ARRAY(Text))), _late(at))
        .order_by(col(ClockRow.red_at), col(ClockRow.clock_id))
    )
    for number, clock, stage, since, owner, name, told in await session.execute(statement):
        why = Explanation.model_validate_json(told) if told else None
        late = LateClock(
            clock=clock,
            stage=ClockStage(stage),
            owner=Named(id=owner, name=name or owner),
            since=since,
            late=at - since,
            policy=why.policy if why else None,
            why=explained(why) if why else None,
        )
        found[number].append(late)
    return {number: tuple(clocks) for number, clocks in found.items()}
