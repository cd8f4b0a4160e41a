"""The whole product as real processes in a folder of its own, durable as in production, for measurements.

    async with house(Path("build/bench/loop"), say=print) as at:
        await at.ready(Part.API, within=30)
        at.kill(Part.WORKER)
        await at.start(Part.WORKER)

PostgreSQL synchronises to disk, Temporal keeps a file, worker and API are processes; units and demonstration
people are there. Where SHAODAO_DATABASE_URL or TEMPORAL_ADDRESS name servers, those are used: worker and API
are still this house's own, on a task queue of their own, and foreign servers are never stopped or killed.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import httpx
import psutil
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from bench.figures import Say
from models.queries.seeding import is_seeded, seed
from runtime.database import create_engine
from runtime.doors import api_address, api_service, house_environment, polls, worker_service
from runtime.embedded.ports import free_port
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.migrations import upgrade
from runtime.prepare import register_search_attributes
from runtime.processes import Child, Program, ServerFailed, end_orphans, tail
from runtime.settings import Settings
from runtime.state import Addresses
from runtime.supervisor import Part as Running
from runtime.supervisor import Service
from runtime.temporal import connect

TASK_QUEUE: Final = "shaodao-bench"
"""Not the product's usual one: on a foreign server a product in use may poll that."""


class Part(StrEnum):
    """What a house consists of; each is a process, or with PostgreSQL a tree of them."""

    POSTGRES = "postgres"
    TEMPORAL = "temporal"
    WORKER = "worker"
    API = "api"


ALL: Final = tuple(Part)
_COMPILED: Final = Path("build/pycache").absolute()
_SERVERS: Final = (Part.POSTGRES, Part.TEMPORAL)


class ForeignServer(Exception):
    """A server that somebody else keeps was to be stopped, killed, paused or weighed."""


def _silent(_words: str) -> None:
    """Say nothing."""


def _quietly(_words: str, _done: int, _total: int) -> None:
    """Show no progress of the import."""


class House:
    """A product that runs, part by part. Made by `house`."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        postgres_options: Mapping[str, str],
        say: Say,
    ) -> None:
        self.settings = settings
        """Those of worker and API as well."""
        self._environment = environment
        self._say = say
        self._client: Client | None = None
        self._engine: AsyncEngine | None = None
        self._running: dict[Part, Running] = {}
        self._beside: list[Service] = []
        if settings.embedded_database:
            self._running[Part.POSTGRES] = EmbeddedPostgres(settings.state, options=postgres_options)
        if settings.embedded_temporal:
            self._running[Part.TEMPORAL] = EmbeddedTemporal(settings.state, ui_port=None)

    @property
    def address(self) -> str:
        """Where the API is, without a slash at the end."""
        return api_address(self.settings)

    @property
    def password(self) -> str:
        """The demonstration people's. Raises ForeignServer if they have none here."""
        password = self.settings.demonstration_password
        if password is None:
            raise ForeignServer("say SHAODAO_DEMO_PASSWORD: measurements sign demonstration people in")
        return password

    async def client(self) -> Client:
        """The one client of this process on the house's Temporal server."""
        if self._client is None:
            self._client = await connect(self.settings)
        return self._client

    def engine(self) -> AsyncEngine:
        """The one engine of this process on the house's database; disposed of with the house."""
        if self._engine is None:
            self._engine = create_engine(self.settings, application="shaodao-bench")
        return self._engine

    # ── life and death of the parts ──────────────────────────────────────────────────────────────

    async def start(self, part: Part) -> None:
        """Start a part that does not run, wait until it serves. Raises ServerFailed with its log's end."""
        if part not in self._running and part is Part.WORKER:
            self._running[part] = await worker_service(self.settings, self._environment)
        if part not in self._running and part is Part.API:
            self._running[part] = api_service(self.settings, self._environment)
        await self._own(part).start()

    async def start_beside(self, name: str, module: str, task_queue: str) -> None:
        """Start one more worker, `python -m module`, and wait until it polls; it ends with the house."""
        client = await self.client()

        async def ready() -> bool:
            child = service.child
            return child is not None and await polls(client, task_queue, child.started, process=child.pid)

        environment = house_environment(self.settings, self._environment)
        program = Program(name, [sys.executable, "-m", module], env=environment)
        service = Service(program, self.settings.state, ready)
        self._beside.append(service)
        await service.start()

    async def stop(self, part: Part) -> None:
        """Ask a part to end, and wait until it has."""
        await self._own(part).stop()

    def kill(self, part: Part) -> None:
        """End a part at once with SIGKILL, its whole tree of processes, and wait until they are gone."""
        tree = self._signal(part, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self._child(part).exit_code is None or any(map(_alive, tree[1:])):
            if time.monotonic() > deadline:
                raise ServerFailed(f"{part} outlives SIGKILL")
            time.sleep(0.005)

    def pause(self, part: Part) -> None:
        """Stop a part where it stands (SIGSTOP): it keeps its connections and answers nothing."""
        self._signal(part, signal.SIGSTOP)

    def resume(self, part: Part) -> None:
        """Let a paused part go on (SIGCONT)."""
        self._signal(part, signal.SIGCONT)

    @property
    def own(self) -> tuple[Part, ...]:
        """The parts that are this house's own, whether they live or not."""
        return tuple(self._running)

    def runs(self, part: Part) -> bool:
        """Whether a part of this house's own is there, paused or not."""
        running = self._running.get(part)
        return running is not None and running.child is not None and running.child.exit_code is None

    def pid(self, part: Part) -> int:
        """The process id of a part that runs; of a tree, its root's."""
        return self._child(part).pid

    def memory_mb(self, part: Part) -> float:
        """Memory of a part and all its processes in MB; pages they share are counted once, where known."""
        total = 0.0
        for process in _tree(self.pid(part)):
            used = process.memory_full_info()
            total += getattr(used, "pss", used.uss)  # only Linux shares a page's cost out
        return total / 2**20

    async def ready(self, part: Part, within: float) -> None:
        """Wait until a part serves. Raises ServerFailed when it does not within so many seconds."""
        deadline = time.monotonic() + within
        while not await self._serves(part):
            if time.monotonic() > deadline:
                end = tail(self.settings.state.log(part))
                raise ServerFailed(f"{part} is not ready within {within:g} s; the end of its log:\n{end}")
            await asyncio.sleep(0.05)

    async def _serves(self, part: Part) -> bool:
        if part in self._running and not self.runs(part):
            return False  # Temporal remembers a worker for a while after its death
        match part:
            case Part.POSTGRES:
                return await self._postgres_answers()
            case Part.TEMPORAL:
                return await self._temporal_answers()
            case Part.WORKER:
                child, queue = self._child(part), self.settings.task_queue
                return await polls(await self.client(), queue, child.started, process=child.pid)
            case Part.API:
                return await self._api_answers()

    async def _postgres_answers(self) -> bool:
        plain = self.settings.dsn.replace("+psycopg", "", 1)
        try:
            async with await psycopg.AsyncConnection.connect(plain, connect_timeout=2) as connection:
                await asyncio.wait_for(connection.execute("SELECT 1"), timeout=2)
        except (psycopg.OperationalError, TimeoutError):
            return False
        return True

    async def _temporal_answers(self) -> bool:
        try:
            client = await self.client()
            request = DescribeNamespaceRequest(namespace=client.namespace)
            await client.workflow_service.describe_namespace(request, timeout=timedelta(seconds=2))
        except (RuntimeError, RPCError):  # RuntimeError: nobody listens yet
            return False
        return True

    async def _api_answers(self) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
                return (await http.get(f"{self.address}/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    # ── the whole house ──────────────────────────────────────────────────────────────────────────

    async def open(self, parts: Sequence[Part]) -> None:
        """Start `parts`, the servers first; make and fill the tables between. Raises ServerFailed."""
        servers = [part for part in parts if part in _SERVERS and part in self._running]
        await asyncio.gather(*(self.start(part) for part in servers))
        postgres, temporal = self._running.get(Part.POSTGRES), self._running.get(Part.TEMPORAL)
        self.settings.state.ensure()
        self.settings.state.write_addresses(
            Addresses(
                database_url=postgres.url if isinstance(postgres, EmbeddedPostgres) else None,
                temporal_address=temporal.address if isinstance(temporal, EmbeddedTemporal) else None,
                api=self.address,
            )
        )
        if Part.POSTGRES in parts:
            await self._furnish()
        if Part.TEMPORAL in parts:
            await register_search_attributes(await self.client())
        await asyncio.gather(*(self.start(part) for part in parts if part not in _SERVERS))

    async def close(self) -> None:
        """End everything that this house started, whatever state it is in."""
        for part in self._running:
            if self.runs(part):
                self.resume(part)
        await asyncio.gather(*(service.stop() for service in self._beside))
        for wave in ((Part.API, Part.WORKER), _SERVERS):
            own = [self._running[part] for part in wave if part in self._running]
            await asyncio.gather(*(running.stop() for running in own))
        if self._engine is not None:
            await self._engine.dispose()

    async def abandon(self) -> None:
        """End everything at once, without waiting for anything but death."""
        for part in self._running:
            with suppress(psutil.NoSuchProcess):  # it ended by itself between the look and the signal
                if self.runs(part):
                    self.kill(part)
        for service in self._beside:
            if service.child is not None:
                await service.child.stop(grace=0)
        if self._engine is not None:
            await self._engine.dispose()

    async def _furnish(self) -> None:
        await asyncio.to_thread(upgrade, self.settings.dsn)
        if not await is_seeded(self.engine()):
            self._say("  importing units and demonstration people")
            await seed(self.engine(), _quietly, demo_password=self.password)

    def _own(self, part: Part) -> Running:
        if part not in self._running:
            raise ForeignServer(f"{part} is not this house's own: it is neither started nor stopped here")
        return self._running[part]

    def _child(self, part: Part) -> Child:
        child = self._own(part).child
        if child is None:
            raise ServerFailed(f"{part} does not run")
        return child

    def _signal(self, part: Part, number: signal.Signals) -> list[psutil.Process]:
        """Send a signal to a part's whole tree, root first, so that it cannot grow meanwhile."""
        root = psutil.Process(self.pid(part))
        if number is signal.SIGKILL:
            root.suspend()
        tree = _tree(root.pid)
        for process in tree:
            with suppress(psutil.NoSuchProcess):  # a connection's own process may just have ended by itself
                process.send_signal(number)
        return tree


@asynccontextmanager
async def house(
    folder: Path,
    *,
    parts: Sequence[Part] = ALL,
    environment: Mapping[str, str] | None = None,
    postgres_options: Mapping[str, str] | None = None,
    say: Say = _silent,
    keep: bool = False,
    lasting: bool = False,
) -> AsyncIterator[House]:
    """A house in `folder`, which is made anew, and removed at a good end unless it is to be kept.

    A `lasting` one goes on with what an earlier run left in the folder, and leaves it to the next.
    `environment` are settings (`SHAODAO_…`) for worker and API, and for what this process knows of them.
    After a failure the folder stays, with everybody's log in `logs`. Raises ServerFailed when a part does not
    come up, NotRunning or ForeignServer when foreign servers lack a setting.
    """
    environment = {"SHAODAO_HOST": "127.0.0.1", "SHAODAO_PORT": str(free_port()), **(environment or {})}
    environment.setdefault("SHAODAO_TASK_QUEUE", TASK_QUEUE)
    # Compiled modules are kept, as in any installation; without them the floor compiles for every case.
    environment |= {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(_COMPILED),
    }
    named = {
        name.removeprefix("SHAODAO_").lower(): value
        for name, value in environment.items()
        if name.startswith("SHAODAO_")
    }
    settings = Settings.model_validate({**named, "state_dir": folder})
    if settings.state.root.exists():
        await asyncio.to_thread(end_orphans, settings.state)
        if not lasting:
            shutil.rmtree(settings.state.root)
    made = House(settings, environment, postgres_options or {}, say)
    began = time.monotonic()
    try:
        say(f"starting {', '.join(parts)}")
        await made.open(parts)
        say(f"  ready in {time.monotonic() - began:.1f} s")
        yield made
        await made.close()
    except BaseException:
        await made.abandon()
        raise
    if not (keep or lasting):
        shutil.rmtree(settings.state.root)


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
