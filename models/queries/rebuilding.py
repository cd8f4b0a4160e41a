"""Rebuilding: the rows of the read model written anew from the facts, case by case, on the running system.

Only `cases`, their words, `tasks` and `clocks` are rebuilt. Facts are what they are rebuilt from, and
messages were delivered: neither is touched.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.sealing import broken_link
from models.queries.case_rows import case_row, task_rows, words_row
from models.queries.checking import Discrepancy, retell
from models.queries.facts import fact_rows, sealed
from models.queries.projection import (
    CASE_COLUMNS,
    CLOCK_COLUMNS,
    TASK_COLUMNS,
    WORDS_COLUMNS,
    inserting,
    setting,
)
from models.queries.walking import count_cases, numbers_after
from models.tables.cases import CaseRow, ClockRow, TaskRow

BATCH: Final = 200
"""Case numbers read at a time."""
TRIES: Final = 3
"""How often a case is tried when it deadlocks with its own projection."""
_DEADLOCK: Final = "40P01"

Writing = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction that is committed when the block ends."""
Progress = Callable[[str, int, int], None]

_CASE: Final = text(
    f"""{inserting("cases", "case", CASE_COLUMNS, "jsonb_to_record")}
    ON CONFLICT (number) DO UPDATE SET {setting(CASE_COLUMNS, "number")}
    WHERE cases.version <= EXCLUDED.version"""
)
_WORDS: Final = text(
    f"""{inserting("case_words", "words", WORDS_COLUMNS)}
    ON CONFLICT (case_number) DO UPDATE SET {setting(WORDS_COLUMNS, "case_number")}"""
)
_TASKS: Final = text(
    f"""{inserting("tasks", "tasks", TASK_COLUMNS)}
    ON CONFLICT (case_number, id) DO UPDATE SET {setting(TASK_COLUMNS, "case_number", "id")}"""
)
_CLOCKS: Final = text(
    f"""{inserting("clocks", "clocks", CLOCK_COLUMNS)}
    ON CONFLICT (case_number, clock_id, revision)
    DO UPDATE SET {setting(CLOCK_COLUMNS, "case_number", "clock_id", "revision")}"""
)


async def rebuild(
    write: Writing, progress: Progress, *, only: Sequence[str] = ()
) -> AsyncIterator[Discrepancy]:
    """Write the rows of every case (or `only` these) anew, each in a transaction of its own.

    Yields the cases that could not be rebuilt, because their facts do not hold; those stay as they are.
    A projection that writes meanwhile waits for the case's row, or is waited for: the newer version stays.
    """
    done = 0
    async with write() as session:
        total = len(only) or await count_cases(session)
    last = ""
    while True:
        numbers = list(only)
        if not only:
            async with write() as session:
                numbers = await numbers_after(session, last, BATCH)
        for number in numbers:
            found = await _rebuilt(write, number)
            if found is not None:
                yield found
            done += 1
            progress("rebuilt", done, max(done, total))
        if only or not numbers:
            return
        last = numbers[-1]


async def _rebuilt(write: Writing, number: str) -> Discrepancy | None:
    """Rebuild one case; why that was not possible, if it was not."""
    for attempt in range(1, TRIES + 1):
        try:
            async with write() as session:
                return await _rebuild(session, number)
        except DBAPIError as error:
            # The projection of the same case at the same moment: one of the two was sent away.
            if getattr(error.orig, "sqlstate", None) != _DEADLOCK or attempt == TRIES:
                raise
    raise AssertionError("the last attempt returns or raises")


async def _rebuild(session: AsyncSession, number: str) -> Discrepancy | None:
    # First the lock, then the facts: those of a projection that was under way are seen as well.
    locked = await session.execute(
        select(col(CaseRow.version)).where(col(CaseRow.number) == number).with_for_update()
    )
    version = locked.scalar_one_or_none()
    try:
        facts = [sealed(row) for row in (await fact_rows(session, [number]))[number]]
        broken = broken_link(number, facts)
        if broken is not None:
            return _kept(number, "chain", f"not rebuilt: the chain breaks at fact {broken}")
        retold = retell(number, facts)
    except ValidationError:
        return _kept(number, "facts", "not rebuilt: a fact's row cannot be read")
    except ValueError as error:
        return _kept(number, "facts", f"not rebuilt: {error}")
    if version is not None and version > retold.case.version:
        words = f"not rebuilt: the row is at version {version}, the facts only at {retold.case.version}"
        return _kept(number, "facts", words)
    tasks, clocks = task_rows(retold.case), list(retold.clocks.values())
    await session.execute(_CASE, {"case": _json(case_row(retold.case))})
    await session.execute(_WORDS, {"words": _json([words_row(retold.case)])})
    await session.execute(
        delete(TaskRow).where(
            col(TaskRow.case_number) == number, col(TaskRow.id).not_in([task["id"] for task in tasks])
        )
    )
    await session.execute(_TASKS, {"tasks": _json(tasks)})
    await session.execute(
        delete(ClockRow).where(
            col(ClockRow.case_number) == number,
            col(ClockRow.revision).not_in([clock["revision"] for clock in clocks]),
        )
    )
    await session.execute(_CLOCKS, {"clocks": _json(clocks)})
    return None


def _kept(number: str, kind: str, words: str) -> Discrepancy:
    return Discrepancy(number=number, kind=kind, words=words)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
