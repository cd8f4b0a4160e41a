"""How long the way of a command waits for PostgreSQL, which it can do without.

Names, cached units and the writing of receipts are worth a moment, never a time-out: a command must be
answered while PostgreSQL is away, or has stopped and holds its connections open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from api.database_faults import database_is_away
from api.errors import DatabaseAway

T = TypeVar("T")

REST: Final = timedelta(seconds=1)
"""How long it is left alone then, so that not every command waits in vain."""


async def once_more(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work` answers: at the second try, if its connection died unused with PostgreSQL's last restart.

    The pool forgets the others then.
    """
    try:
        return await work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return await work()


class Patience:
    """What this process has learnt of PostgreSQL's presence; one object for all that can do without."""

    def __init__(self, wait: timedelta) -> None:
        """`wait`: how long something is waited for before PostgreSQL counts as away."""
        self._wait = wait.total_seconds()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._away_until = 0.0

    async def ask(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` answers. Raises DatabaseAway when that takes too long, or took too long a moment ago.

        The work is a task of its own: cancelling a statement on a stopped server may itself hang, so who
        loses patience just walks away.
        """
        if time.monotonic() < self._away_until:
            raise DatabaseAway
        task = asyncio.create_task(work())
        self._waiting.add(task)
        task.add_done_callback(self._forget)
        await asyncio.wait({task}, timeout=self._wait)
        if not task.done() or task.cancelled():
            self._away_until = time.monotonic() + REST.total_seconds()
            raise DatabaseAway
        error = task.exception()
        if error is None:
            return task.result()
        if not database_is_away(error):
            raise error
        self._away_until = time.monotonic() + REST.total_seconds()
        raise DatabaseAway from error

    async def close(self) -> None:
        """Give up what still waits for a database."""
        waiting = list(self._waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._waiting.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked has it, or has walked away
