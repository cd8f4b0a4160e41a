"""The figures beside the reviews: rates of a period, each computed from events, none from what was typed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.case.state import RequestKind, Stage
from models.city.people import Principal
from models.clocks.rules import ClockStage
from models.queries.case_filters import CaseFilter, asked
from models.queries.review_facts import said
from models.tables.cases import CaseRow, ClockRow, FactRow


class Figures(Frozen):
    """What the rates of a period are made of. Drills count nowhere."""

    closed: int
    """Cases closed in the period, and not opened again since."""
    returned: int
    """Of these, returned at least once."""
    reworked: int
    """Of these, those whose check failed at least once."""
    dissatisfied: int
    """Of these, those that came back to handling because who reported was not content."""
    extended: int
    """Of these, those whose limit was extended at least once."""
    suspended: int
    """Of these, those that were suspended at least once."""
    due: int
    """Cases whose limit for handling, as last promised, ran out in the period."""
    standing: int
    """Of these, those that are suspended."""
    on_time: int
    """Of these, those that were closed, and not late."""


_LOOKED_AT: Final = ("returned", "reworked", "called_back", "evaluated", "request_decided", "suspended")
_SEEN: Final = (Stage.CLOSED.value, Stage.ARCHIVED.value)
"""The stages of a case that was seen through to its end."""
_UNDONE: Final = (Stage.DECLINED.value, Stage.MERGED.value, Stage.VOIDED.value)
"""The stages of a case that nobody had to close: it is not due."""


async def figures(
    session: AsyncSession,
    principal: Principal,
    since: datetime,
    until: datetime,
    unit: str | None,
    at: datetime,
) -> Figures:
    """The figures of the period from `since` up to `until`, at `unit` or below, in one query.

    What lies after the present instant `at` is not due yet.
    """
    mine = and_(*asked(principal, CaseFilter(unit=unit, drill=False), at))
    closed = (
        select(col(CaseRow.number))
        .where(
            mine,
            col(CaseRow.closed_at) >= since,
            col(CaseRow.closed_at) < until,
            col(CaseRow.stage).in_(_SEEN),
        )
        .cte("closed")
    )
    kind, body = col(FactRow.kind), col(FactRow.body)
    sent_back = and_(said(FactRow, "called_back", "evaluated"), col(FactRow.stage) == Stage.HANDLING.value)
    granted = and_(kind == "request_decided", body["approved"].astext == "true")
    events: dict[str, ColumnElement[bool]] = {
        "returned": kind == "returned",
        "reworked": kind == "reworked",
        "dissatisfied": sent_back,
        "extended": and_(granted, body["kind"].astext == RequestKind.EXTENSION.value),
        "suspended": kind == "suspended",
    }
    happened = (
        select(*(_cases(condition).label(name) for name, condition in events.items()))
        .select_from(FactRow)
        .join(closed, closed.c.number == col(FactRow.case_number))
        .where(said(FactRow, *_LOOKED_AT), or_(*events.values()))
        .cte("happened")
    )
    due = _due(mine, since, min(until, at)).cte("due")
    statement = select(
        select(func.count()).select_from(closed).scalar_subquery().label("closed"), happened, due
    ).join_from(happened, due, true())  # one row each
    row = (await session.execute(statement)).mappings().one()
    return Figures.model_validate(dict(row))


def _cases(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """In how many cases it happened."""
    return func.count(col(FactRow.case_number).distinct()).filter(condition)


def _due(mine: ColumnElement[bool], since: datetime, until: datetime) -> Select[int, int, int]:
    """Cases whose handling clock of the present round last promised an instant in the period."""
    later = aliased(ClockRow, name="later")
    superseded = exists().where(
        col(later.case_number) == col(ClockRow.case_number),
        col(later.clock_id) == col(ClockRow.clock_id),
        col(later.revision) > col(ClockRow.revision),
    )
    done = and_(col(CaseRow.stage).in_(_SEEN), col(CaseRow.closed_late).is_(False))
    return (
        select(
            func.count().label("due"),
            func.count().filter(col(CaseRow.suspended_since).is_not(None)).label("standing"),
            func.count().filter(done).label("on_time"),
        )
        .select_from(ClockRow)
        .join(CaseRow, col(CaseRow.number) == col(ClockRow.case_number))
        .where(
            mine,
            col(ClockRow.stage) == ClockStage.HANDLE.value,
            col(ClockRow.red_at) >= since,
            col(ClockRow.red_at) < until,
            col(ClockRow.subject) == func.concat("r", col(CaseRow.round)),
            col(CaseRow.stage).not_in(_UNDONE),
            ~superseded,
        )
    )
