"""Child processes of an embedded run: starting, stopping, and the record by which orphans are found."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from runtime.state import StateFolder, write_private

_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Program:
    """What to run, and how it likes to be stopped."""

    name: str  # also names its log file
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)  # added to this process's own
    user: str | None = None  # account to run as; only root may choose
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 20.0  # seconds between the stop signal and SIGKILL


class ServerFailed(RuntimeError):
    """A server or another child did not come up. The message carries the end of its log."""


class Child:
    """A program that is running. Its output goes straight to its log file, which outlives this process."""

    def __init__(self, program: Program, state: StateFolder) -> None:
        """Start `program`, tied to this process, in its own session: the terminal's Ctrl-C is not for it."""
        self.program = program
        self._state = state
        tether = [sys.executable, "-I", str(_TETHER), "--parent", str(os.getpid())]
        tether += ["--signal", str(int(program.stop_signal))]
        if program.user:
            tether += ["--user", program.user]
        with state.log(program.name).open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                [*tether, "--", *program.argv],
                env={**os.environ, **program.env},
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = datetime.now(UTC)
        record(state, program, self.pid)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.poll()

    async def stop(self, grace: float | None = None) -> None:
        """Ask it to end, wait for `grace` seconds (its own unless given), then kill it."""
        if self.exit_code is None:
            self._process.send_signal(self.program.stop_signal)
            if not await self._ended(self.program.grace if grace is None else grace):
                self._process.kill()
                await self._ended(10)
        forget(self._state, self.program)

    def kill(self) -> None:
        """End it at once."""
        if self.exit_code is None:
            self._process.kill()

    async def _ended(self, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.exit_code is None:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(0.02)
        return True


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, indented, for a message to the person who started the house."""
    if not log.exists():
        return "  (no log)"
    return "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])


def record(state: StateFolder, program: Program, pid: int) -> None:
    """Note that `pid` is this run's `program`, with its start time: a pid alone may be reused."""
    started = psutil.Process(pid).create_time()
    entries = state.read_json(state.processes) or {}
    entries[program.name] = {"pid": pid, "started": started, "signal": int(program.stop_signal)}
    write_private(state.processes, json.dumps(entries, indent=2))


def forget(state: StateFolder, program: Program) -> None:
    """Remove `program` from the record: it has ended."""
    entries = state.read_json(state.processes) or {}
    if entries.pop(program.name, None) is not None:
        write_private(state.processes, json.dumps(entries, indent=2))


def end_orphans(state: StateFolder, timeout: float = 15.0) -> list[str]:
    """End what an earlier run left behind and return the names, so that no two servers share one folder.

    Only for the holder of the state folder's lock. A process counts when pid and start time both match.
    """
    left: dict[psutil.Process, str] = {}
    for name, entry in (state.read_json(state.processes) or {}).items():
        try:
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["started"]) < 0.5:
                process.send_signal(entry["signal"])
                left[process] = name
        except psutil.NoSuchProcess:
            continue
    _, stubborn = psutil.wait_procs(list(left), timeout=timeout)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    state.processes.unlink(missing_ok=True)
    return sorted(left.values())
