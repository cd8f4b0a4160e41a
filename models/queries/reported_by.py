"""What somebody has reported: the open cases first, each time the latest first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.jurisdiction import sight
from models.city.people import Principal
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import overlaps, visible
from models.tables.cases import CaseRow


async def reported_by(
    session: AsyncSession, principal: Principal, at: datetime, *, limit: int = 20
) -> tuple[CaseLine, ...]:
    """What the principal reported, also as a duplicate of another, with the lights of `at`; one query."""
    number = col(CaseRow.number)
    order = (col(CaseRow.closed_at).is_not(None), col(CaseRow.reported_at).desc(), number.desc())
    # Persons stand in `visible_to` as reporters only: `models.case.jurisdiction`.
    own = overlaps(col(CaseRow.visible_to), [principal.person])
    page = select(number).where(own, visible(sight(principal))).order_by(*order).limit(limit).cte("page")
    statement = joined(select(*headline_columns()).select_from(page).join(CaseRow, number == page.c.number))
    rows = (await session.execute(statement.order_by(*order))).mappings()
    return tuple(headline(row, at) for row in rows)
