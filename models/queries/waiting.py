"""What waits for somebody besides tasks: whistles, supervision orders to answer, requests to decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.permissions import APPROVING_ROLES
from models.case.state import Case, Order, PartyState, Request, Whistle
from models.city.people import Principal
from models.city.units import within
from models.queries import nearest_red
from models.queries.case_rows import OWED
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import overlaps
from models.queries.tasks import served
from models.tables.cases import AWAITED, CaseRow
from models.tables.types import below


class Waiting(StrEnum):
    """What waits for somebody besides tasks."""

    WHISTLE = "whistle"  # my department was whistled
    ORDER = "order"  # my unit owes the answer to a supervision order
    REQUEST = "request"  # I may decide a request


class WaitingLine(Frozen):
    """Something in a case that waits for the reader: exactly one of the three is set."""

    kind: Waiting
    case: CaseLine
    whistle: Whistle | None = None
    party: PartyState | None = None
    """How far my department has come."""
    order: Order | None = None
    request: Request | None = None


async def list_waiting(
    session: AsyncSession, principal: Principal, at: datetime, *, limit: int = 200
) -> tuple[WaitingLine, ...]:
    """Whistles, orders and requests that wait for the principal, the nearest red first; one query."""
    units = served(principal.posts)
    statement = joined(select(*headline_columns(), col(CaseRow.snapshot)).select_from(CaseRow)).where(
        text(AWAITED),  # as the partial index has it: few of all cases are waited for
        or_(
            overlaps(col(CaseRow.whistled), units),
            overlaps(col(CaseRow.ordered), units),
            and_(col(CaseRow.requests) > 0, below(col(CaseRow.holder_path), _approving(principal))),
        ),
    )
    rows = await session.execute(statement.order_by(*nearest_red.order()).limit(limit))
    return tuple(
        waiting
        for row in rows.mappings()
        for waiting in _waiting(headline(row, at), Case.model_validate(row["snapshot"]), principal)
    )


def _approving(principal: Principal) -> list[str]:
    """The paths at and below which the principal may decide requests."""
    return sorted({post.unit.path for post in principal.posts if post.role in APPROVING_ROLES})


def _waiting(line: CaseLine, case: Case, principal: Principal) -> Iterator[WaitingLine]:
    units = served(principal.posts)
    for whistle in case.whistles:
        for party in whistle.parties:
            if party.unit.id in units and party.state in OWED:
                yield WaitingLine(kind=Waiting.WHISTLE, case=line, whistle=whistle, party=party.state)
    for order in case.orders:
        if order.owner.id in units and order.answered_at is None:
            yield WaitingLine(kind=Waiting.ORDER, case=line, order=order)
    if any(within(case.holder.path, path) for path in _approving(principal)):
        for request in case.requests:
            if request.by.person != principal.person:
                yield WaitingLine(kind=Waiting.REQUEST, case=line, request=request)
