"""Live: who is watching hears which cases have changed. One listening connection and one query for everybody.

    PostgreSQL ──NOTIFY──► hear ──► spread (whom does it concern? one query a batch) ──► listeners

Only numbers and versions are passed on. Whoever missed something (the database was away, the client too
slow) is told so, and reads anew.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from types import FrameType
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.case.jurisdiction import Sight, sees
from models.queries.listening import Missed, audiences, listen
from runtime.database import Sessions

log = structlog.get_logger(__name__)

GATHER: Final = 0.05
"""Seconds for which announcements are gathered, so that a burst is one query."""
BEHIND: Final = 1_000
"""Cases a listener may be behind with before it is told to read anew instead."""


class Listener:
    """One client that watches."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        """Whose eyes it has; may be replaced while it listens."""
        self.over = False
        self._missed = False
        self._pending: dict[str, int] = {}
        self._woken = asyncio.Event()

    def tell(self, announced: dict[str, int]) -> None:
        """These cases have these versions now."""
        self._pending |= announced
        if len(self._pending) > BEHIND:
            self.miss()
        self._woken.set()

    def miss(self) -> None:
        """Something was announced that this listener has not heard."""
        self._missed = True
        self._pending.clear()
        self._woken.set()

    def end(self) -> None:
        """There is nothing more to come."""
        self.over = True
        self._woken.set()

    async def wait(self, seconds: float) -> tuple[bool, dict[str, int]]:
        """Whether something was missed, and newest versions by case number; nothing after `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False, {}
        self._woken.clear()
        missed, pending = self._missed, self._pending
        self._missed, self._pending = False, {}
        return missed, pending


class Live:
    """The one ear of this process, and its listeners."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._url = sessions.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._listeners: set[Listener] = set()
        self._heard: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @contextmanager
    def listener(self, sight: Sight) -> Iterator[Listener]:
        """A listener for as long as the block lasts. The first one opens the process's ear."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._spread())]
        listener = Listener(sight)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Send every listener home: the process is about to end, and would wait for them."""
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        """Stop hearing."""
        self.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hear(self) -> None:
        async with aclosing(listen(self._url)) as heard:
            async for said in heard:
                if isinstance(said, Missed):
                    self._all_missed()
                elif self._listeners:
                    self._heard[said.number] = max(said.version, self._heard.get(said.number, 0))
                    self._woken.set()

    async def _spread(self) -> None:
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER)
            self._woken.clear()
            heard, self._heard = self._heard, {}
            try:
                async with self._sessions.read() as session:
                    concerned = await audiences(session, list(heard))
            except (DBAPIError, PoolTimeout, TimeoutError) as error:
                log.warning("live_away", error=type(error).__name__)
                self._all_missed()
                continue
            for listener in self._listeners:
                told = {
                    number: heard[number]
                    for number, audience in concerned.items()
                    if sees(listener.sight, audience)
                }
                if told:
                    listener.tell(told)

    def _all_missed(self) -> None:
        for listener in self._listeners:
            listener.miss()


@contextmanager
def on_termination(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` in the event loop when this process is told to end, and then whoever handled that before.

    A stream has no end of its own, and the server waits for open answers before it lets the application
    clean up. Where nobody handles the signals (tests, other threads) nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    handled = [number for number, handler in before.items() if callable(handler)]
    for number in handled:
        signal.signal(number, told)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])
