"""`shaodao up`: the whole product on one machine, from nothing to ready, and down again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from models.queries.seeding import is_seeded, seed
from runtime.database import create_engine
from runtime.embedded.ports import require_free
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.prepare import prepare
from runtime.processes import Program, end_orphans
from runtime.report import Report
from runtime.settings import Settings, is_loopback
from runtime.state import Addresses, hold
from runtime.supervisor import Service, Supervisor
from runtime.temporal import connect
from runtime.welcome import welcome

_TREE = Path(__file__).parents[1]


async def up(settings: Settings, report: Report) -> None:
    """Start what is embedded, migrate, seed, serve until SIGINT or SIGTERM, stop.

    Raises AlreadyRunning or PortBusy before anything is started, ServerFailed when a part does not come up
    (everything that did is stopped again).
    """
    with hold(settings.state):
        for name in await asyncio.to_thread(end_orphans, settings.state):
            report.warn(f"ended {name}, left over from a run that was killed")
        _require_ports(settings)
        told, hurry = _listen_for_signals()
        supervisor = Supervisor(settings.state, report, log_max_bytes=settings.log_max_bytes)
        try:
            if await _unless(told, _start(settings, report, supervisor)):
                await _unless(told, supervisor.watch())
        finally:
            report.say("\nStopping; press Ctrl-C again to stop at once.")
            if not await _unless(hurry, supervisor.stop()):
                supervisor.kill()
                await supervisor.stop()
            # From now on the other commands say plainly that nothing runs.
            settings.state.write_addresses(Addresses())
        report.say("Stopped. Nothing is lost: the next start goes on from here.")


async def _start(settings: Settings, report: Report, supervisor: Supervisor) -> None:
    postgres = EmbeddedPostgres(settings.state, port=settings.postgres_port)
    temporal = EmbeddedTemporal(
        settings.state, port=settings.temporal_port, ui_port=settings.temporal_ui_port
    )
    servers: list[EmbeddedPostgres | EmbeddedTemporal] = []
    if settings.embedded_database:
        servers.append(postgres)
    if settings.embedded_temporal:
        servers.append(temporal)
    if servers:
        with report.step("Starting " + " and ".join(part.title for part in servers)):
            await supervisor.start(*servers)
    settings.state.write_addresses(
        Addresses(
            database_url=postgres.url if settings.embedded_database else None,
            temporal_address=temporal.address if settings.embedded_temporal else None,
            temporal_ui=temporal.ui if settings.embedded_temporal else None,
            api=_api_address(settings),
        )
    )
    with report.step("Bringing tables and search attributes up to date"):
        await prepare(settings)
    await _seed(settings, report)
    with report.step("Starting worker and API"):
        await supervisor.start(await _worker(settings), _api(settings))
    welcome(settings, report.console, _api_address(settings))


async def _seed(settings: Settings, report: Report) -> None:
    engine = create_engine(settings, application="shaodao-seed")
    try:
        if not await is_seeded(engine):
            with report.step("Importing the units of Chongqing and the demonstration people"):
                await seed(engine, report.progress, demo_password=settings.demonstration_password)
    finally:
        await engine.dispose()


async def _worker(settings: Settings) -> Service:
    """The worker serves when Temporal has seen it poll since it was started."""
    client = await connect(settings)

    async def ready() -> bool:
        child = service.child
        return child is not None and await _polls(client, settings.task_queue, child.started)

    grace = settings.drain_timeout.total_seconds() + 5
    program = Program("worker", [sys.executable, "-m", "worker"], env=_environment(settings), grace=grace)
    service = Service(program, settings.state, ready)
    return service


async def _polls(client: Client, task_queue: str, since: datetime) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request)
    except RPCError:
        return False
    return any(poller.last_access_time.ToDatetime(UTC) >= since for poller in answer.pollers)


def _api(settings: Settings) -> Service:
    """The API serves when it says so itself."""

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
                return (await http.get(f"{_api_address(settings)}/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    argv = [sys.executable, str(_TREE / "cli.py"), "api"]
    return Service(Program("api", argv, env=_environment(settings), grace=10), settings.state, ready)


def _environment(settings: Settings) -> dict[str, str]:
    """What the children need beyond this process's own environment to see the same house."""
    path = os.pathsep.join(filter(None, [str(_TREE), os.environ.get("PYTHONPATH")]))
    return {"SHAODAO_STATE_DIR": str(settings.state_dir), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _require_ports(settings: Settings) -> None:
    wanted = [(settings.host, "SHAODAO_PORT", settings.port)]
    if settings.embedded_database:
        wanted.append(("127.0.0.1", "SHAODAO_POSTGRES_PORT", settings.postgres_port))
    if settings.embedded_temporal:
        wanted.append(("127.0.0.1", "SHAODAO_TEMPORAL_PORT", settings.temporal_port))
        wanted.append(("127.0.0.1", "SHAODAO_TEMPORAL_UI_PORT", settings.temporal_ui_port))
    require_free(wanted)


def _api_address(settings: Settings) -> str:
    host = settings.host if is_loopback(settings.host) else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _listen_for_signals() -> tuple[asyncio.Event, asyncio.Event]:
    """The first SIGINT or SIGTERM means stop, the second means at once."""
    told, hurry = asyncio.Event(), asyncio.Event()

    def heard() -> None:
        (hurry if told.is_set() else told).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, heard)
    return told, hurry


async def _unless(event: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do `work` to its end and say True, or drop it as soon as `event` is set and say False."""
    task, waiting = asyncio.create_task(work), asyncio.create_task(event.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    await asyncio.wait([task])
    return False
