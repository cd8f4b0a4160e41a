"""Overdue: the cases that are, or at a past instant were, over a limit, with the time spent in each stage.

Each revision of a clock knows the stretch in which it was over its limit (`clocks.late`). So the answer for
a past instant is what the clocks said then, whatever moved them since; and it is right to the second,
whatever the workers are doing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import CTE, ColumnElement, RowMapping, Select, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen, Words
from models.case.facts import ClockSet
from models.case.jurisdiction import sight
from models.case.state import Stage
from models.city.people import Principal
from models.city.units import LEVEL_OF, Level
from models.clocks.explain import words as explained
from models.clocks.rules import ClockStage, PolicyRef
from models.queries.case_filters import CaseFilter, conditions
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.cursors import decode, encode
from models.queries.jurisdiction import visible
from models.queries.names import Named, names
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


def late_at(at: datetime) -> CTE:
    """Per case, what was over its limit at `at`: since when, and which revisions of which clocks."""
    clock = func.jsonb_build_object(
        "clock", col(ClockRow.clock_id),
        "stage", col(ClockRow.stage),
        "owner", col(ClockRow.owner_id),
        "since", col(ClockRow.red_at),
        "revision", col(ClockRow.revision),
    )  # fmt: skip
    order = aggregate_order_by(clock, col(ClockRow.red_at), col(ClockRow.clock_id))
    return (
        select(
            col(ClockRow.case_number).label("number"),
            func.min(col(ClockRow.red_at)).label("since"),
            func.jsonb_agg(order).label("clocks"),
        )
        .where(col(ClockRow.late).bool_op("@>")(literal(at, Instant)))
        .group_by(col(ClockRow.case_number))
        .cte("late")
    )


def overdue_cases(
    columns: Sequence[ColumnElement[Any]], late: CTE, principal: Principal, wanted: CaseFilter, at: datetime
) -> Select[Any]:
    """The cases in `late` that the principal may see and asked for, with stage and holder as of `at`.

    `level` and `holder` of the filter mean those of then; lights, states and the rest those of the row.
    """
    then = (
        select(col(FactRow.stage).label("stage"), col(FactRow.holder_id).label("holder_id"))
        .where(col(FactRow.case_number) == col(CaseRow.number), col(FactRow.at) <= at)
        .order_by(col(FactRow.seq).desc())
        .limit(1)
        .correlate(CaseRow)
        .lateral("then_")
    )
    holder = aliased(UnitRow, name="holder_then")
    statement = (
        select(
            *columns,
            then.c.stage.label("stage_then"),
            col(holder.id).label("holder_then_id"),
            col(holder.name).label("holder_then_name"),
            col(holder.kind).label("holder_then_kind"),
            col(holder.path).label("holder_then_path"),
        )
        .select_from(late)
        .join(CaseRow, col(CaseRow.number) == late.c.number)
        .join(then, true())
        .join(holder, col(holder.id) == then.c.holder_id)
        .where(visible(sight(principal)))
    )
    if wanted.level is not None:
        kinds = [kind for kind, level in LEVEL_OF.items() if level is wanted.level]
        statement = statement.where(col(holder.kind).in_(kinds))
    if wanted.holder is not None:
        statement = statement.where(col(holder.id) == wanted.holder)
    rest = wanted.model_copy(update={"level": None, "holder": None})
    return statement.where(*conditions(rest, at))


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
    """The cases that were over a limit at the instant `at`, the longest overdue first, in four queries.

    `now` is the instant whose lights the lines show. Raises BadCursor.
    """
    late = late_at(at)
    columns = (*headline_columns(), late.c.since, late.c.clocks)
    statement = joined(overdue_cases(columns, late, principal, wanted, at))
    if cursor is not None:
        since, last = decode(cursor, tuple[datetime, str])
        after = tuple_(literal(since, Instant), literal(last))
        statement = statement.where(tuple_(late.c.since, late.c.number) > after)
    statement = statement.order_by(late.c.since, late.c.number).limit(limit + 1)
    rows = (await session.execute(statement)).mappings().all()
    shown = rows[:limit]
    numbers = [row["number"] for row in shown]
    revisions = [(row["number"], clock["revision"]) for row in shown for clock in row["clocks"]]
    stays = await stays_of(session, numbers, at)
    rules = await _rules(session, revisions)
    owners = await names(session, (clock["owner"] for row in shown for clock in row["clocks"]))

    def item(row: RowMapping) -> OverdueCase:
        number = row["number"]
        return OverdueCase(
            case=headline(row, now),
            stage_then=Stage(row["stage_then"]),
            holder_then=Named(id=row["holder_then_id"], name=row["holder_then_name"]),
            level_then=LEVEL_OF[row["holder_then_kind"]],
            since=row["since"],
            late=at - row["since"],
            clocks=tuple(
                _late_clock(clock, at, rules[number, clock["revision"]], owners) for clock in row["clocks"]
            ),
            stays=stays[number],
        )

    items = tuple(map(item, shown))
    if len(rows) <= limit:
        return Page(items=items)
    return Page(items=items, next=encode((shown[-1]["since"], numbers[-1])))


async def _rules(
    session: AsyncSession, revisions: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], ClockSet]:
    """The facts that set these revisions, one query."""
    if not revisions:
        return {}
    statement = select(col(FactRow.case_number), col(FactRow.seq), col(FactRow.body)).where(
        tuple_(col(FactRow.case_number), col(FactRow.seq)).in_(revisions)
    )
    return {
        (number, seq): ClockSet.model_validate(body)
        for number, seq, body in (await session.execute(statement))
    }


def _late_clock(
    clock: Mapping[str, Any], at: datetime, rule: ClockSet, owners: Mapping[str, str]
) -> LateClock:
    since, owner = datetime.fromisoformat(clock["since"]), clock["owner"]
    return LateClock(
        clock=clock["clock"],
        stage=ClockStage(clock["stage"]),
        owner=Named(id=owner, name=owners.get(owner, owner)),
        since=since,
        late=at - since,
        policy=rule.why.policy if rule.why else None,
        why=explained(rule.why) if rule.why else None,
    )
