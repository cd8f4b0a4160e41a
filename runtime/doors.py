"""The product's own two processes, worker and API: how each is started, and how one sees that it serves."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.processes import Program
from runtime.settings import Settings, is_loopback
from runtime.supervisor import Service
from runtime.temporal import connect

_TREE = Path(__file__).parents[1]


async def worker_service(settings: Settings, environment: Mapping[str, str] | None = None) -> Service:
    """The worker; it serves when Temporal has seen it poll since it was started.

    `environment` is added to this process's own. Raises NotRunning when Temporal has no address.
    """
    client = await connect(settings)

    async def ready() -> bool:
        child = service.child
        return child is not None and await polls(client, settings.task_queue, child.started)

    grace = settings.drain_timeout.total_seconds() + 5
    argv = [sys.executable, "-m", "worker"]
    program = Program("worker", argv, env=house_environment(settings, environment), grace=grace)
    service = Service(program, settings.state, ready)
    return service


def api_service(settings: Settings, environment: Mapping[str, str] | None = None) -> Service:
    """The API; it serves when it says so itself. `environment` is added to this process's own."""

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
                return (await http.get(f"{api_address(settings)}/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    argv = [sys.executable, str(_TREE / "cli.py"), "api"]
    program = Program("api", argv, env=house_environment(settings, environment), grace=10)
    return Service(program, settings.state, ready)


def api_address(settings: Settings) -> str:
    """Where this machine reaches the API."""
    host = settings.host if is_loopback(settings.host) else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def polls(client: Client, task_queue: str, since: datetime, process: int | None = None) -> bool:
    """Whether Temporal has seen a worker (of that process) poll `task_queue` since an instant."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request)
    except RPCError:
        return False
    return any(
        poller.last_access_time.ToDatetime(UTC) >= since
        and (process is None or poller.identity == f"shaodao-{process}")
        for poller in answer.pollers
    )


def house_environment(settings: Settings, more: Mapping[str, str] | None) -> dict[str, str]:
    """What the children need beyond this process's own environment to see the same house."""
    path = os.pathsep.join(filter(None, [str(_TREE), os.environ.get("PYTHONPATH")]))
    own = {"SHAODAO_STATE_DIR": str(settings.state_dir), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    return own | dict(more or {})
