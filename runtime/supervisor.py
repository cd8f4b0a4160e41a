"""Keeps the parts of an embedded run alive, and stops them in the order that loses nothing."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from runtime.processes import Child, Program, ServerFailed, tail
from runtime.report import Report
from runtime.state import StateFolder

_LONGEST_PAUSE = 30.0  # seconds between two attempts to bring a part back
_STEADY_AFTER = 60.0  # seconds of life after which earlier failures are forgotten
_LOOK_EVERY = 0.25  # seconds


class Part(Protocol):
    """A server or service that the supervisor keeps."""

    name: str
    child: Child | None

    async def start(self) -> None:
        """Start and return when it serves. Raises ServerFailed."""

    async def restart(self) -> None:
        """Start anew after it ended by itself. Raises ServerFailed."""

    async def stop(self) -> None:
        """Stop it in good order."""


class Service:
    """The worker or the API: a program, and how to see that it serves."""

    def __init__(
        self,
        program: Program,
        state: StateFolder,
        ready: Callable[[], Awaitable[bool]],
        *,
        within: float = 60.0,
    ) -> None:
        """`ready` is asked until it says yes, for `within` seconds at most."""
        self.name = program.name
        self.child: Child | None = None
        self._program = program
        self._state = state
        self._ready = ready
        self._within = within

    async def start(self) -> None:
        """Start it and wait until it serves. Raises ServerFailed with the end of its log."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._within
        self.child = Child(self._program, self._state)
        while not await self._ready():
            if self.child.exit_code is not None or loop.time() > deadline:
                end = "ended at once" if self.child.exit_code is not None else "is not ready"
                log = self._state.log(self.name)
                raise ServerFailed(f"{self.name} {end}; the end of {log}:\n{tail(log)}")
            await asyncio.sleep(0.1)

    async def restart(self) -> None:
        """Start it anew."""
        await self.start()

    async def stop(self) -> None:
        """Let it finish what it holds (SIGTERM), within its grace."""
        if self.child is not None:
            await self.child.stop()
            self.child = None


class Supervisor:
    """Starts parts, watches them, brings back what ends by itself and always says so."""

    def __init__(self, state: StateFolder, report: Report, *, log_max_bytes: int) -> None:
        """`log_max_bytes` bounds each child's log; one former log of that size is kept beside it."""
        self._state = state
        self._report = report
        self._log_max_bytes = log_max_bytes
        self._waves: list[list[Part]] = []
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._alive_since: dict[str, float] = {}

    async def start(self, *parts: Part) -> None:
        """Start `parts` side by side. Stopping goes the other way, wave by wave. Raises ServerFailed."""
        self._waves.append(list(parts))  # first, so that a part that fails half-way is stopped too
        outcomes = await asyncio.gather(*(part.start() for part in parts), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        for part in parts:
            self._alive_since[part.name] = asyncio.get_running_loop().time()

    async def watch(self) -> None:
        """Bring back every part that ends, with growing pauses, until cancelled."""
        while True:
            for wave in self._waves:
                for part in wave:
                    await self._look_after(part)
            for log in self._state.logs.glob("*.log"):
                cap_log(log, self._log_max_bytes)
            await asyncio.sleep(_LOOK_EVERY)

    async def stop(self) -> None:
        """Stop everything: who came last goes first. A part that is gone already is no fault."""
        for wave in reversed(self._waves):
            await asyncio.gather(*(part.stop() for part in wave))
        self._waves.clear()

    def kill(self) -> None:
        """End everything at once. What was answered is on disk; the next start recovers."""
        for part in (part for wave in self._waves for part in wave):
            if part.child is not None:
                part.child.kill()

    async def _look_after(self, part: Part) -> None:
        now = asyncio.get_running_loop().time()
        if part.child is None or part.child.exit_code is None:
            if now - self._alive_since.get(part.name, now) > _STEADY_AFTER:
                self._failures.pop(part.name, None)
            return
        if part.name not in self._not_before:
            failures = self._failures[part.name] = self._failures.get(part.name, 0) + 1
            pause = min(_LONGEST_PAUSE, 0.5 * 2 ** (failures - 1))
            self._not_before[part.name] = now + pause
            log = self._state.log(part.name)
            self._report.warn(
                f"{part.name} ended by itself ({_why(part.child.exit_code)}); "
                f"starting it again in {pause:g} s. The end of {log}:\n{tail(log)}"
            )
        if now < self._not_before[part.name]:
            return
        del self._not_before[part.name]
        try:
            await part.restart()
        except ServerFailed as failure:
            self._report.warn(str(failure))
        else:
            self._alive_since[part.name] = asyncio.get_running_loop().time()
            self._report.say(f"{part.name} serves again")


def cap_log(log: Path, limit: int) -> None:
    """Move what `log` holds to `….log.1` when it exceeds `limit` bytes. Its writers append, and go on."""
    if log.exists() and log.stat().st_size > limit:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)


def _why(exit_code: int) -> str:
    return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
