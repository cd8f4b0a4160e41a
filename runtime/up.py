"""`shaodao up`: the whole product on one machine, from nothing to ready, and down again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

from models.queries.seeding import is_seeded, seed
from runtime.database import create_engine
from runtime.doors import api_address, api_service, worker_service
from runtime.embedded.ports import require_free
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal import EmbeddedTemporal
from runtime.prepare import prepare
from runtime.processes import end_orphans
from runtime.report import Report
from runtime.settings import Settings
from runtime.state import Addresses, hold
from runtime.supervisor import Supervisor
from runtime.welcome import welcome


async def up(settings: Settings, report: Report, *, closed: bool = False) -> None:
    """Start what is embedded, migrate, seed, serve until SIGINT or SIGTERM, stop.

    With `closed` everything runs but the API, so that nobody comes in while `shaodao verify --repair` mends.

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
            if await _unless(told, _start(settings, report, supervisor, closed=closed)):
                await _unless(told, supervisor.watch())
        finally:
            report.say("\nStopping; press Ctrl-C again to stop at once.")
            if not await _unless(hurry, supervisor.stop()):
                supervisor.kill()
                await supervisor.stop()
            # From now on the other commands say plainly that nothing runs.
            settings.state.write_addresses(Addresses())
        report.say("Stopped. Nothing is lost: the next start goes on from here.")


async def _start(settings: Settings, report: Report, supervisor: Supervisor, *, closed: bool) -> None:
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
            api=api_address(settings),
        )
    )
    with report.step("Bringing tables and search attributes up to date"):
        await prepare(settings)
    await _seed(settings, report)
    if closed:
        with report.step("Starting the worker"):
            await supervisor.start(await worker_service(settings))
        report.say("\nThe doors are closed: there is no API. Ctrl-C stops; `shaodao up` opens them.")
        return
    with report.step("Starting worker and API"):
        await supervisor.start(await worker_service(settings), api_service(settings))
    welcome(settings, report.console, api_address(settings))


async def _seed(settings: Settings, report: Report) -> None:
    engine = create_engine(settings, application="shaodao-seed")
    try:
        if not await is_seeded(engine):
            with report.step("Importing the units of Chongqing and the demonstration people"):
                await seed(engine, report.progress, demo_password=settings.demonstration_password)
    finally:
        await engine.dispose()


def _require_ports(settings: Settings) -> None:
    wanted = [(settings.host, "SHAODAO_PORT", settings.port)]
    if settings.embedded_database:
        wanted.append(("127.0.0.1", "SHAODAO_POSTGRES_PORT", settings.postgres_port))
    if settings.embedded_temporal:
        wanted.append(("127.0.0.1", "SHAODAO_TEMPORAL_PORT", settings.temporal_port))
        wanted.append(("127.0.0.1", "SHAODAO_TEMPORAL_UI_PORT", settings.temporal_ui_port))
    require_free(wanted)


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
