"""Whistles outstanding: which departments were called by a unit's cases and still owe something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    cast,
    column,
    func,
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
from models.clocks.policy import ClockStage
from models.queries.case_rows import OWED
from models.queries.names import Named
from models.queries.street_figures import concerning
from models.tables.cases import WHISTLED, CaseRow, ClockRow


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
    instants = DateTime(timezone=True)
    # A department that still owes something is called once in a round: `whistled` names each of them.
    each = func.unnest(col(CaseRow.whistled)).table_valued(column("id", Text), name="owing")
    owing = each.render_derived().lateral("owing")
    limits = (
        select(
            func.min(col(ClockRow.yellow_at)).label("yellow_at"),
            func.min(col(ClockRow.red_at)).label("red_at"),
        )
        .where(
            col(ClockRow.case_number) == col(CaseRow.number),
            col(ClockRow.valid_until).is_(None),
            col(ClockRow.stage).in_([ClockStage.SIGN, ClockStage.REPORT_IN, ClockStage.FINISH]),
            func.split_part(col(ClockRow.subject), "/", 2) == owing.c.id,
        )
        .correlate(CaseRow, owing)
        .lateral("limits")
    )
    owed = (
        select(col(CaseRow.number), owing.c.id.label("unit"), limits.c.yellow_at, limits.c.red_at)
        .select_from(CaseRow)
        .join(owing, true())
        .join(limits, true())
        .where(text(WHISTLED), *concerning(principal, unit_id, at))  # the first as the index has it
        .cte("owed")
    )
    # With their equals: what comes first among them, when it was called or which number, is seen afterwards.
    nearest = (
        select(owed).order_by(owed.c.red_at.asc().nulls_last()).fetch(limit, with_ties=True).cte("nearest")
    )
    snapshot = col(CaseRow.snapshot)
    whistle = _each(snapshot["whistles"], "whistle")
    party = _each(whistle.c.value["parties"], "party")
    # A snapshot leaves out what is as it was at first.
    state = func.coalesce(party.c.value["state"].astext, PartyState.CALLED.value)
    statement = (
        select(
            nearest.c.number,
            snapshot["matter"]["name"].label("name"),
            whistle.c.value["by"].label("by"),
            party.c.value["unit"].label("unit"),
            state.label("state"),
            cast(whistle.c.value["at"].astext, instants).label("since"),
            nearest.c.yellow_at,
            nearest.c.red_at,
            select(func.count()).select_from(owed).scalar_subquery().label("total"),
            select(func.count()).where(owed.c.red_at <= at).scalar_subquery().label("late"),
        )
        .select_from(nearest)
        .join(CaseRow, col(CaseRow.number) == nearest.c.number)
        .join(whistle, true())
        .join(party, true())
        .where(
            party.c.value["unit"]["id"].astext == nearest.c.unit,
            cast(whistle.c.value["round"].astext, Integer) == col(CaseRow.round),
            state.in_([state.value for state in OWED]),
        )
        .order_by(nearest.c.red_at.asc().nulls_last(), text("since"), nearest.c.number)
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
