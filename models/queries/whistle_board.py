"""The whistle board: who was called, who has signed, reported in and finished, and how late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.jurisdiction import sight
from models.case.state import Case, Party, PartyState, Whistle
from models.city.people import Principal
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage
from models.queries import nearest_red
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import visible
from models.tables.cases import WHISTLED, CaseRow, FactRow

STEPS = (PartyState.SIGNED, PartyState.REPORTED_IN, PartyState.FINISHED)
_CLOCKS = {
    PartyState.SIGNED: ClockStage.SIGN,
    PartyState.REPORTED_IN: ClockStage.REPORT_IN,
    PartyState.FINISHED: ClockStage.FINISH,
}


class PartyStep(Frozen):
    """One step of a department that was called."""

    state: PartyState
    at: datetime | None
    """When it was done."""
    late: bool
    """Whether it was, or is, over its limit."""
    clock: Clock | None
    """The limit that runs for it."""


class CalledParty(Frozen):
    """A department that was called, step by step."""

    party: Party
    steps: tuple[PartyStep, ...]


class BoardRow(Frozen):
    """A whistle of a case, with everybody it called."""

    case: CaseLine
    whistle: Whistle
    parties: tuple[CalledParty, ...]


async def whistle_board(
    session: AsyncSession, principal: Principal, at: datetime, *, limit: int = 100
) -> tuple[BoardRow, ...]:
    """The whistles in the principal's jurisdiction that somebody still owes something, the nearest red first.

    Two queries.
    """
    number = col(CaseRow.number)
    chosen = select(number).where(text(WHISTLED), visible(sight(principal)))
    page = chosen.order_by(*nearest_red.order()).limit(limit).cte("page")
    statement = joined(
        select(*headline_columns(), col(CaseRow.snapshot).label("snapshot"))
        .select_from(page)
        .join(CaseRow, number == page.c.number)
    ).order_by(*nearest_red.order())
    rows = [
        (headline(row, at), Case.model_validate(row["snapshot"]))
        for row in (await session.execute(statement)).mappings()
    ]
    done = await _instants(session, [case.number for _, case in rows])
    return tuple(
        BoardRow(
            case=line,
            whistle=whistle,
            parties=tuple(_party(case, whistle, p, done, at) for p in whistle.parties),
        )
        for line, case in rows
        for whistle in case.whistles
        if whistle.round == case.round
    )


_Done = dict[tuple[str, str, str, PartyState], datetime]


async def _instants(session: AsyncSession, numbers: Sequence[str]) -> _Done:
    """When each department of these cases did each step."""
    if not numbers:
        return {}
    kinds = [state.value for state in STEPS]
    body = col(FactRow.body)
    statement = select(
        col(FactRow.case_number),
        body["whistle"].astext,
        body["unit"]["id"].astext,
        col(FactRow.kind),
        col(FactRow.at),
    ).where(col(FactRow.case_number).in_(numbers), or_(*(col(FactRow.kind) == kind for kind in kinds)))
    found: Iterable[tuple[str, str, str, str, datetime]] = (
        (row[0], row[1], row[2], row[3], row[4]) for row in await session.execute(statement)
    )
    return {(number, whistle, unit, PartyState(kind)): at for number, whistle, unit, kind, at in found}


def _party(case: Case, whistle: Whistle, party: Party, done: _Done, at: datetime) -> CalledParty:
    subject = f"{whistle.id}/{party.unit.id}"
    steps = []
    for state in STEPS:
        clock_id = f"{_CLOCKS[state]}:{subject}"
        clock = case.clock(clock_id)
        late = clock_id in case.overrun or bool(clock and clock.red_at and clock.red_at <= at)
        instant = done.get((case.number, whistle.id, party.unit.id, state))
        steps.append(PartyStep(state=state, at=instant, late=late, clock=clock))
    return CalledParty(party=party, steps=tuple(steps))
