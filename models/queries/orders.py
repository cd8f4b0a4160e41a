"""Supervision orders (督办) and their answers: whose answer is open, whose is late, what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import ConfigDict
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    RowMapping,
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
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.city.people import Principal
from models.clocks.rules import ClockStage
from models.queries.case_filters import CaseFilter, asked
from models.queries.cases import CaseLine, Page, headline, headline_columns, joined
from models.queries.cursors import decode, encode
from models.queries.names import Named, names
from models.queries.review_facts import said
from models.queries.tasks import served
from models.tables.cases import ORDERED, CaseRow, ClockRow, FactRow, OrderRow
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
_GIVEN: Final = aliased(FactRow, name="given")


def _state(at: datetime) -> ColumnElement[str]:
    """How far the answer has come at `at`."""
    return case((col(OrderRow.owed), _owed_state(at)), else_=_past_state())


def _owed_state(at: datetime) -> ColumnElement[str]:
    """Whether an answer that is owed is late. A clock that stands still (the case is suspended) is not."""
    late = col(OrderRow.due_at) <= literal(at, Instant)
    return case((late, OrderState.OVERDUE.value), else_=OrderState.OPEN.value)


def _past_state() -> ColumnElement[str]:
    """What became of an order that nobody has to answer any more."""
    answered = col(OrderRow.answered_at).is_not(None)
    return case((answered, OrderState.ANSWERED.value), else_=OrderState.LAPSED.value)


def _owing(states: Sequence[OrderState]) -> bool:
    """Whether only answers are asked for that somebody still owes."""
    return bool(states) and set(states) <= set(WAITED_FOR)


def _conditions(principal: Principal, wanted: OrderFilter, at: datetime) -> Iterator[ColumnElement[bool]]:
    """Those of the orders, joined to their cases, that the principal may see and asked for.

    What the filter says of states is left to whoever selects from it, but for what the indexes can tell.
    """
    yield from asked(principal, CaseFilter(unit=wanted.unit), at)
    if _owing(wanted.states):
        yield literal_column("orders.owed", Boolean)  # as the partial indexes have it
        yield literal_column(ORDERED, Boolean)
    if wanted.owner is not None:
        yield col(OrderRow.owner_id) == wanted.owner
    if wanted.automatic is not None:
        yield col(OrderRow.automatic).is_(wanted.automatic)
    if wanted.by_me:
        held = sorted({post.unit.id for post in principal.posts})
        yield or_(col(OrderRow.person) == principal.person, col(OrderRow.by_id).in_(held))
    if wanted.to_me:
        yield col(OrderRow.owner_id).in_(served(principal.posts))
    if wanted.opened_from is not None:
        yield col(OrderRow.opened_at) >= wanted.opened_from
    if wanted.opened_to is not None:
        yield col(OrderRow.opened_at) < wanted.opened_to


def _orders(
    principal: Principal, wanted: OrderFilter, at: datetime, *columns: SQLColumnExpression[Any]
) -> Select[Any]:
    return (
        select(*columns)
        .select_from(OrderRow)
        .join(CaseRow, col(CaseRow.number) == col(OrderRow.case_number))
        .where(*_conditions(principal, wanted, at))
    )


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

    Where only answers that are still owed are asked for, the one due first comes first, and those whose time
    stands still last; otherwise the newest. Raises BadCursor.
    """
    by_due = _owing(wanted.states)
    instant = func.coalesce(col(OrderRow.due_at), _NEVER) if by_due else col(OrderRow.opened_at)
    number, ordinal = col(OrderRow.case_number), col(OrderRow.ordinal)
    state = _state(at)
    paged = _orders(principal, wanted, at, *OrderRow.__table__.columns, state.label("state"))  # type: ignore[attr-defined]
    if wanted.states:
        paged = paged.where(state.in_([state.value for state in wanted.states]))
    if cursor is not None:
        when, after, nth = decode(cursor, tuple[datetime | None, str, int])
        last = tuple_(literal(when, Instant) if when else _NEVER, literal(after), literal(nth))
        key = tuple_(instant, number, ordinal)
        paged = paged.where(key > last if by_due else key < last)
    page = paged.order_by(*_sorted(by_due, instant, number, ordinal)).limit(limit + 1).cte("page")
    shown = func.coalesce(page.c.due_at, _NEVER) if by_due else page.c.opened_at
    told = _told(page).order_by(*_sorted(by_due, shown, page.c.case_number, page.c.ordinal))
    rows = (await session.execute(told)).mappings().all()
    known = await names(
        session,
        (
            row[f"order_{key}"]
            for row in rows[:limit]
            for key in ("owner_id", "by_id", "person", "answered_by")
        ),
    )
    lines = tuple(_line(row, known, at) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=lines)
    end = rows[limit - 1]
    when = end["order_due_at"] if by_due else end["order_opened_at"]
    return Page(items=lines, next=encode((when, end["order_case_number"], end["order_ordinal"])))


def _sorted(forward: bool, *key: SQLColumnExpression[Any]) -> list[Any]:
    return [part if forward else part.desc() for part in key]


def _told(page: CTE) -> Select[Any]:
    """The orders of a page with their cases, what was said in them and in their answers, and their limits."""
    order = col(_GIVEN.body)["order"]
    answer = aliased(FactRow, name="answer")
    answered = (
        select(
            col(answer.actor)["person"].astext.label("person"),
            col(answer.body)["reply"].astext.label("reply"),
        )
        .where(
            col(answer.case_number) == page.c.case_number,
            said(answer, "answered"),
            col(answer.body)["order"].astext == page.c.id,
        )
        .limit(1)
        .lateral("answered")
    )
    promised = (
        select(col(ClockRow.red_at).label("at"))
        .where(
            col(ClockRow.case_number) == page.c.case_number,
            col(ClockRow.clock_id) == literal(f"{ClockStage.ANSWER}:").concat(page.c.id),
        )
        .order_by(col(ClockRow.revision).desc())
        .limit(1)
        .lateral("promised")
    )
    given = and_(
        col(_GIVEN.case_number) == page.c.case_number,
        said(_GIVEN, "supervised"),
        order["id"].astext == page.c.id,
    )
    # The page's own columns keep their names apart from those of the case.
    own = [column.label(f"order_{name}") for name, column in page.c.items()]
    columns: tuple[ColumnElement[Any], ...] = (
        col(_GIVEN.seq).label("order_seq"),
        order["clock"].astext.label("order_clock"),
        order["text"].astext.label("order_text"),
        answered.c.person.label("order_answered_by"),
        answered.c.reply.label("order_reply"),
        promised.c.at.label("order_promised"),
    )
    return joined(
        select(*headline_columns(), *own, *columns)
        .select_from(page)
        .join(CaseRow, col(CaseRow.number) == page.c.case_number)
        .join(_GIVEN, given)
        .outerjoin(answered, true())
        .outerjoin(promised, true())
    )


async def count_orders(
    session: AsyncSession, principal: Principal, wanted: OrderFilter, at: datetime
) -> OrderCounts:
    """How many there are of each state, and who owes answers, in two queries; `wanted.states` is left aside.

    What is owed is counted whenever it was ordered; the rest within the filter's time.
    """
    owing = wanted.model_copy(update={"states": WAITED_FOR, "opened_from": None, "opened_to": None})
    state, owner = _owed_state(at), col(OrderRow.owner_id)
    owed = _orders(principal, owing, at, state, owner, func.count()).group_by(state, owner)
    state, all_ = _past_state(), wanted.model_copy(update={"states": ()})
    past = (
        _orders(principal, all_, at, state, literal(""), func.count())
        .where(~col(OrderRow.owed))
        .group_by(state)
    )
    rows = (await session.execute(owed.union_all(past))).all()
    states = dict.fromkeys(OrderState, 0)
    owners: dict[str, dict[OrderState, int]] = {}
    for state_, owner_id, orders in rows:
        states[OrderState(state_)] += orders
        if owner_id:
            owners.setdefault(owner_id, dict.fromkeys(WAITED_FOR, 0))[OrderState(state_)] = orders
    known = await names(session, owners)
    counted = [
        OwnerCount(
            owner=Named(id=owner_id, name=known.get(owner_id, owner_id)),
            open=sum(of.values()),
            overdue=of[OrderState.OVERDUE],
        )
        for owner_id, of in owners.items()
    ]
    counted.sort(key=lambda count: (-count.overdue, -count.open, count.owner.id))
    return OrderCounts(states=states, owners=tuple(counted))


def _line(row: RowMapping, known: dict[str, str], at: datetime) -> OrderLine:
    def named(key: str) -> Named | None:
        id_ = row[f"order_{key}"]
        return Named(id=id_, name=known.get(id_, id_)) if id_ is not None else None

    state = OrderState(row["order_state"])
    due, answered = row["order_promised"], row["order_answered_at"]
    until = answered or (at if state is OrderState.OVERDUE else None)
    clock = row["order_clock"]
    owner, by = named("owner_id"), named("by_id")
    assert owner is not None  # noqa: S101 - every order has both: the core's model says so
    assert by is not None  # noqa: S101
    return OrderLine(
        case=headline(row, at),
        id=row["order_id"],
        seq=row["order_seq"],
        ordinal=row["order_ordinal"],
        state=state,
        owner=owner,
        by=by,
        person=None if row["order_automatic"] else named("person"),
        clock=ClockStage(clock.partition(":")[0]) if clock else None,
        text=row["order_text"],
        opened_at=row["order_opened_at"],
        due_at=due,
        late=until - due if until is not None and due is not None and until > due else None,
        answered_at=answered,
        answered_by=named("answered_by"),
        reply=row["order_reply"] or "",
    )
