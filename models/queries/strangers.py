"""Workflows that the records do not know, or know as ended: what is left when a store was set back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from models.case.state import ENDED
from models.queries.checking import Discrepancy
from models.queries.mending import counter, greatest_number
from models.queries.verification import GRACE, Reading
from models.tables.cases import CaseRow

PAGE: Final = 1000
"""Workflows held against the records at a time."""


async def strangers(
    read: Reading, workflows: AsyncIterator[tuple[str, bool]], grace: float = GRACE
) -> AsyncIterator[Discrepancy]:
    """What is wrong with `workflows`, case numbers with whether each runs; and with the counter of numbers.

    Whoever looks strange at first is looked at again after `grace` seconds: a case that has just been opened
    is not written yet, one that has just ended has its last word still to say.
    """
    page: dict[str, bool] = {}
    suspects: dict[str, bool] = {}
    greatest = 0
    async for number, runs in workflows:
        page[number] = page.get(number, False) or runs
        greatest = max(greatest, _counter_in(number))
        if len(page) == PAGE:
            suspects |= await _strange(read, page)
            page = {}
    suspects |= await _strange(read, page)
    async with read() as session:
        used = max(greatest, await greatest_number(session))
        given = await counter(session)
    if given < used:
        words = f"the counter of case numbers stands at {given}, and {used} is used already"
        yield Discrepancy(number=f"…-{used:06}", kind="numbers", words=words)
    if suspects:
        await asyncio.sleep(grace)
        for number, words in sorted((await _why_strange(read, suspects)).items()):
            yield Discrepancy(number=number, kind="unknown", words=words)


def _counter_in(number: str) -> int:
    digits = number.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


async def _strange(read: Reading, page: dict[str, bool]) -> dict[str, bool]:
    return {number: page[number] for number in await _why_strange(read, page)}


async def _why_strange(read: Reading, page: dict[str, bool]) -> dict[str, str]:
    if not page:
        return {}
    statement = select(col(CaseRow.number), col(CaseRow.stage)).where(col(CaseRow.number).in_(page))
    async with read() as session:
        stages = {row.number: row.stage for row in await session.execute(statement)}
    found = {}
    for number, runs in page.items():
        if number not in stages:
            found[number] = "a workflow knows this case, and the records do not"
        elif runs and stages[number] in ENDED:
            found[number] = "the case has ended, and its workflow runs on"
    return found
