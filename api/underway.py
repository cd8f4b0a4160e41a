"""Commands underway: each is written down before it is sent, and struck out when what it led to is written.

So a case need not look by itself, with a timer and a step of its own for every command, whether somebody
received its receipt: it trusts whoever wrote the command down. If that process ends before its time, the row
stays, and another (or the same, started anew) asks the case to look. PostgreSQL cannot be written to: then
nothing is promised, and the case looks after itself.

Bounds, in seconds: a promise covers commands sent within `FRESH` of it, and what the case decides within
`TRUST` of their being sent. A step that takes longer than `STEP_PATIENCE` is taken again, and then finds the
promise too old. So after `LEFT` everything that a promise covers is in Temporal's history, or never will be.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.errors import DatabaseAway
from api.patience import Patience, once_more
from models.queries import underway
from models.queries.underway import Promise
from runtime.database import Standing
from workflows.policies import STEP_PATIENCE

log = structlog.get_logger(__name__)

FRESH: Final = timedelta(seconds=2)
TRUST: Final = timedelta(seconds=5)
LEFT: Final = FRESH + TRUST + STEP_PATIENCE + timedelta(seconds=1)
EVERY: Final = 1.0
"""Seconds between two rounds of striking out."""
LOOKS_EVERY: Final = 5
"""Rounds between two looks for what was left behind."""
AT_A_TIME: Final = 50
"""Cases asked to look in one round."""

Ask = Callable[[str], Awaitable[bool]]
"""Asks a case to look after its facts; whether it was reached, or is no more."""


@dataclass(slots=True, eq=False)
class _Open:
    """A promise of this process, and what is known of the commands it covers."""

    promise: Promise
    made: float
    """By the monotonic clock."""
    sending: int = 0
    """Commands that are being sent."""
    kept: bool = True
    """Whether everything sent so far is known to be written, or to have led to nothing."""


class Sending:
    """One command on its way."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        """Until when the case may rely on this process (UTC); None: not at all."""
        self.settled = False
        """To be set when nothing is left to be written."""


class Underway:
    """The commands that this process sends."""

    def __init__(self, database: Standing, patience: Patience) -> None:
        """`database` commits every statement."""
        self._database = database
        self._patience = patience
        self._open: list[_Open] = []
        self._newest: dict[str, _Open] = {}
        """By the case's number."""

    @asynccontextmanager
    async def sending(self, number: str) -> AsyncIterator[Sending]:
        """While a command is being sent to the case, and what it led to is being written."""
        covered = await self._promised(number)
        if covered is None:
            yield Sending(None)
            return
        covered.sending += 1
        command = Sending(datetime.now(UTC) + TRUST)
        try:
            yield command
        finally:
            covered.sending -= 1
            covered.kept &= command.settled

    async def _promised(self, number: str) -> _Open | None:
        """A promise that covers a command sent now; None if none could be made.

        A new one stands beside an older one of the same case: what became of that is still to be seen.
        """
        known = self._newest.get(number)
        if known is not None and time.monotonic() - known.made < FRESH.total_seconds():
            return known
        one = _Open(Promise(id=uuid.uuid4().hex, number=number), made=time.monotonic())
        try:
            await self._patience.ask(lambda: once_more(lambda: self._make(one.promise)))
        except (DatabaseAway, SQLAlchemyError):
            return None
        self._open.append(one)
        self._newest[number] = one
        return one

    async def keep(self, ask: Ask) -> None:
        """Strike out what is written, and keep what was left behind; until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(EVERY)
            rounds += 1
            try:
                await self.strike_out()
                if rounds % LOOKS_EVERY == 0:
                    await self.keep_what_is_left(ask)
            except (DatabaseAway, SQLAlchemyError):
                continue  # it all stays where it is
            except Exception:  # whatever it was, the promises of tomorrow are to be kept too
                log.exception("underway")

    async def strike_out(self) -> None:
        """Forget what has been quiet for a while: its row goes too, unless something was not written.

        Raises DatabaseAway, SQLAlchemyError.
        """
        old = time.monotonic() - FRESH.total_seconds()
        quiet = {one for one in self._open if one.made < old and not one.sending}
        if kept := [one.promise.id for one in quiet if one.kept]:
            await self._patience.ask(lambda: self._strike_out(kept))
        self._open = [one for one in self._open if one not in quiet]
        for one in quiet:
            if self._newest.get(one.promise.number) is one:
                del self._newest[one.promise.number]

    async def keep_what_is_left(self, ask: Ask) -> None:
        """Let the cases look whose promises nobody has kept. Raises DatabaseAway, SQLAlchemyError."""
        reached = []
        for left in await self._patience.ask(self._left_behind):
            if not await ask(left.number):
                break  # nor will the others be reached
            reached.append(left)
        if reached:
            await self._patience.ask(lambda: self._strike_out([left.id for left in reached]))
            log.info("left_behind", cases=[left.number for left in reached])

    async def _make(self, promise: Promise) -> None:
        async with self._database.connect() as connection:
            await underway.make(connection, promise)

    async def _strike_out(self, ids: Iterable[str]) -> None:
        async with self._database.connect() as connection:
            await underway.strike_out(connection, ids)

    async def _left_behind(self) -> Sequence[Promise]:
        async with self._database.connect() as connection:
            return await underway.left_behind(connection, LEFT, AT_A_TIME)


@asynccontextmanager
async def keeping(underway: Underway, ask: Ask) -> AsyncIterator[None]:
    """Promises are kept for as long as this lasts."""
    task = asyncio.create_task(underway.keep(ask))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
