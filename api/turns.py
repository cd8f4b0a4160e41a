"""Taking turns: how many commands this process sends to one case at a time.

Temporal takes ten at once for one workflow, refuses the rest for seconds, and each refusal costs the others
the step they were in. So the rest wait here, in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

AT_ONCE: Final = 5
"""Below Temporal's ten, because there may be several processes."""


class Turns:
    """The queues in front of cases; one object per process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        # A queue is there for as long as somebody stands in it.
        self._queues: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, number: str) -> AsyncIterator[None]:
        """One turn at the case."""
        queue = self._queues.setdefault(number, asyncio.Semaphore(self._at_once))
        async with queue:
            yield
