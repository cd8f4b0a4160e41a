"""What ends by itself comes back, and is never passed over in silence."""

from __future__ import annotations

import asyncio
import io
import signal
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from runtime.processes import Program, ServerFailed
from runtime.report import Report
from runtime.state import StateFolder
from runtime.supervisor import Service, Supervisor


class House:
    """A supervisor with what it said, and a service of a few lines of Python."""

    def __init__(self, folder: Path) -> None:
        self.state = StateFolder(folder / "state")
        self.state.ensure()
        self.said = io.StringIO()
        report = Report(Console(file=self.said, width=200))
        self.supervisor = Supervisor(self.state, report, log_max_bytes=1 << 20)

    def service(self, name: str, source: str, words: str = "ready") -> Service:
        """A service that counts as ready when its log shows `words`."""

        async def ready() -> bool:
            log = self.state.log(name)
            return log.exists() and words in log.read_text()

        return Service(Program(name, [sys.executable, "-c", source]), self.state, ready, within=20)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty house."""
    return House(tmp_path)


STAYS = "import time\nprint('ready', flush=True)\ntime.sleep(60)"


async def until(said: io.StringIO, words: str) -> None:
    """Wait until the house has said `words`."""
    deadline = time.monotonic() + 20
    while words not in said.getvalue():
        assert time.monotonic() < deadline, said.getvalue()
        await asyncio.sleep(0.02)


async def test_a_service_that_is_killed_comes_back_and_it_is_said(house: House) -> None:
    service = house.service("worker", STAYS)
    await house.supervisor.start(service)
    watching = asyncio.create_task(house.supervisor.watch())
    assert service.child is not None
    first = service.child.pid
    service.child.kill()
    await until(house.said, "worker serves again")
    assert "worker ended by itself (SIGKILL); starting it again in 0.5 s" in house.said.getvalue()
    assert "  ready" in house.said.getvalue(), "the end of its log is shown"
    assert service.child.pid != first
    watching.cancel()
    await asyncio.wait([watching])
    child = service.child
    await house.supervisor.stop()
    assert child.exit_code == -signal.SIGTERM


async def test_pauses_grow_while_it_keeps_failing(house: House) -> None:
    service = house.service("api", "print('ready', flush=True); raise SystemExit(3)")
    await house.supervisor.start(service)
    watching = asyncio.create_task(house.supervisor.watch())
    await until(house.said, "(exit code 3); starting it again in 1 s")
    watching.cancel()
    await asyncio.wait([watching])
    await house.supervisor.stop()
    assert "(exit code 3); starting it again in 0.5 s" in house.said.getvalue()


async def test_a_service_that_never_gets_ready_is_a_failure_with_its_log(house: House) -> None:
    steady = house.service("worker", STAYS)
    broken = house.service("api", "print('no such table'); raise SystemExit(1)")
    with pytest.raises(ServerFailed, match=r"api ended at once(.|\n)*no such table"):
        await house.supervisor.start(steady, broken)
    child = steady.child
    assert child is not None
    await house.supervisor.stop()
    assert child.exit_code == -signal.SIGTERM, "what did start is stopped too"
