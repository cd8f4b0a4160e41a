"""What waits for somebody besides tasks: whistles, supervision orders to answer, requests to decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.case.permissions import APPROVING_ROLES
from models.case.state import Case, Order, PartyState, Request, Whistle
from models.city.people import Principal
from models.city.units import within
from models.clocks.policy import ClockStage
from models.queries import nearest_red
from models.queries.case_rows import OWED
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import overlaps
from models.queries.tasks import served
from models.tables.cases import ORDERED, REQUESTED, WHISTLED, CaseRow
from models.tables.types import below


class Waiting(StrEnum):
    """What waits for somebody besides tasks."""

    WHISTLE = "whistle"  # my department was whistled
    ORDER = "order"  # my unit owes the answer to a supervision order
    REQUEST = "request"  # I may decide a request


class Waited(Frozen):
    """Something in a case that waits for the reader: exactly one of the three is set."""

    kind: Waiting
    whistle: Whistle | None = None
    party: PartyState | None = None
    """How far my department has come."""
    order: Order | None = None
    request: Request | None = None
    amount: Words | None = None
    """How much is requested: for an extension in the unit of the handling clock."""


class WaitingLine(Waited):
    """The same, with its case."""

    case: CaseLine


async def list_waiting(
    session: AsyncSession, principal: Principal, at: datetime, *, limit: int = 200
) -> tuple[WaitingLine, ...]:
    """Whistles, orders and requests that wait for the principal, the nearest red first; one query."""
    number = col(CaseRow.number)
    chosen = select(number).where(awaited(principal))
    page = chosen.order_by(*nearest_red.order()).limit(limit).cte("page")
    statement = joined(
        select(*headline_columns(), col(CaseRow.snapshot))
        .select_from(page)
        .join(CaseRow, number == page.c.number)
    )
    rows = await session.execute(statement.order_by(*nearest_red.order()))
    return tuple(
        WaitingLine(
            case=headline(row, at),
            kind=wait.kind,
            whistle=wait.whistle,
            party=wait.party,
            order=wait.order,
            request=wait.request,
            amount=wait.amount,
        )
        for row in rows.mappings()
        for wait in waited_for(Case.model_validate(row["snapshot"]), principal)
    )


def awaited(principal: Principal) -> ColumnElement[bool]:
    """Whether a row of `cases` waits for the principal: `waited_for`, asked of SQL."""
    units = served(principal.posts)
    others = func.jsonb_path_exists(
        col(CaseRow.snapshot),
        cast("$.requests[*] ? (@.by.person != $me)", JSONPATH),
        func.jsonb_build_object("me", cast(principal.person, Text)),
    )
    return and_(
        or_(
            and_(text(WHISTLED), overlaps(col(CaseRow.whistled), units)),
            and_(text(ORDERED), overlaps(col(CaseRow.ordered), units)),
            and_(text(REQUESTED), below(col(CaseRow.holder_path), _approving(principal)), others),
        ),
    )


def _approving(principal: Principal) -> list[str]:
    """The paths at and below which the principal may decide requests."""
    return sorted({post.unit.path for post in principal.posts if post.role in APPROVING_ROLES})


def waited_for(case: Case, principal: Principal) -> Iterator[Waited]:
    """What in the case waits for the principal."""
    units = served(principal.posts)
    for whistle in case.whistles:
        for party in whistle.parties:
            if party.unit.id in units and whistle.round == case.round and party.state in OWED:
                yield Waited(kind=Waiting.WHISTLE, whistle=whistle, party=party.state)
    for order in case.orders:
        if order.owner.id in units and order.round == case.round and order.answered_at is None:
            yield Waited(kind=Waiting.ORDER, order=order)
    if any(within(case.holder.path, path) for path in _approving(principal)):
        for request in case.requests:
            if request.by.person != principal.person:
                yield Waited(kind=Waiting.REQUEST, request=request, amount=_amount(case, request))


def _amount(case: Case, request: Request) -> Words | None:
    if request.budget is not None:
        return request.budget.words()
    clock = case.clock(f"{ClockStage.HANDLE}:r{case.round}")
    if request.amount is None or clock is None:
        return None
    return clock.budget.model_copy(update={"amount": request.amount}).words()
