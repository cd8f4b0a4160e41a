"""The worker: settings → logs → client → Worker → wait for SIGTERM → drain.

Run it as `python -m worker` (or `shaodao worker`). Several may run at once; each polls the same task queue.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

from activities.delivering import Delivering
from activities.projecting import Projecting
from activities.telling import Telling
from runtime import loops
from runtime.database import create_engine
from runtime.leaving import run_and_leave
from runtime.logs import configure_logging
from runtime.sandbox import Sandbox
from runtime.settings import Settings
from runtime.temporal import connect
from workflows.case import CaseWorkflow
from workflows.delivery import DeliveryWorkflow
from workflows.ids import DELIVERY_ID, DELIVERY_WORKFLOW
from workflows.policies import PROJECTION_STATEMENT, STICKY_PATIENCE
from workflows.rollout import RolloutWorkflow

log = structlog.get_logger("worker")


def build_worker(client: Client, projecting: Projecting, settings: Settings) -> Worker:
    """A worker of the product on `client`'s server, writing through `projecting`."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[CaseWorkflow, RolloutWorkflow, DeliveryWorkflow],
        activities=[
            projecting.project,
            Telling(projecting.patient, client).tell,
            Delivering(projecting.patient, settings.channel_addresses, settings.public_url or "").deliver,
        ],
        workflow_runner=Sandbox(),
        max_cached_workflows=settings.max_cached_workflows,
        sticky_queue_schedule_to_start_timeout=STICKY_PATIENCE,
        graceful_shutdown_timeout=settings.drain_timeout,
    )


@asynccontextmanager
async def projecting(settings: Settings) -> AsyncIterator[Projecting]:
    """The projection with its two ways to PostgreSQL: a quick one and a patient one."""
    quick = create_engine(
        settings,
        application="shaodao-worker",
        statement_timeout=PROJECTION_STATEMENT,
        pre_ping=False,  # a local activity has a second attempt
    )
    patient = create_engine(settings, application="shaodao-worker-patient", pool_size=4)
    try:
        yield Projecting(quick, patient)
    finally:
        await quick.dispose()
        await patient.dispose()


def _runtime(settings: Settings) -> Runtime | None:
    if not settings.worker_metrics_port:
        return None
    address = f"{settings.host}:{settings.worker_metrics_port}"
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))


async def watch_deliveries(client: Client, settings: Settings) -> None:
    """See to it that messages are sent; one workflow for all workers, begun by the first."""
    await client.start_workflow(
        DELIVERY_WORKFLOW,
        id=DELIVERY_ID,
        task_queue=settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then let what is under way finish (`SHAODAO_DRAIN_TIMEOUT`)."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    client = await connect(settings, runtime=_runtime(settings))
    async with projecting(settings) as writing, build_worker(client, writing, settings):
        log.info("polling", task_queue=settings.task_queue)
        if settings.channel_addresses:
            await watch_deliveries(client, settings)
        await told.wait()
        log.info("draining")
    log.info("stopped")


def main() -> None:
    """Entry point of the process."""
    settings = Settings()
    configure_logging(settings, service="worker")
    loops.run(run(settings))


if __name__ == "__main__":
    run_and_leave(main)
