"""Verification: every chain, every row, every running workflow against the records, while they run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.state import ENDED, Case, Stage
from models.case.views import snapshot
from models.queries.checking import Discrepancy, check_chain, check_rows, retell
from models.queries.facts import fact_rows, sealed
from models.queries.walking import count_cases, numbers_after
from models.tables.cases import CaseRow, CaseWordsRow, ClockRow, TaskRow

BATCH: Final = 50
"""Cases looked at together: what is held in memory at a time."""
AT_ONCE: Final = 8
"""Workflows asked at the same time."""
GRACE: Final = 15.0
"""Seconds a projection may lag behind its workflow before that is a discrepancy."""
LOOK_EVERY: Final = 0.5

Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a consistent view of the database."""
Asking = Callable[[str], Awaitable[Case]]
"""Asks a case's workflow for its state. Raises NoWorkflow or NoAnswer."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


class NoWorkflow(LookupError):
    """No workflow runs for the case."""


class NoAnswer(Exception):
    """The workflow, its worker or the server does not answer."""


async def verify(
    read: Reading,
    ask: Asking | None,
    progress: Progress,
    *,
    only: Sequence[str] = (),
    grace: float = GRACE,
) -> AsyncIterator[Discrepancy]:
    """Everything that is wrong, case by case in the order of numbers; `only` these, if any are named.

    Without `ask`, workflows are left out. Memory is bounded by the batch. What changes meanwhile is no
    discrepancy: rows and facts of a case are read in one view, and a projection that lags behind its
    workflow is given `grace` seconds.
    """
    done = 0
    async with read() as session:
        total = len(only) or await count_cases(session)
    async for numbers in _batches(read, only):
        async with read() as session:
            found, to_ask = await _check_records(session, numbers)
        for discrepancy in found:
            yield discrepancy
        if ask is not None:
            for discrepancy in await _check_workflows(read, ask, to_ask, grace):
                yield discrepancy
        done += len(numbers)
        progress("verified", done, max(done, total))


async def _batches(read: Reading, only: Sequence[str]) -> AsyncIterator[list[str]]:
    if only:
        for start in range(0, len(only), BATCH):
            yield list(only[start : start + BATCH])
        return
    last = ""
    while True:
        async with read() as session:
            numbers = await numbers_after(session, last, BATCH)
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


async def _check_records(
    session: AsyncSession, numbers: Sequence[str]
) -> tuple[list[Discrepancy], list[str]]:
    """What is wrong with the records of these cases, and whose workflows must be running."""
    found: list[Discrepancy] = []
    facts = await fact_rows(session, numbers)
    rows = await _rows(session, numbers)
    words = await _children(session, CaseWordsRow, numbers)
    tasks = await _children(session, TaskRow, numbers)
    clocks = await _children(session, ClockRow, numbers)
    open_: list[str] = []
    for number in numbers:
        row = rows.get(number)
        if row is None and not facts[number]:
            found.append(_wrong(number, "row", "there is no such case"))
            continue
        try:
            chain = [sealed(fact) for fact in facts[number]]
            found += check_chain(number, chain)
            retold = retell(number, chain)
        except (ValueError, ValidationError) as error:
            why = str(error) if not isinstance(error, ValidationError) else "a fact's row cannot be read"
            found.append(_wrong(number, "facts", why))
            continue
        found += check_rows(retold, row, next(iter(words[number]), None), tasks[number], clocks[number])
        if row is not None and Stage(row["stage"]) not in ENDED:
            open_.append(number)
    return found, open_


async def _rows(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    table = CaseRow.__table__  # type: ignore[attr-defined]
    rows = await session.execute(select(*table.columns).where(col(CaseRow.number).in_(numbers)))
    return {row["number"]: {**row} for row in rows.mappings()}


async def _children(
    session: AsyncSession, kind: type[CaseWordsRow] | type[TaskRow] | type[ClockRow], numbers: Sequence[str]
) -> dict[str, list[Mapping[str, Any]]]:
    table = kind.__table__  # type: ignore[union-attr]
    found: dict[str, list[Mapping[str, Any]]] = {number: [] for number in numbers}
    rows = await session.execute(select(*table.columns).where(table.c.case_number.in_(numbers)))
    for row in rows.mappings():
        found[row["case_number"]].append({**row})
    return found


async def _check_workflows(
    read: Reading, ask: Asking, numbers: Sequence[str], grace: float
) -> list[Discrepancy]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> Discrepancy | None:
        async with slots:
            return await _check_workflow(read, ask, number, grace)

    found = await asyncio.gather(*map(one, numbers))
    return [discrepancy for discrepancy in found if discrepancy is not None]


async def _check_workflow(read: Reading, ask: Asking, number: str, grace: float) -> Discrepancy | None:
    """What is wrong between the case's workflow and its row, once both are at one version."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace
    while True:
        # The records first: a workflow never falls behind what has been written of it.
        version, head, shown = await _shown(read, number)
        try:
            case = await ask(number)
        except NoWorkflow:
            return await _ended_meanwhile(read, number)
        except NoAnswer as silence:
            return _wrong(number, "unanswered", f"the workflow does not answer ({silence})")
        if version > case.version:
            return _wrong(
                number, "workflow", f"the records are at {version}, the workflow only at {case.version}"
            )
        if version == case.version:
            if head == case.head and shown == snapshot(case):
                return None
            return _wrong(number, "workflow", f"workflow and records tell different things at {version}")
        if loop.time() > deadline:
            words = f"the records stand at {version} for {grace:g} s, the workflow at {case.version}"
            return _wrong(number, "behind", words)
        await asyncio.sleep(min(LOOK_EVERY, grace))


def _wrong(number: str, kind: str, words: str) -> Discrepancy:
    return Discrepancy(number=number, kind=kind, words=words)


async def _shown(read: Reading, number: str) -> tuple[int, str, Any]:
    statement = select(col(CaseRow.version), col(CaseRow.head), col(CaseRow.snapshot)).where(
        col(CaseRow.number) == number
    )
    async with read() as session:
        return (await session.execute(statement)).one()


async def _ended_meanwhile(read: Reading, number: str) -> Discrepancy | None:
    """No workflow is right for a case that has ended since its row was read."""
    async with read() as session:
        stage = await session.scalar(select(col(CaseRow.stage)).where(col(CaseRow.number) == number))
    if stage is not None and Stage(stage) in ENDED:
        return None
    return _wrong(number, "workflow", "the case is open, but no workflow runs for it")
