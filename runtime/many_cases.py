"""Work on a great many cases, on all processors: batches of numbers go to processes of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.checking import Discrepancy
from models.queries.rebuilding import Rebuilding, rebuild_cases
from models.queries.verification import Checking, Shown, check_records
from runtime.database import Sessions, create_engine
from runtime.settings import Settings

T = TypeVar("T")

WORTH_IT: Final = 500
"""Cases below which starting processes takes longer than it saves."""


@dataclass(frozen=True)
class Hands:
    """Who does the work: `check` and `rebuild` for a batch, none to do it here, and how many at a time."""

    count: int
    check: Checking | None = None
    rebuild: Rebuilding | None = None


@contextmanager
def hands(settings: Settings, cases: int) -> Iterator[Hands]:
    """As many processes as there are processors, if `cases` are worth it; they end with the block."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cases < WORTH_IT or processors == 1:
        yield Hands(count=1)
        return
    # Spawned, not forked: this process has Temporal's threads and open connections.
    with ProcessPoolExecutor(
        processors, mp_context=get_context("spawn"), initializer=_begin, initargs=(settings,)
    ) as pool:

        async def check(numbers: Sequence[str]) -> tuple[list[Discrepancy], list[Shown]]:
            return await _elsewhere(pool, _check, numbers)

        async def rebuild(numbers: Sequence[str]) -> list[Discrepancy]:
            return await _elsewhere(pool, _rebuild, numbers)

        try:
            yield Hands(count=processors, check=check, rebuild=rebuild)
        finally:
            pool.shutdown(cancel_futures=True)


async def _elsewhere(
    pool: ProcessPoolExecutor, work: Callable[[Sequence[str]], T], numbers: Sequence[str]
) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work, list(numbers))


# ── in the other process ─────────────────────────────────────────────────────────────────────────

_engine: AsyncEngine | None = None
_runner: asyncio.Runner | None = None


def _begin(settings: Settings) -> None:
    """Once a process: its engine, and the loop that the engine's connections belong to."""
    global _engine, _runner
    _engine = create_engine(settings, application="shaodao-many", pool_size=1)
    _runner = asyncio.Runner()


def _check(numbers: Sequence[str]) -> tuple[list[Discrepancy], list[Shown]]:
    assert _engine is not None and _runner is not None  # noqa: S101, PT018 - the initializer made them
    return _runner.run(check_records(Sessions(_engine).read, numbers))


def _rebuild(numbers: Sequence[str]) -> list[Discrepancy]:
    assert _engine is not None and _runner is not None  # noqa: S101, PT018 - as above
    return _runner.run(rebuild_cases(Sessions(_engine).write, numbers))
