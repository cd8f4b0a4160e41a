"""Which facts a review looks at: returns, rework, and requests for more time, each with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause
from sqlmodel import col

from models.base import Frozen
from models.case.state import RequestKind, Stage
from models.case.stays import RESUMES
from models.city.people import Principal
from models.queries.case_filters import CaseFilter, asked
from models.tables.cases import CaseRow, FactRow
from models.tables.types import Instant


class Review(StrEnum):
    """What is looked at."""

    RETURNS = "returns"  # 退回
    REWORK = "rework"  # 返工: the check failed, or who reported is not content
    EXTENSIONS = "extensions"  # 延期
    SUSPENSIONS = "suspensions"  # 挂起


class Outcome(StrEnum):
    """What became of it."""

    PENDING = "pending"  # 待审批
    APPROVED = "approved"  # 已批准; for a suspension: and over again
    RUNNING = "running"  # 挂起中
    REFUSED = "refused"  # 未批准
    LAPSED = "lapsed"  # 未审批而终结: the case came to its end first
    CHECKED = "checked"  # 核查不通过
    DISSATISFIED = "dissatisfied"  # 回访或评价不满意
    RETURNED = "returned"  # 退回


class ReviewFilter(Frozen):
    """Which of them; what is left out narrows nothing."""

    since: datetime | None = None
    """Happened, was asked, or (for a suspension) lasted at or after this instant."""
    until: datetime | None = None
    """The first instant that no longer counts."""
    unit: str | None = None
    """Cases that happened at the unit or below it."""
    by: str | None = None
    """The unit that returned, that handled in vain, or that asked."""
    outcome: Outcome | None = None


_REQUESTS: Final = {
    Review.EXTENSIONS: RequestKind.EXTENSION,
    Review.SUSPENSIONS: RequestKind.SUSPENSION,
}


def said(fact: type[FactRow], *kinds: str) -> ColumnElement[bool]:
    """Whether the fact is of one of these kinds; written out, so that `ix_facts_reviewed` applies."""
    if len(kinds) == 1:
        return col(fact.kind) == literal_column(f"'{kinds[0]}'")
    return col(fact.kind).in_([literal_column(f"'{kind}'") for kind in kinds])


def of_kind(kind: Review) -> ColumnElement[bool]:
    """Whether a fact is one of those that `kind` looks at."""
    if kind is Review.RETURNS:
        return said(FactRow, "returned")
    if kind is Review.REWORK:
        back = col(FactRow.stage) == Stage.HANDLING.value
        return and_(
            said(FactRow, "reworked", "called_back", "evaluated"),
            or_(col(FactRow.kind) == "reworked", back),
        )
    asked = col(FactRow.body)["request"]["kind"].astext == _REQUESTS[kind].value
    return and_(said(FactRow, "requested"), asked)


def beside(
    name: str,
    kinds: Sequence[str],
    *where: Callable[[type[FactRow]], ColumnElement[bool]],
    after: SQLColumnExpression[int] | None = None,
    before: SQLColumnExpression[int] | None = None,
    number: SQLColumnExpression[str] | None = None,
) -> LateralFromClause:
    """The first fact of these kinds after `after`, or the last one before `before`, in the same case."""
    other = aliased(FactRow, name=f"{name}_fact")
    seq = col(other.seq)
    statement = select(
        seq.label("seq"),
        col(other.at).label("at"),
        col(other.actor)["person"].astext.label("person"),
        col(other.body).label("body"),
    ).where(
        col(other.case_number) == (col(FactRow.case_number) if number is None else number),
        said(other, *kinds),
        *(condition(other) for condition in where),
    )
    if after is not None:
        statement = statement.where(seq > after).order_by(seq)
    if before is not None:
        statement = statement.where(seq < before).order_by(seq.desc())
    return statement.limit(1).lateral(name)


def reviewed(principal: Principal, kind: Review, wanted: ReviewFilter, at: datetime) -> Select[Any]:
    """What the principal may see of `kind` and asked for; the filter's `by` and `outcome` are left aside."""
    statement = (
        select(
            col(FactRow.case_number).label("number"),
            col(FactRow.seq).label("seq"),
            col(FactRow.at).label("at"),
            col(FactRow.actor)["person"].astext.label("person_id"),
            col(FactRow.body).label("body"),
        )
        .select_from(FactRow)
        .join(CaseRow, col(CaseRow.number) == col(FactRow.case_number))
        .where(of_kind(kind), *asked(principal, CaseFilter(unit=wanted.unit), at))
    )
    if wanted.until is not None:
        statement = statement.where(col(FactRow.at) < wanted.until)
    begun = col(FactRow.at) >= wanted.since if wanted.since is not None else true()
    if kind in _REQUESTS:
        return _requests(statement, kind, wanted, begun)
    statement = statement.where(begun)
    if kind is Review.RETURNS:
        return statement.add_columns(
            col(FactRow.body)["unit"]["id"].astext.label("unit_id"),
            literal(Outcome.RETURNED.value).label("outcome"),
        )
    handled = beside("handled", ["handled"], before=col(FactRow.seq))
    outcome = case((col(FactRow.kind) == "reworked", Outcome.CHECKED.value), else_=Outcome.DISSATISFIED.value)
    return statement.outerjoin(handled, true()).add_columns(
        func.coalesce(handled.c.body["unit"]["id"].astext, col(FactRow.holder_id)).label("unit_id"),
        outcome.label("outcome"),
    )


def _requests(
    statement: Select[Any], kind: Review, wanted: ReviewFilter, begun: ColumnElement[bool]
) -> Select[Any]:
    """The requests of `statement` with what was decided, and for a suspension with its end."""
    asked = col(FactRow.body)["request"]["id"].astext
    decided = beside(
        "decided",
        ["request_decided"],
        lambda fact: col(fact.body)["request"].astext == asked,
        after=col(FactRow.seq),
    )
    statement = statement.outerjoin(decided, true())
    approved = decided.c.body["approved"].astext == "true"
    waits = and_(
        decided.c.seq.is_(None),
        col(CaseRow.closed_at).is_(None),
        col(FactRow.round) == col(CaseRow.round),
    )
    outcomes: list[tuple[ColumnElement[bool], str]] = [
        (waits, Outcome.PENDING.value),
        (decided.c.seq.is_(None), Outcome.LAPSED.value),
        (~approved, Outcome.REFUSED.value),
    ]
    ended: ColumnElement[Any] = literal(None, Instant)
    if kind is Review.SUSPENSIONS:
        resumed = beside("resumed", sorted(RESUMES), after=decided.c.seq)
        statement, ended = statement.outerjoin(resumed, true()), resumed.c.at
        outcomes.append((ended.is_(None), Outcome.RUNNING.value))
        if wanted.since is not None:
            begun = or_(begun, and_(approved, or_(ended.is_(None), ended >= wanted.since)))
    return statement.where(begun).add_columns(
        func.coalesce(col(FactRow.actor)["unit"]["id"].astext, col(FactRow.holder_id)).label("unit_id"),
        case(*outcomes, else_=Outcome.APPROVED.value).label("outcome"),
        decided.c.seq.label("decided_seq"),
        decided.c.at.label("decided_at"),
        decided.c.person.label("decided_by"),
        decided.c.body["note"].astext.label("note"),
        ended.label("resumed_at"),
    )
