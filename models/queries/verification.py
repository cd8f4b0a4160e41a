"""Verification: every chain, every row, every running workflow against the records, while they run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.state import ENDED, Case, Stage
from models.case.views import snapshot
from models.queries.checking import Discrepancy, check_chain, check_rows, retell
from models.queries.facts import fact_rows, sealed
from models.queries.walking import batches, count_cases, in_turn
from models.tables.cases import CaseRow, CaseWordsRow, ClockRow, OrderRow, TaskRow

BATCHES_AHEAD: Final = 3
"""Batches under way: while workflows of one answer, the next one's records are read."""
AT_ONCE: Final = 16
"""Workflows asked at the same time."""
GRACE: Final = 30.0
"""Seconds a projection may lag behind its workflow before that is a discrepancy."""
LOOK_EVERY: Final = 0.5

Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a consistent view of the database."""
Asking = Callable[[str], Awaitable[Case]]
"""Asks a case's workflow for its state. Raises NoWorkflow or NoAnswer."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


class Shown(NamedTuple):
    """An open case as its row shows it."""

    number: str
    version: int
    head: str
    snapshot: Any


Checking = Callable[[Sequence[str]], Awaitable[tuple[list[Discrepancy], list[Shown]]]]
"""Checks the records of a batch: `check_records`, here or in another process."""


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
    check: Checking | None = None,
    ahead: int = BATCHES_AHEAD,
) -> AsyncIterator[Discrepancy]:
    """Everything that is wrong, batch by batch in the order of numbers; `only` these, if any are named.

    Without `ask`, workflows are left out. `check` looks at the records of a batch, elsewhere if it likes;
    `ahead` batches are under way at a time, so memory is bounded. What changes meanwhile is no discrepancy:
    rows and facts of a case are read in one view, and a projection that lags behind its workflow is given
    `grace` seconds.
    """
    async with read() as session:
        total = len(only) or await count_cases(session)
    slots = asyncio.Semaphore(AT_ONCE)
    checking = check or (lambda numbers: check_records(read, numbers))

    async def batch(numbers: Sequence[str]) -> list[Discrepancy]:
        found, open_ = await checking(numbers)
        return found if ask is None else found + await _check_workflows(read, ask, open_, grace, slots)

    done = 0
    async for numbers, found in in_turn(batches(read, only), batch, ahead):
        for discrepancy in found:
            yield discrepancy
        done += len(numbers)
        progress("verified", done, max(done, total))


async def check_records(read: Reading, numbers: Sequence[str]) -> tuple[list[Discrepancy], list[Shown]]:
    """What is wrong with the records of these cases, and those whose workflows must be running."""
    found: list[Discrepancy] = []
    async with read() as session:
        facts = await fact_rows(session, numbers)
        rows = await _rows(session, numbers)
        words = await _children(session, CaseWordsRow, numbers)
        tasks = await _children(session, TaskRow, numbers)
        orders = await _children(session, OrderRow, numbers)
        clocks = await _children(session, ClockRow, numbers)
    open_: list[Shown] = []
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
        found += check_rows(
            retold, row, next(iter(words[number]), None), tasks[number], orders[number], clocks[number]
        )
        if row is not None and Stage(row["stage"]) not in ENDED:
            open_.append(Shown(number, row["version"], row["head"], row["snapshot"]))
    return found, open_


async def _rows(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    table = CaseRow.__table__  # type: ignore[attr-defined]
    rows = await session.execute(select(*table.columns).where(col(CaseRow.number).in_(numbers)))
    return {row["number"]: {**row} for row in rows.mappings()}


async def _children(
    session: AsyncSession,
    kind: type[CaseWordsRow] | type[TaskRow] | type[OrderRow] | type[ClockRow],
    numbers: Sequence[str],
) -> dict[str, list[Mapping[str, Any]]]:
    table = kind.__table__  # type: ignore[union-attr]
    found: dict[str, list[Mapping[str, Any]]] = {number: [] for number in numbers}
    rows = await session.execute(select(*table.columns).where(table.c.case_number.in_(numbers)))
    for row in rows.mappings():
        found[row["case_number"]].append({**row})
    return found


async def _check_workflows(
    read: Reading, ask: Asking | None, cases: Sequence[Shown], grace: float, slots: asyncio.Semaphore
) -> list[Discrepancy]:
    async def one(shown: Shown) -> Discrepancy | None:
        assert ask is not None  # noqa: S101 - without one, there are no cases
        async with slots:
            found = await _compare(ask, shown)
        # Waiting takes no slot: it may be long, and asks nothing.
        return await _given_time(read, ask, shown.number, grace, slots) if found else None

    found = await asyncio.gather(*map(one, cases))
    return [discrepancy for discrepancy in found if discrepancy is not None]


async def _given_time(
    read: Reading, ask: Asking, number: str, grace: float, slots: asyncio.Semaphore
) -> Discrepancy | None:
    """What is still wrong when the case has been looked at again; a projection that lags is given time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace
    while True:
        async with slots:
            # The records first: a workflow never falls behind what has been written of it.
            shown = await _shown(read, number)
            found = await _compare(ask, shown)
            if found is not None and found.kind == "gone":
                return await _ended_meanwhile(read, number)
        if found is None or found.kind != "behind" or loop.time() > deadline:
            return found
        await asyncio.sleep(min(LOOK_EVERY, grace))


async def _compare(ask: Asking, shown: Shown) -> Discrepancy | None:
    """What is wrong between the case's workflow and its row, as it was read before."""
    try:
        case = await ask(shown.number)
    except NoWorkflow:
        return _wrong(shown.number, "gone", "no workflow runs for it")
    except NoAnswer as silence:
        return _wrong(shown.number, "unanswered", f"the workflow does not answer ({silence})")
    if shown.version > case.version:
        words = f"the records are at {shown.version}, the workflow only at {case.version}"
        return _wrong(shown.number, "workflow", words)
    if shown.version < case.version:
        words = f"the records stand at {shown.version}, the workflow at {case.version}"
        return _wrong(shown.number, "behind", words)
    if shown.head == case.head and shown.snapshot == snapshot(case):
        return None
    words = f"workflow and records tell different things at {shown.version}"
    return _wrong(shown.number, "workflow", words)


def _wrong(number: str, kind: str, words: str) -> Discrepancy:
    return Discrepancy(number=number, kind=kind, words=words)


async def _shown(read: Reading, number: str) -> Shown:
    statement = select(
        col(CaseRow.number), col(CaseRow.version), col(CaseRow.head), col(CaseRow.snapshot)
    ).where(col(CaseRow.number) == number)
    async with read() as session:
        return Shown(*(await session.execute(statement)).one())


async def _ended_meanwhile(read: Reading, number: str) -> Discrepancy | None:
    """No workflow is right for a case that has ended since its row was read."""
    async with read() as session:
        stage = await session.scalar(select(col(CaseRow.stage)).where(col(CaseRow.number) == number))
    if stage is not None and Stage(stage) in ENDED:
        return None
    return _wrong(number, "workflow", "the case is open, but no workflow runs for it")
