"""`shaodao up` as the one that is struck: it brings back by itself what is killed under it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import psutil
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError

from bench.faults.home import FROM_ONE_ADDRESS
from bench.faults.scene import Scene, Struck
from bench.house import Part
from runtime.database import create_engine
from runtime.doors import api_address, polls
from runtime.embedded.ports import free_port
from runtime.processes import ServerFailed, tail
from runtime.settings import Settings
from runtime.temporal import connect

TREE: Final = Path(__file__).parents[2]
BACK_WITHIN: Final = 90.0
"""Seconds within which a part must serve again by itself."""
STOPS_WITHIN: Final = 60.0


class Supervised:
    """A running `shaodao up`, and the parts below it."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        """`environment` are the settings as the command reads them."""
        self.settings = settings
        self._environment = {**os.environ, **environment}
        self._output = settings.state.root / "up.txt"
        self._up: subprocess.Popen[bytes] | None = None
        self._killed: dict[Part, int] = {}
        self._client: Client | None = None
        self._engine: AsyncEngine | None = None

    @property
    def address(self) -> str:
        """Where the API is."""
        return api_address(self.settings)

    @property
    def password(self) -> str:
        """The demonstration people's."""
        return self.settings.demonstration_password or ""

    async def client(self) -> Client:
        """A client of its Temporal server."""
        if self._client is None:
            self._client = await connect(self.settings)
        return self._client

    def engine(self) -> AsyncEngine:
        """An engine on its database."""
        if self._engine is None:
            self._engine = create_engine(self.settings, application="shaodao-faults")
        return self._engine

    async def launch(self) -> None:
        """Start the command, and wait until everything serves. Raises ServerFailed with what it said."""
        with self._output.open("ab") as output:
            self._up = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program; it takes a moment
                [sys.executable, str(TREE / "cli.py"), "up"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for part in (Part.POSTGRES, Part.TEMPORAL, Part.WORKER, Part.API):
            await self.start(part)

    async def start(self, part: Part) -> None:
        """Wait until a part is there again, and serves: nobody but the command starts it."""
        deadline = time.monotonic() + BACK_WITHIN
        while not await self._serves(part):
            if self._up is None or self._up.poll() is not None:
                raise ServerFailed(f"`shaodao up` has ended:\n{tail(self._output)}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{part} did not come back:\n{tail(self._output)}")
            await asyncio.sleep(0.1)

    def kill(self, part: Part) -> None:
        """SIGKILL to a part and all its processes."""
        process = self._process(part)
        self._killed[part] = process.pid
        process.suspend()
        tree = [process, *process.children(recursive=True)]
        for one in tree:
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def kill_itself(self) -> None:
        """SIGKILL to the command. What it started ends with it, or else at the next start."""
        if self._up is not None:
            self._up.kill()
            self._up.wait()

    def pause(self, part: Part) -> None:
        """SIGSTOP."""
        self._process(part).suspend()

    def resume(self, part: Part) -> None:
        """SIGCONT."""
        self._process(part).resume()

    @property
    def own(self) -> tuple[Part, ...]:
        """All of them."""
        return tuple(Part)

    def runs(self, part: Part) -> bool:
        """Whether the part lives, or will by itself: the command sees to that for as long as it runs."""
        del part
        return self._up is not None and self._up.poll() is None

    async def close(self) -> None:
        """Stop the command as a person would, and wait until all has ended."""
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self._up.wait, STOPS_WITHIN)
        if self._engine is not None:
            await self._engine.dispose()

    def _process(self, part: Part) -> psutil.Process:
        entries = self.settings.state.read_json(self.settings.state.processes) or {}
        if part not in entries:
            raise ServerFailed(f"{part} does not run")
        return psutil.Process(entries[part]["pid"])

    async def _serves(self, part: Part) -> bool:
        try:
            process = self._process(part)
            if process.pid == self._killed.get(part) or process.status() == psutil.STATUS_ZOMBIE:
                return False
        except (ServerFailed, psutil.NoSuchProcess):
            return False
        try:
            match part:
                case Part.POSTGRES:
                    plain = self.settings.dsn.replace("+psycopg", "", 1)
                    async with await psycopg.AsyncConnection.connect(plain, connect_timeout=2):
                        return True
                case Part.TEMPORAL:
                    return await (await self.client()).service_client.check_health()
                case Part.WORKER:
                    since = datetime.fromtimestamp(process.create_time(), UTC)
                    client = await self.client()
                    return await polls(client, self.settings.task_queue, since, process=process.pid)
                case Part.API:
                    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
                        return (await http.get(f"{self.address}/readyz")).is_success
        except (psycopg.OperationalError, httpx.TransportError, RPCError, RuntimeError):
            return False  # nobody listens yet, which a client that is still to be made says by a RuntimeError


class KillUp:
    """`shaodao up` itself is killed, and everything with it; somebody starts it anew."""

    key = "up-itself"
    words = "kill -9 `shaodao up` itself"
    parts: tuple[Part, ...] = ()

    def __init__(self, home: Supervised) -> None:
        self._home = home

    async def strike(self, scene: Scene) -> Struck:
        since = datetime.now(UTC)
        self._home.kill_itself()
        await asyncio.sleep(scene.rng.uniform(0.5, 2.0))
        until = datetime.now(UTC)
        await self._home.launch()
        return Struck(since=since, until=until)


@asynccontextmanager
async def supervised(folder: Path, port: int, task_queue: str) -> AsyncIterator[Supervised]:
    """`shaodao up` on a state folder that is there already, with its API on `port`. Raises ServerFailed."""
    environment = {
        "SHAODAO_STATE_DIR": str(folder),
        "SHAODAO_HOST": "127.0.0.1",
        "SHAODAO_PORT": str(port),
        "SHAODAO_POSTGRES_PORT": str(free_port()),
        "SHAODAO_TEMPORAL_PORT": str(free_port()),
        "SHAODAO_TEMPORAL_UI_PORT": str(free_port()),
        "SHAODAO_TASK_QUEUE": task_queue,
        **FROM_ONE_ADDRESS,
    }
    named = {name.removeprefix("SHAODAO_").lower(): value for name, value in environment.items()}
    home = Supervised(Settings.model_validate(named), environment)
    try:
        await home.launch()
        yield home
    finally:
        await home.close()
