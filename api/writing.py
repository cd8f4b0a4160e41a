"""Writing what a receipt says happened: when it arrives, its facts are durable in Temporal's history.

Whoever asked for a command thereby sees it in every list at once. If the write does not come about
(PostgreSQL is away, this process is killed here) the case's own flusher does it a few seconds later; both
may do it.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.state import Case
from models.queries.projection import has_version, leads_up_to, project
from workflows.messages import Receipt

log = structlog.get_logger(__name__)

PATIENCE: Final = timedelta(milliseconds=800)
"""How long a command waits for its facts to be written before PostgreSQL counts as away."""
REST: Final = timedelta(seconds=1)
"""How long it is left alone then, so that not every command waits in vain."""
LOOK_AGAIN: Final = (0.01, 0.02, 0.04, 0.08, 0.16)
"""Seconds between looks for the facts before these, which a command of the same moment is still writing."""


class Writer:
    """Writes the facts of receipts; one per process."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._writing: set[asyncio.Task[bool]] = set()
        self._away_until = 0.0

    async def write(self, receipt: Receipt) -> bool:
        """Write what the receipt carries; whether PostgreSQL has the case as the receipt shows it.

        The write is a task of its own: cancelling a statement on a stopped server may itself hang, so a
        command that loses patience just walks away.
        """
        if time.monotonic() < self._away_until:
            return False
        task = asyncio.create_task(self._write(receipt), name="write receipt")
        self._writing.add(task)
        task.add_done_callback(self._written)
        await asyncio.wait({task}, timeout=PATIENCE.total_seconds())
        if task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
        self._away_until = time.monotonic() + REST.total_seconds()
        return False

    async def close(self) -> None:
        """Give up writes that still wait for a database."""
        waiting = list(self._writing)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _write(self, receipt: Receipt) -> bool:
        if not receipt.facts:
            async with self._database.connect() as connection:
                return await has_version(connection, receipt.number, receipt.version)
        case = Case.model_validate(receipt.snapshot)
        for pause in (*LOOK_AGAIN, None):
            async with self._database.begin() as connection:
                if await leads_up_to(connection, receipt.number, receipt.facts[0]):
                    await project(connection, case, receipt.facts)
                    return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False  # the receipt before this one reached nobody; the flusher has all of it

    def _written(self, task: asyncio.Task[bool]) -> None:
        self._writing.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Not the caller's fault and not the case's: what was accepted stays, and the flusher tries again.
            known = isinstance(error, SQLAlchemyError | TimeoutError | OSError)
            log.warning("receipt_not_written", why=type(error).__name__, exc_info=None if known else error)
