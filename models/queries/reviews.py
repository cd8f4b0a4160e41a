"""Reviews: every return, rework, extension and suspension: who, when, why, how often, and who approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import CTE, ColumnElement, RowMapping, Select, and_, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.case.facts import Fact
from models.case.facts.timing import Cause
from models.city.people import Principal
from models.clocks.budget import ClockKind
from models.clocks.rules import ClockStage
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.cursors import decode, encode
from models.queries.names import Named, names
from models.queries.review_facts import Outcome, Review, ReviewFilter, beside, of_kind, reviewed
from models.tables.cases import CaseRow, FactRow

PING_PONG: Final = 3
"""From this return on a case has no natural owner: the dispatcher must appoint one (指定办理)."""


class ReviewLine(Frozen):
    """One return, rework, or request."""

    model_config = ConfigDict(ser_json_timedelta="float")

    case: CaseLine
    seq: int
    at: datetime
    unit: Named
    """The unit that returned, that handled in vain, or that asked."""
    person: Named
    """Who returned, checked, called back, or asked."""
    why: Words
    ordinal: int
    """Which of its kind it is in its case, from 1."""
    total: int
    """How many of its kind its case has."""
    outcome: Outcome
    decided_at: datetime | None
    decided_by: Named | None
    note: str
    """What the approver said."""
    amount: int | None
    """For an extension: how much; working days where `kind` says so, else seconds."""
    kind: ClockKind | None
    due_before: datetime | None
    due_after: datetime | None
    """For an extension: the limit for handling as it was when asked, and as it is when granted."""
    review_on: date | None
    """For a suspension: when it is to be looked at again."""
    resumed_at: datetime | None
    lasted: timedelta | None
    """For a suspension: how long it lasted, or has lasted."""


class UnitCount(Frozen):
    """How often at one unit."""

    unit: Named
    times: int
    cases: int


class ReviewCounts(Frozen):
    """How often, in how many cases, by unit and by outcome; the largest first."""

    times: int
    cases: int
    ping_pong: int
    """Cases with so many (`PING_PONG`) that something is wrong with them, among those counted."""
    units: tuple[UnitCount, ...]
    outcomes: dict[Outcome, int]


_FACT: Final[TypeAdapter[Fact]] = TypeAdapter(Fact)


async def list_reviews(
    session: AsyncSession,
    principal: Principal,
    kind: Review,
    wanted: ReviewFilter,
    at: datetime,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ReviewLine]:
    """What `kind` looks at, the newest first, as of now (`at`), in two queries. Raises BadCursor."""
    found = reviewed(principal, kind, wanted, at).subquery("found")
    paged = select(found)
    if wanted.by is not None:
        paged = paged.where(found.c.unit_id == wanted.by)
    if wanted.outcome is not None:
        paged = paged.where(found.c.outcome == wanted.outcome.value)
    if cursor is not None:
        last = tuple_(*map(literal, decode(cursor, tuple[datetime, str, int])))
        paged = paged.where(tuple_(found.c.at, found.c.number, found.c.seq) < last)
    newest = (found.c.at.desc(), found.c.number.desc(), found.c.seq.desc())
    page = paged.order_by(*newest).limit(limit + 1).cte("page")
    own_case = and_(of_kind(kind), col(FactRow.case_number) == page.c.number)
    counted = select(func.count()).where(own_case)
    columns = [
        *(column.label(f"review_{name}") for name, column in page.c.items()),
        counted.where(col(FactRow.seq) <= page.c.seq).scalar_subquery().label("ordinal"),
        counted.scalar_subquery().label("total"),
    ]
    statement = joined(
        select(*headline_columns(), *columns)
        .select_from(page)
        .join(CaseRow, col(CaseRow.number) == page.c.number)
    )
    if kind is Review.EXTENSIONS:
        statement = _with_limits(statement, page)
    statement = statement.order_by(page.c.at.desc(), page.c.number.desc(), page.c.seq.desc())
    rows = (await session.execute(statement)).mappings().all()
    shown = rows[:limit]
    who = [row.get(f"review_{key}") for row in shown for key in ("unit_id", "person_id", "decided_by")]
    known = await names(session, who)
    lines = tuple(_line(row, known, at) for row in shown)
    if len(rows) <= limit:
        return Page(items=lines)
    end = lines[-1]
    return Page(items=lines, next=encode((end.at, end.case.number, end.seq)))


def _with_limits(statement: Select[Any], page: CTE) -> Select[Any]:
    """With the limit for handling before each request of `page`, and after what was decided."""
    number = page.c.number

    def handling(fact: type[FactRow]) -> ColumnElement[bool]:
        stage: ColumnElement[str] = col(fact.body)["clock"]["stage"].astext
        return stage == ClockStage.HANDLE.value

    def extended(fact: type[FactRow]) -> ColumnElement[bool]:
        cause: ColumnElement[str] = col(fact.body)["cause"].astext
        return cause == Cause.EXTENDED.value

    old = beside("old", ["clock_set"], handling, before=page.c.seq, number=number)
    new = beside("new", ["clock_set"], handling, extended, after=page.c.decided_seq, number=number)
    return (
        statement.outerjoin(old, true())
        .outerjoin(new, page.c.outcome == Outcome.APPROVED.value)
        .add_columns(
            old.c.body["clock"]["budget"]["kind"].astext.label("kind"),
            old.c.body["clock"]["red_at"].astext.label("due_before"),
            new.c.body["clock"]["red_at"].astext.label("due_after"),
        )
    )


async def count_reviews(
    session: AsyncSession, principal: Principal, kind: Review, wanted: ReviewFilter, at: datetime
) -> ReviewCounts:
    """How often, by unit and by outcome, in two queries; `by` and `outcome` of the filter are left aside."""
    found = reviewed(principal, kind, wanted, at).subquery("found")
    often = (
        select(found.c.number).group_by(found.c.number).having(func.count() >= PING_PONG).subquery("often")
    )
    statement = select(
        found.c.unit_id,
        found.c.outcome,
        func.grouping(found.c.unit_id, found.c.outcome).label("grouped"),
        func.count().label("times"),
        func.count(found.c.number.distinct()).label("cases"),
        select(func.count()).select_from(often).scalar_subquery().label("ping_pong"),
    ).group_by(func.grouping_sets(tuple_(found.c.unit_id), tuple_(found.c.outcome), tuple_()))
    rows = (await session.execute(statement)).mappings().all()
    by_unit = [row for row in rows if row["grouped"] == 0b01]
    known = await names(session, (row["unit_id"] for row in by_unit))
    units = [
        UnitCount(
            unit=Named(id=row["unit_id"], name=known.get(row["unit_id"], row["unit_id"])),
            times=row["times"],
            cases=row["cases"],
        )
        for row in by_unit
    ]
    units.sort(key=lambda count: (-count.times, count.unit.id))
    (whole,) = (row for row in rows if row["grouped"] == 0b11)
    return ReviewCounts(
        times=whole["times"],
        cases=whole["cases"],
        ping_pong=whole["ping_pong"],
        units=tuple(units),
        outcomes={Outcome(row["outcome"]): row["times"] for row in rows if row["grouped"] == 0b10},
    )


def _line(row: RowMapping, known: Mapping[str, str], at: datetime) -> ReviewLine:
    body, outcome = row["review_body"], Outcome(row["review_outcome"])
    request = body.get("request") or {}
    decided, resumed = row.get("review_decided_at"), row.get("review_resumed_at")
    granted = outcome in (Outcome.RUNNING, Outcome.APPROVED) and "review_on" in request

    def named(id_: str) -> Named:
        return Named(id=id_, name=known.get(id_, id_))

    approver = row.get("review_decided_by")
    return ReviewLine.model_validate(
        {
            "case": headline(row, at),
            "seq": row["review_seq"],
            "at": row["review_at"],
            "unit": named(row["review_unit_id"]),
            "person": named(row["review_person_id"]),
            "why": _why(body),
            "ordinal": row["ordinal"],
            "total": row["total"],
            "outcome": outcome,
            "decided_at": decided,
            "decided_by": named(approver) if approver else None,
            "note": row.get("review_note") or "",
            "amount": request.get("amount"),
            "kind": row.get("kind"),
            "due_before": row.get("due_before"),
            "due_after": row.get("due_after"),
            "review_on": request.get("review_on"),
            "resumed_at": resumed,
            "lasted": (resumed or at) - decided if decided and granted else None,
        }
    )


def _why(body: Mapping[str, Any]) -> Words:
    """The reason somebody wrote; where the reporter is not content, what they said."""
    reason = body.get("reason") or (body.get("request") or {}).get("reason")
    return Words(zh=reason, en=reason) if reason else _FACT.validate_python(body).words()
