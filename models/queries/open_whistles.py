"""Whistles outstanding: which departments were called by a unit's cases and still owe something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    cast,
    column,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import DateTime
from sqlmodel import col

from models.base import Frozen, Words
from models.case.state import PartyState
from models.city.people import Principal
from models.queries.case_rows import OWED
from models.queries.names import Named
from models.queries.street_figures import concerning
from models.tables.cases import AWAITED, CaseRow


class OpenWhistle(Frozen):
    """A department that was whistled, and how far it has come."""

    number: str
    name: Words
    """The matter's."""
    by: Named
    unit: Named
    """The department."""
    state: PartyState
    since: datetime
    yellow_at: datetime | None
    red_at: datetime | None
    """Of its next limit; none where it has none, or time stands still."""


class OpenWhistles(Frozen):
    """The most urgent of them, and how many there are."""

    total: int
    late: int
    """Of these, over a limit."""
    items: tuple[OpenWhistle, ...]


async def open_whistles(
    session: AsyncSession, principal: Principal, unit_id: str, at: datetime, *, limit: int = 6
) -> OpenWhistles:
    """The whistles of cases that happened in the unit and are not finished at `at`, the nearest red first.

    One query. Drills are left out.
    """
    snapshot = col(CaseRow.snapshot)
    whistle = _each(snapshot["whistles"], "whistle")
    party = _each(whistle.c.value["parties"], "party")
    clock = _each(snapshot["clocks"], "clock")
    # A snapshot leaves out what is as it was at first.
    state = func.coalesce(party.c.value["state"].astext, PartyState.CALLED.value)
    subject = func.concat(whistle.c.value["id"].astext, "/", party.c.value["unit"]["id"].astext)
    instants = DateTime(timezone=True)
    limits = (
        select(
            func.min(cast(clock.c.value["yellow_at"].astext, instants)).label("yellow_at"),
            func.min(cast(clock.c.value["red_at"].astext, instants)).label("red_at"),
        )
        .select_from(clock)
        .where(clock.c.value["subject"].astext == subject)
        .lateral("limits")
    )
    statement = (
        select(
            col(CaseRow.number),
            snapshot["matter"]["name"].label("name"),
            whistle.c.value["by"].label("by"),
            party.c.value["unit"].label("unit"),
            state.label("state"),
            cast(whistle.c.value["at"].astext, instants).label("since"),
            limits.c.yellow_at,
            limits.c.red_at,
            func.count().over().label("total"),
            func.count().filter(limits.c.red_at <= at).over().label("late"),
        )
        .select_from(CaseRow)
        .join(whistle, true())
        .join(party, true())
        .join(limits, true())
        .where(
            text(AWAITED),  # as the partial index has it
            func.cardinality(col(CaseRow.whistled)) > literal(0),
            cast(whistle.c.value["round"].astext, Integer) == col(CaseRow.round),
            state.in_([state.value for state in OWED]),
            *concerning(principal, unit_id, at),
        )
        .order_by(limits.c.red_at.asc().nulls_last(), text("since"), col(CaseRow.number))
        .limit(limit)
    )
    rows = (await session.execute(statement)).mappings().all()
    return OpenWhistles(
        total=rows[0]["total"] if rows else 0,
        late=rows[0]["late"] if rows else 0,
        items=tuple(
            OpenWhistle(
                number=row["number"],
                name=row["name"],
                by=Named(id=row["by"]["id"], name=row["by"]["name"]),
                unit=Named(id=row["unit"]["id"], name=row["unit"]["name"]),
                state=row["state"],
                since=row["since"],
                yellow_at=row["yellow_at"],
                red_at=row["red_at"],
            )
            for row in rows
        ),
    )


def _each(array: ColumnElement[Any], name: str) -> LateralFromClause:
    """The elements of a JSON array, a row each, for every row it is in."""
    return func.jsonb_array_elements(array).table_valued(column("value", JSONB), name=name).lateral(name)
