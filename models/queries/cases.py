"""Reading cases: lists that know their reader, and one case as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen, Urgency, Words
from models.case.facts import ClockSet
from models.case.jurisdiction import sight
from models.case.state import Case, Channel, Stage, TaskRole, TaskState
from models.city.catalogue import Section
from models.city.people import Principal
from models.city.units import Level, UnitRef, place_name
from models.clocks.clock import Light
from models.clocks.explain import words as explained
from models.queries import nearest_red
from models.queries.case_filters import CaseFilter, asked, light_at
from models.queries.cursors import decode, encode
from models.queries.jurisdiction import visible
from models.queries.names import Named
from models.queries.search_words import mentions, stretches
from models.tables.cases import CaseRow, FactRow, TaskRow
from models.tables.people import PersonRow
from models.tables.types import Instant
from models.tables.units import UnitRow

T = TypeVar("T")


class CaseNotFound(LookupError):
    """No such case, or none the reader may see: which of the two is not told."""


class CaseLine(Frozen):
    """A case in a list."""

    number: str
    version: int
    round: int
    stage: Stage
    stage_since: datetime
    urgency: Urgency
    light: Light
    matter: str
    name: Words
    """The matter's."""
    section: Section
    policy: str | None
    place: Named
    """Named as people say it: 璧城街道东关社区18网格."""
    address: str
    text: str
    holder: Named
    level: Level
    handler: Named | None
    """Who has claimed the lead task."""
    channel: Channel
    drill: bool
    reported_at: datetime
    closed_at: datetime | None
    closed_late: bool | None
    suspended_since: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    """The earliest of its running clocks."""


class Page(Frozen, Generic[T]):
    """Part of a list, and the cursor at which it goes on; none at its end."""

    items: tuple[T, ...]
    next: str | None = None


class CaseOrder(StrEnum):
    """How a list of cases is ordered."""

    NEWEST = "newest"
    """The latest report first."""
    NEAREST_RED = "nearest_red"
    """Open cases only: the most overdue first, those whose clocks stand still last."""


_GONE: Final = (TaskState.RETURNED.value, TaskState.WITHDRAWN.value)
_HOLDER = aliased(UnitRow, name="holder")
_LEAD = aliased(TaskRow, name="lead")
_HANDLER = aliased(PersonRow, name="handler")


# What is shown of a snapshot, taken out of it in one go: it is unpacked anew for every part asked for.
_SAID = (
    func.jsonb_to_record(col(CaseRow.snapshot))
    .table_valued(
        column("matter", JSONB), column("chain", JSONB), column("address", Text), column("text", Text)
    )
    .render_derived(name="said", with_types=True)
    .lateral()
)


def headline_columns() -> tuple[ColumnElement[Any], ...]:
    """The columns from which `headline` makes a CaseLine; for statements that `joined` has completed."""
    names = [name for name in CaseLine.model_fields if name in CaseRow.model_fields]
    return (
        *(getattr(CaseRow, name).label(name) for name in names),
        _SAID.c.matter["name"].label("name"),
        _SAID.c.chain.label("chain"),
        _SAID.c.address.label("address"),
        _SAID.c.text.label("text"),
        col(_HOLDER.id).label("holder_id"),
        col(_HOLDER.name).label("holder_name"),
        col(_HANDLER.id).label("handler_id"),
        col(_HANDLER.name).label("handler_name"),
    )


def joined(statement: Select[Any]) -> Select[Any]:
    """A statement on `cases` with what `headline_columns` names at hand."""
    lead = (
        select(col(TaskRow.person))
        .where(
            col(TaskRow.case_number) == col(CaseRow.number),
            col(TaskRow.round) == col(CaseRow.round),
            col(TaskRow.role) == TaskRole.LEAD.value,
            col(TaskRow.state).not_in(_GONE),
        )
        .order_by(col(TaskRow.opened_at), col(TaskRow.id))
        .limit(1)
        .correlate(CaseRow)
        .scalar_subquery()
    )
    named = statement.join(_HOLDER, col(_HOLDER.id) == col(CaseRow.holder_id))
    return named.outerjoin(_HANDLER, col(_HANDLER.id) == lead).join(_SAID, true())


def headline(row: RowMapping, at: datetime) -> CaseLine:
    """The line in a row that was selected with `headline_columns`; the light is that of `at`."""
    chain = [UnitRef.model_validate(unit) for unit in row["chain"]]
    handler = Named(id=row["handler_id"], name=row["handler_name"]) if row["handler_id"] else None
    plain = {name: row[name] for name in CaseLine.model_fields if name in CaseRow.model_fields}
    return CaseLine.model_validate(
        plain
        | {
            "name": row["name"],
            "address": row["address"],
            "text": row["text"],
            "light": light_at(row["yellow_at"], row["red_at"], at),
            "place": Named(id=chain[-1].id, name=place_name(chain)),
            "holder": Named(id=row["holder_id"], name=row["holder_name"]),
            "handler": handler,
        }
    )


async def list_cases(
    session: AsyncSession,
    principal: Principal,
    wanted: CaseFilter,
    at: datetime,
    *,
    order: CaseOrder = CaseOrder.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CaseLine]:
    """The cases that the principal may see and asked for, with the lights of the instant `at`.

    One query; by words up to three, each further back.

    Raises BadCursor when `cursor` was not made by this list in this order.
    """
    number, eyes = col(CaseRow.number), sight(principal)
    words = (wanted.words or "").split() if order is CaseOrder.NEWEST and eyes else []
    if words:
        wanted = wanted.model_copy(update={"words": None})
    newest = min(at, wanted.reported_to or at)
    order_by: tuple[Any, ...] = (col(CaseRow.reported_at).desc(), number.desc())
    chosen = select(number).where(*asked(principal, wanted, at))
    if order is CaseOrder.NEAREST_RED:
        order_by = nearest_red.order()
        chosen = chosen.where(col(CaseRow.closed_at).is_(None))
        if cursor is not None:
            chosen = chosen.where(nearest_red.after(cursor))
    elif cursor is not None:
        reported, last = decode(cursor, tuple[datetime, str])
        newest = min(newest, reported)
        before = tuple_(literal(reported, Instant), literal(last))
        chosen = chosen.where(tuple_(col(CaseRow.reported_at), number) < before)
    rows: Sequence[RowMapping] = ()
    for stretch in stretches(newest) if words else ((),):
        found = chosen.where(mentions(words, eyes, stretch)) if words else chosen
        # First which, then what is shown of them: names and snapshots are fetched for one page only.
        page = found.order_by(*order_by).limit(limit + 1).cte("page")
        shown = joined(select(*headline_columns()).select_from(page).join(CaseRow, number == page.c.number))
        rows = (await session.execute(shown.order_by(*order_by))).mappings().all()
        if len(rows) > limit:
            break
    lines = tuple(headline(row, at) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=lines)
    end = lines[-1]
    if order is CaseOrder.NEWEST:
        return Page(items=lines, next=encode((end.reported_at, end.number)))
    return Page(items=lines, next=nearest_red.cursor_at(end.red_at, end.number))


async def get_case(session: AsyncSession, principal: Principal, number: str) -> Case:
    """The case as people read it, without its rules of time. Raises CaseNotFound."""
    statement = select(col(CaseRow.snapshot)).where(col(CaseRow.number) == number, visible(sight(principal)))
    snapshot = await session.scalar(statement)
    if snapshot is None:
        raise CaseNotFound(number)
    return Case.model_validate(snapshot)


async def clock_words(session: AsyncSession, number: str, clocks: Iterable[str]) -> dict[str, Words]:
    """Why the present dates of these clocks of a case are what they are, by clock id; one query."""
    wanted: Sequence[str] = list(clocks)
    if not wanted:
        return {}
    clock_id = col(FactRow.body)["clock"]["id"].astext
    statement = (
        select(col(FactRow.body))
        .ext(distinct_on(clock_id))
        .where(
            and_(
                col(FactRow.case_number) == number,
                col(FactRow.kind) == "clock_set",
                clock_id.in_(wanted),
                col(FactRow.body)["why"].is_not(None),
            )
        )
        .order_by(clock_id, col(FactRow.seq).desc())
    )
    facts = map(ClockSet.model_validate, (await session.execute(statement)).scalars())
    return {fact.clock.id: explained(fact.why) for fact in facts if fact.why is not None}
