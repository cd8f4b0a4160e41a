"""The worker as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime.settings import Settings

ROOT = Path(__file__).parents[2]


class WorkerProcess:
    """`python -m worker`, started and polling."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[str] = []

    async def until(self, words: str) -> None:
        """Wait until it logs a line with these words."""
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode():
            self.said.append(line)
            if words in line:
                return
        raise AssertionError(f"the worker ended without “{words}”:\n{''.join(self.said)}")

    async def kill(self) -> None:
        """SIGKILL: no farewell of any kind."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def terminate(self) -> int:
        """SIGTERM, and wait for the end: its exit code. What it said on the way is in `said`."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.stdout is not None
        self.said += (await self._process.stdout.read()).decode().splitlines(keepends=True)
        return await self._process.wait()


@asynccontextmanager
async def worker_process(settings: Settings, temporal: str) -> AsyncIterator[WorkerProcess]:
    """A worker of these settings on the Temporal server at `temporal`; killed at the end at the latest."""
    assert settings.secret_key is not None
    environment = {
        **os.environ,
        "SHAODAO_DATABASE_URL": settings.dsn,
        "SHAODAO_SECRET_KEY": settings.secret_key.get_secret_value(),
        "SHAODAO_STATE_DIR": str(settings.state_dir),
        "SHAODAO_TASK_QUEUE": settings.task_queue,
        "TEMPORAL_ADDRESS": temporal,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", cwd=ROOT, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    worker = WorkerProcess(process)
    try:
        await worker.until("polling")
        yield worker
    finally:
        await worker.kill()
