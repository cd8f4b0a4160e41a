"""Supervision orders (督办) and their answers: whose answer is open, whose is late, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import ConfigDict
from sqlalchemy import (
    Boolean,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.case.jurisdiction import sight
from models.city.people import Principal
from models.clocks.rules import ClockStage
from models.queries.case_filters import CaseFilter, conditions
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.cursors import decode, encode
from models.queries.jurisdiction import visible
from models.queries.names import Named, names
from models.queries.review_facts import said
from models.queries.tasks import served
from models.tables.cases import AWAITED, CaseRow, ClockRow, FactRow
from models.tables.types import Instant


class OrderState(StrEnum):
    """How far the answer has come."""

    OPEN = "open"  # 待回复, still in time
    OVERDUE = "overdue"  # 超期未回复
    ANSWERED = "answered"  # 已回复
    LAPSED = "lapsed"  # 未回复, and the round has ended: nobody can answer any more


WAITED_FOR: Final = (OrderState.OVERDUE, OrderState.OPEN)
"""The states in which somebody still owes the answer."""


class OrderFilter(Frozen):
    """Which orders; what is left out narrows nothing."""

    states: tuple[OrderState, ...] = ()
    owner: str | None = None
    """The unit that must answer."""
    by_me: bool = False
    """Given by the reader, or by a light in the name of a unit the reader holds a post at."""
    to_me: bool = False
    """Owed by a unit whose desk the reader works."""
    automatic: bool | None = None
    """Given by a red light, or by people."""
    unit: str | None = None
    """Cases that happened at the unit or below it."""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    """The first instant that no longer counts."""


class OrderLine(Frozen):
    """One order, and its answer."""

    model_config = ConfigDict(ser_json_timedelta="float")

    case: CaseLine
    id: str
    seq: int
    """The fact that opened it."""
    ordinal: int
    """Which order of its case it is, from 1."""
    state: OrderState
    owner: Named
    by: Named
    """The unit that supervises."""
    person: Named | None
    """Who gave it; none where a red light did."""
    clock: ClockStage | None
    """The limit whose red light opened it."""
    text: str
    opened_at: datetime
    due_at: datetime | None
    """When the answer is, or was, due; none where the policy sets no limit for answers."""
    late: timedelta | None
    """By how much the answer came, or is, too late."""
    answered_at: datetime | None
    answered_by: Named | None
    reply: str


class OwnerCount(Frozen):
    """What one unit owes."""

    owner: Named
    open: int
    """Waited for, in time or late."""
    overdue: int
    """Of these, late."""


class OrderCounts(Frozen):
    """How many orders there are in each state, and who owes the answers; the most overdue owner first."""

    states: dict[OrderState, int]
    owners: tuple[OwnerCount, ...]


_NEVER: Final = literal_column("'infinity'::timestamptz", Instant)
_ANSWER: Final = aliased(FactRow, name="answer")


def _orders(
    principal: Principal, wanted: OrderFilter, at: datetime, columns: Sequence[ColumnElement[Any]] = ()
) -> Select[Any]:
    """The orders that the principal may see and asked for, as of the instant `at`, each with its answer.

    What the filter says of states is left to whoever selects from it.
    """
    order = col(FactRow.body)["order"]
    order_id = order["id"].astext
    answered = (
        select(
            col(_ANSWER.at).label("at"),
            col(_ANSWER.actor)["person"].astext.label("person"),
            col(_ANSWER.body)["reply"].astext.label("reply"),
        )
        .where(
            col(_ANSWER.case_number) == col(FactRow.case_number),
            col(_ANSWER.seq) > col(FactRow.seq),
            said(_ANSWER, "answered"),
            col(_ANSWER.body)["order"].astext == order_id,
        )
        .limit(1)
        .correlate(FactRow)
        .lateral("answered")
    )
    due = (
        select(col(ClockRow.red_at).label("at"), col(ClockRow.valid_until).label("ended"))
        .where(
            col(ClockRow.case_number) == col(FactRow.case_number),
            col(ClockRow.clock_id) == literal(f"{ClockStage.ANSWER}:").concat(order_id),
        )
        .order_by(col(ClockRow.revision).desc())
        .limit(1)
        .correlate(FactRow)
        .lateral("due")
    )
    owed = and_(col(CaseRow.closed_at).is_(None), col(FactRow.round) == col(CaseRow.round))
    # A clock that stands still (the case is suspended) is not late, whatever it had promised.
    overdue = and_(due.c.ended.is_(None), due.c.at <= literal(at, Instant))
    state = case(
        (answered.c.at.is_not(None), OrderState.ANSWERED.value),
        (~owed, OrderState.LAPSED.value),
        (overdue, OrderState.OVERDUE.value),
        else_=OrderState.OPEN.value,
    )
    statement = (
        select(
            col(FactRow.case_number).label("number"),
            col(FactRow.seq).label("seq"),
            col(FactRow.at).label("opened_at"),
            order_id.label("order_id"),
            order["owner"]["id"].astext.label("owner_id"),
            order["by"]["id"].astext.label("by_id"),
            col(FactRow.actor)["person"].astext.label("person_id"),
            cast(order["automatic"].astext, Boolean).label("automatic"),
            order["clock"].astext.label("clock"),
            order["text"].astext.label("text"),
            due.c.at.label("due_at"),
            answered.c.at.label("answered_at"),
            answered.c.person.label("answered_by"),
            answered.c.reply.label("reply"),
            state.label("state"),
            *columns,
        )
        .select_from(FactRow)
        .join(CaseRow, col(CaseRow.number) == col(FactRow.case_number))
        .outerjoin(answered, true())
        .outerjoin(due, true())
        .where(
            said(FactRow, "supervised"),
            visible(sight(principal)),
            *conditions(CaseFilter(unit=wanted.unit), at),
        )
    )
    if wanted.states and set(wanted.states) <= set(WAITED_FOR):
        # As the partial index has it: few of all cases are waited for.
        statement = statement.where(text(AWAITED), func.cardinality(col(CaseRow.ordered)) > 0)
    if wanted.owner is not None:
        statement = statement.where(order["owner"]["id"].astext == wanted.owner)
    if wanted.automatic is not None:
        statement = statement.where(cast(order["automatic"].astext, Boolean) == wanted.automatic)
    if wanted.by_me:
        held = sorted({post.unit.id for post in principal.posts})
        mine = col(FactRow.actor)["person"].astext == principal.person
        statement = statement.where(or_(mine, order["by"]["id"].astext.in_(held)))
    if wanted.to_me:
        statement = statement.where(order["owner"]["id"].astext.in_(served(principal.posts)))
    if wanted.opened_from is not None:
        statement = statement.where(col(FactRow.at) >= wanted.opened_from)
    if wanted.opened_to is not None:
        statement = statement.where(col(FactRow.at) < wanted.opened_to)
    return statement


async def list_orders(
    session: AsyncSession,
    principal: Principal,
    wanted: OrderFilter,
    at: datetime,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OrderLine]:
    """The orders as of the instant `at`, in two queries.

    Where only answers that are still owed are asked for, the one due first comes first; otherwise the newest.
    Raises BadCursor.
    """
    found = _orders(principal, wanted, at).subquery("found")
    paged = select(found)
    if wanted.states:
        paged = paged.where(found.c.state.in_([state.value for state in wanted.states]))
    by_due = bool(wanted.states) and set(wanted.states) <= set(WAITED_FOR)
    instant = func.coalesce(found.c.due_at, _NEVER) if by_due else found.c.opened_at
    key = tuple_(instant, found.c.number, found.c.seq)
    if cursor is not None:
        when, number, seq = decode(cursor, tuple[datetime | None, str, int])
        last = tuple_(literal(when, Instant) if when else _NEVER, literal(number), literal(seq))
        paged = paged.where(key > last if by_due else key < last)
    order_by = [part if by_due else part.desc() for part in (instant, found.c.number, found.c.seq)]
    page = paged.order_by(*order_by).limit(limit + 1).cte("page")
    ordinal = (
        select(func.count())
        .where(
            col(FactRow.case_number) == page.c.number,
            said(FactRow, "supervised"),
            col(FactRow.seq) <= page.c.seq,
        )
        .scalar_subquery()
    )
    # The page's own columns keep their names apart from those of the case.
    own = [column.label(f"order_{name}") for name, column in page.c.items()]
    statement = joined(
        select(*headline_columns(), *own, ordinal.label("ordinal"))
        .select_from(page)
        .join(CaseRow, col(CaseRow.number) == page.c.number)
    )
    shown = func.coalesce(page.c.due_at, _NEVER) if by_due else page.c.opened_at
    statement = statement.order_by(
        *(part if by_due else part.desc() for part in (shown, page.c.number, page.c.seq))
    )
    rows = (await session.execute(statement)).mappings().all()
    known = await names(
        session,
        (
            row[f"order_{key}"]
            for row in rows[:limit]
            for key in ("owner_id", "by_id", "person_id", "answered_by")
        ),
    )
    lines = tuple(_line(row, known, at) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=lines)
    end = lines[-1]
    return Page(items=lines, next=encode((end.due_at if by_due else end.opened_at, end.case.number, end.seq)))


async def count_orders(
    session: AsyncSession, principal: Principal, wanted: OrderFilter, at: datetime
) -> OrderCounts:
    """How many there are of each state, and who owes answers, in two queries; `wanted.states` is left aside.

    What is owed is counted whenever it was ordered; the rest within the filter's time.
    """
    owing = wanted.model_copy(update={"states": WAITED_FOR, "opened_from": None, "opened_to": None})
    owed = _orders(principal, owing, at).subquery("owed")
    past = _orders(principal, wanted.model_copy(update={"states": ()}), at).subquery("past")
    waited = [state.value for state in WAITED_FOR]
    statement = (
        select(owed.c.state, owed.c.owner_id, func.count().label("orders"))
        .where(owed.c.state.in_(waited))
        .group_by(owed.c.state, owed.c.owner_id)
        .union_all(
            select(past.c.state, literal(""), func.count())
            .where(past.c.state.not_in(waited))
            .group_by(past.c.state)
        )
    )
    rows = (await session.execute(statement)).all()
    states = dict.fromkeys(OrderState, 0)
    owners: dict[str, dict[OrderState, int]] = {}
    for state, owner, orders in rows:
        states[OrderState(state)] += orders
        if owner:
            owners.setdefault(owner, dict.fromkeys(WAITED_FOR, 0))[OrderState(state)] = orders
    known = await names(session, owners)
    counted = [
        OwnerCount(
            owner=Named(id=owner, name=known.get(owner, owner)),
            open=sum(of.values()),
            overdue=of[OrderState.OVERDUE],
        )
        for owner, of in owners.items()
    ]
    counted.sort(key=lambda count: (-count.overdue, -count.open, count.owner.id))
    return OrderCounts(states=states, owners=tuple(counted))


def _line(row: RowMapping, known: dict[str, str], at: datetime) -> OrderLine:
    def named(key: str) -> Named | None:
        id_ = row[f"order_{key}"]
        return Named(id=id_, name=known.get(id_, id_)) if id_ is not None else None

    state = OrderState(row["order_state"])
    due, answered = row["order_due_at"], row["order_answered_at"]
    until = answered or (at if state is OrderState.OVERDUE else None)
    clock = row["order_clock"]
    owner, by = named("owner_id"), named("by_id")
    assert owner is not None  # noqa: S101 - every order has both: the core's model says so
    assert by is not None  # noqa: S101
    return OrderLine(
        case=headline(row, at),
        id=row["order_order_id"],
        seq=row["order_seq"],
        ordinal=row["ordinal"],
        state=state,
        owner=owner,
        by=by,
        person=None if row["order_automatic"] else named("person_id"),
        clock=ClockStage(clock.partition(":")[0]) if clock else None,
        text=row["order_text"],
        opened_at=row["order_opened_at"],
        due_at=due,
        late=until - due if until is not None and due is not None and until > due else None,
        answered_at=answered,
        answered_by=named("answered_by"),
        reply=row["order_reply"] or "",
    )
