"""Worker and API as the processes they are in production, on a Temporal server of their own, on a file.

What they write can be read then: logs as they are kept, histories as they are stored, metrics as they are
fetched. Slower to start than `tests.support.product`; for tests that look at what is left behind.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from temporalio.client import Client

from runtime.embedded.ports import free_port
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.settings import Settings
from runtime.state import StateFolder
from runtime.temporal import data_converter
from tests.support.product import API, DEMO_PASSWORD, Browser, Person

ROOT = Path(__file__).parents[2]
_READY_WITHIN = 150.0  # seconds


@dataclass
class Apart:
    """The product in processes."""

    settings: Settings
    http: httpx.AsyncClient
    temporal: EmbeddedTemporal
    folder: Path
    worker_metrics: str
    stack: AsyncExitStack

    async def person(self, login: str) -> Person:
        """A demonstration person, signed in."""
        form = {"username": login, "password": DEMO_PASSWORD}
        answer = await self.http.post(f"{API}/tokens", data=form)
        assert answer.status_code == 200, answer.text
        return Person(self.http, {"Authorization": f"Bearer {answer.json()['access_token']}"})

    async def visitor(self) -> Browser:
        """Somebody before the pages who is not signed in."""
        http = httpx.AsyncClient(base_url=self.http.base_url, trust_env=False, timeout=30)
        return Browser(await self.stack.enter_async_context(http))

    async def reader(self, login: str) -> Browser:
        """A demonstration person before the pages."""
        browser = await self.visitor()
        answer = await browser.post("/sign-in", login=login, password=DEMO_PASSWORD)
        assert answer.status_code == 303, answer.text
        return browser

    async def client(self) -> Client:
        """A client of the Temporal server that opens what is sealed."""
        return await Client.connect(self.temporal.address, data_converter=data_converter(self.settings))

    async def metrics(self) -> str:
        """What API and worker tell Prometheus."""
        return (await self.http.get("/metrics")).text + (await self.http.get(self.worker_metrics)).text

    def left_behind(self) -> dict[str, bytes]:
        """Every file that processes and Temporal's server have written: logs, histories. Not the pictures."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in files
            if "attachments" not in path.parts
        }


@asynccontextmanager
async def apart(settings: Settings, folder: Path) -> AsyncIterator[Apart]:
    """Temporal, a worker and an API, until the end of the block. `settings` name the seeded database."""
    temporal = EmbeddedTemporal(StateFolder(folder), ui_port=None)
    async with AsyncExitStack() as stack:
        await temporal.start()
        stack.push_async_callback(temporal.stop)
        metrics = free_port()
        port = free_port()
        environment = _environment(settings, folder) | {
            "TEMPORAL_ADDRESS": temporal.address,
            "SHAODAO_PORT": str(port),
            "SHAODAO_WORKER_METRICS_PORT": str(metrics),
        }
        for name in ("worker", "api"):
            await stack.enter_async_context(_process(name, folder / "logs" / f"{name}.log", environment))
        http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        await stack.enter_async_context(http)
        await _ready(http, folder)
        yield Apart(settings, http, temporal, folder, f"http://127.0.0.1:{metrics}/metrics", stack)


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    """The settings as a process is given them."""
    secrets: Mapping[str, object] = settings.model_dump(exclude_unset=True)
    named = {f"SHAODAO_{name.upper()}": _written(value) for name, value in secrets.items()}
    return {**os.environ, **named, "SHAODAO_STATE_DIR": str(folder), "SHAODAO_DATABASE_URL": settings.dsn}


def _written(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal() if reveal is not None else value)


@asynccontextmanager
async def _process(name: str, log: Path, environment: dict[str, str]) -> AsyncIterator[None]:
    """`shaodao NAME`, writing to `log`; told to end at the end, and made to if it does not."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "cli.py"), name, cwd=ROOT, env=environment,
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready(http: httpx.AsyncClient, folder: Path) -> None:
    """Wait until the API reaches both servers and the worker polls."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _READY_WITHIN
    polling = folder / "logs" / "worker.log"
    while True:
        try:
            if (await http.get("/readyz")).status_code == 200 and b"polling" in polling.read_bytes():
                return
        except httpx.TransportError:
            pass  # not listening yet
        assert loop.time() < deadline, polling.read_text() + (folder / "logs" / "api.log").read_text()
        await asyncio.sleep(0.1)
