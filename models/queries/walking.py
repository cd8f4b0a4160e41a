"""Walking through every case in the order of numbers, a batch at a time, on the running system."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeVar

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.cases import CaseRow, FactRow

BATCH: Final = 100
"""Cases looked at together: what is held in memory at a time."""

Opening = Callable[[], AbstractAsyncContextManager[AsyncSession]]
T = TypeVar("T")


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


async def batches(opening: Opening, only: Sequence[str]) -> AsyncIterator[Sequence[str]]:
    """The numbers of all cases, or `only` these, a batch at a time; each page is read when it is wanted."""
    if only:
        for start in range(0, len(only), BATCH):
            yield list(only[start : start + BATCH])
        return
    last = ""
    while True:
        async with opening() as session:
            numbers = await numbers_after(session, last, BATCH)
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


async def in_turn(
    walk: AsyncIterator[Sequence[str]], work: Callable[[Sequence[str]], Awaitable[T]], ahead: int
) -> AsyncIterator[tuple[Sequence[str], T]]:
    """What `work` makes of each batch, in their order, with up to `ahead` batches under way."""
    under_way: deque[tuple[Sequence[str], asyncio.Future[T]]] = deque()
    try:
        async for numbers in walk:
            under_way.append((numbers, asyncio.ensure_future(work(numbers))))
            if len(under_way) >= ahead:
                first, made = under_way[0]
                result = await made
                under_way.popleft()
                yield first, result
        while under_way:
            first, made = under_way[0]
            result = await made
            under_way.popleft()
            yield first, result
    finally:
        for _, left in under_way:
            left.cancel()
        await asyncio.gather(*(left for _, left in under_way), return_exceptions=True)
