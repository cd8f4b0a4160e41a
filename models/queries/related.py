"""The cases that a case names: duplicates, follow-ups, the one it was merged into."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.jurisdiction import sight
from models.city.people import Principal
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.jurisdiction import visible
from models.tables.cases import CaseRow


async def lines_of(
    session: AsyncSession, principal: Principal, numbers: Collection[str], at: datetime
) -> dict[str, CaseLine]:
    """The lines of these cases by number, with the lights of the instant `at`, in one query.

    Those that are not there, or not in the principal's jurisdiction, are left out; for no numbers it is none.
    """
    if not numbers:
        return {}
    statement = joined(select(*headline_columns()).select_from(CaseRow)).where(
        col(CaseRow.number).in_(list(numbers)), visible(sight(principal))
    )
    rows = (await session.execute(statement)).mappings().all()
    return {row["number"]: headline(row, at) for row in rows}
