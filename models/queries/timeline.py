"""Reading a case's timeline from the permanent record."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.jurisdiction import sight
from models.case.timeline import Timeline, timeline
from models.city.people import Principal
from models.queries.cases import CaseNotFound
from models.queries.facts import sealed
from models.queries.jurisdiction import visible
from models.tables.cases import CaseRow, FactRow


async def read_timeline(session: AsyncSession, principal: Principal, number: str) -> Timeline:
    """Every fact of the case in order, and its bands; one query. Raises CaseNotFound."""
    statement = (
        select(FactRow)
        .join(CaseRow, col(CaseRow.number) == col(FactRow.case_number))
        .where(col(FactRow.case_number) == number, visible(sight(principal)))
        .order_by(col(FactRow.seq))
    )
    facts = [sealed(row) for row in (await session.execute(statement)).scalars()]
    if not facts:
        raise CaseNotFound(number)
    return timeline(facts)
