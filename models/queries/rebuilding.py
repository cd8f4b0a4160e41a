"""Rebuilding: the rows of the read model written anew from the facts, case by case, on the running system.

Only `cases`, their words, `tasks`, `orders` and `clocks` are rebuilt. Facts are what they are rebuilt from,
and messages were delivered: neither is touched.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import TextClause, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.sealing import broken_link
from models.queries.case_rows import case_row, order_rows, task_rows, words_row
from models.queries.checking import Discrepancy, Retold, retell
from models.queries.facts import fact_rows, sealed
from models.queries.projection import (
    CASE_COLUMNS,
    CLOCK_COLUMNS,
    ORDER_COLUMNS,
    TASK_COLUMNS,
    WORDS_COLUMNS,
    inserting,
    setting,
)
from models.queries.walking import batches, count_cases, in_turn
from models.tables.cases import CaseRow, FactRow

BATCHES_AHEAD: Final = 3
"""Batches under way at a time."""
TOGETHER: Final = 25
"""Cases rebuilt in one transaction: their projections wait for it, for a small part of a second."""
TRIES: Final = 3
"""How often a case is tried when it deadlocks with its own projection."""
_DEADLOCK: Final = "40P01"

Writing = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction that is committed when the block ends."""
Progress = Callable[[str, int, int], None]
Rebuilding = Callable[[Sequence[str]], Awaitable[list[Discrepancy]]]
"""Rebuilds a batch: `rebuild_cases`, here or in another process."""


def _writing(table: str, columns: str, *keys: str) -> TextClause:
    """Writes `rows`, and over those that are there already; never over a case's newer version."""
    guard = "WHERE cases.version <= EXCLUDED.version" if table == "cases" else ""
    return text(
        f"""{inserting(table, "rows", columns)}
        ON CONFLICT ({", ".join(keys)}) DO UPDATE SET {setting(columns, *keys)} {guard}"""
    )


def _clearing(table: str, keys: str) -> TextClause:
    """Takes away what `numbers` have of it and `rows` do not; built of the constants below."""
    names = ["case_number", *(key.split()[0] for key in keys.split(", "))]
    same = " AND ".join(f"r.{name} = {table}.{name}" for name in names)
    return text(
        f"DELETE FROM {table} WHERE case_number = ANY(CAST(:numbers AS text[])) AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(case_number text, {keys})"
        f" WHERE {same})"
    )


_TABLES: Final = {
    "cases": [_writing("cases", CASE_COLUMNS, "number")],
    "case_words": [_writing("case_words", WORDS_COLUMNS, "case_number")],
    "tasks": [_clearing("tasks", "id text"), _writing("tasks", TASK_COLUMNS, "case_number", "id")],
    "orders": [_clearing("orders", "id text"), _writing("orders", ORDER_COLUMNS, "case_number", "id")],
    "clocks": [
        _clearing("clocks", "clock_id text, revision int"),
        _writing("clocks", CLOCK_COLUMNS, "case_number", "clock_id", "revision"),
    ],
}
"""What is rebuilt, and how."""


async def rebuild(
    write: Writing,
    progress: Progress,
    *,
    only: Sequence[str] = (),
    batch: Rebuilding | None = None,
    ahead: int = BATCHES_AHEAD,
) -> AsyncIterator[Discrepancy]:
    """Write the rows of every case (or `only` these) anew, some cases in one transaction.

    `batch` rebuilds a batch, elsewhere if it likes; `ahead` batches are under way at a time.
    Yields the cases that could not be rebuilt, because their facts do not hold; those stay as they are.
    A projection that writes meanwhile waits for the case's row, or is waited for: the newer version stays.
    """
    async with write() as session:
        total = len(only) or await count_cases(session)
    rebuilding = batch or (lambda numbers: rebuild_cases(write, numbers))
    done = 0
    async for numbers, kept in in_turn(batches(write, only), rebuilding, ahead):
        for discrepancy in kept:
            yield discrepancy
        done += len(numbers)
        progress("rebuilt", done, max(done, total))


async def rebuild_cases(write: Writing, numbers: Sequence[str]) -> list[Discrepancy]:
    """Rebuild these cases, some in one transaction; those that could not be."""
    kept: list[Discrepancy] = []
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        try:
            async with write() as session:
                kept += await _rebuild(session, some)
        except DBAPIError as error:
            if not _deadlocked(error):
                raise
            found = [await rebuild_case(write, number) for number in some]
            kept += [discrepancy for discrepancy in found if discrepancy is not None]
    return kept


async def rebuild_case(write: Writing, number: str) -> Discrepancy | None:
    """Rebuild one case; why that was not possible, if it was not."""
    for attempt in range(1, TRIES + 1):
        try:
            async with write() as session:
                return next(iter(await _rebuild(session, [number])), None)
        except DBAPIError as error:
            if not _deadlocked(error) or attempt == TRIES:
                raise
    raise AssertionError("the last attempt returns or raises")


def _deadlocked(error: DBAPIError) -> bool:
    """Whether the projection of the same case came at the same moment, and this was sent away."""
    return getattr(error.orig, "sqlstate", None) == _DEADLOCK


async def _rebuild(session: AsyncSession, numbers: Sequence[str]) -> list[Discrepancy]:
    """Rebuild these cases in the session's transaction; those that could not be."""
    # First the locks, then the facts: those of a projection that was under way are seen as well.
    locked = await session.execute(
        select(col(CaseRow.number), col(CaseRow.version))
        .where(col(CaseRow.number).in_(numbers))
        .order_by(col(CaseRow.number))
        .with_for_update()
    )
    versions = {row.number: row.version for row in locked}
    facts = await fact_rows(session, numbers)
    kept: list[Discrepancy] = []
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    told = []
    for number in numbers:
        retold = _told(number, facts[number], versions.get(number))
        if isinstance(retold, Discrepancy):
            kept.append(retold)
            continue
        told.append(number)
        rows["cases"].append(case_row(retold.case))
        rows["case_words"].append(words_row(retold.case))
        rows["tasks"] += task_rows(retold.case)
        rows["orders"] += order_rows(retold.case, retold.givers)
        rows["clocks"] += retold.clocks.values()
    if told:
        for name, statements in _TABLES.items():
            for statement in statements:
                await session.execute(statement, {"rows": _json(rows[name]), "numbers": told})
    return kept


def _told(number: str, rows: Sequence[FactRow], version: int | None) -> Retold | Discrepancy:
    """The case as its facts tell it, or why it is left as it is."""
    try:
        facts = [sealed(row) for row in rows]
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
    return retold


def _kept(number: str, kind: str, words: str) -> Discrepancy:
    return Discrepancy(number=number, kind=kind, words=words)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
