"""Walking through every case in the order of numbers, a batch at a time, on the running system."""

from __future__ import annotations

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.cases import CaseRow, FactRow


async def numbers_after(session: AsyncSession, after: str, limit: int) -> list[str]:
    """The next `limit` case numbers after `after`, from facts and rows alike: either may lack the other."""
    from_rows = (
        select(col(CaseRow.number).label("number"))
        .where(col(CaseRow.number) > after)
        .order_by(col(CaseRow.number))
        .limit(limit)
    ).subquery()
    # The report is every case's first fact; a case without it is found by its other facts.
    from_facts = (
        select(col(FactRow.case_number).label("number"))
        .where(col(FactRow.case_number) > after)
        .group_by(col(FactRow.case_number))
        .order_by(col(FactRow.case_number))
        .limit(limit)
    ).subquery()
    both = union(select(from_rows.c.number), select(from_facts.c.number)).subquery()
    statement = select(both.c.number).order_by(both.c.number).limit(limit)
    return list((await session.scalars(statement)).all())


async def count_cases(session: AsyncSession) -> int:
    """How many cases there are by their rows, to measure progress against."""
    return await session.scalar(select(func.count()).select_from(CaseRow)) or 0
