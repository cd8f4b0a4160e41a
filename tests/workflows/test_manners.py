"""How the worker behaves: it keeps workflows deterministic, reads well to operators, and leaves politely."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from runtime.sandbox import Sandbox
from runtime.settings import Settings
from tests import servers as kept
from tests.support.misbehaving import ReadsTheClockOnTheWall
from tests.support.product import Product, serving
from tests.support.records import written
from tests.support.worker_process import worker_process

GRID = "500120001005-g18"


async def test_the_sandbox_is_on_and_keeps_workflows_from_the_wall_clock(
    temporal: Client, task_queue: str
) -> None:
    async with Worker(
        temporal,
        task_queue=task_queue,
        workflows=[ReadsTheClockOnTheWall],
        workflow_runner=Sandbox(),
        workflow_failure_exception_types=[Exception],
    ):
        with pytest.raises(WorkflowFailureError) as failed:
            await temporal.execute_workflow(
                ReadsTheClockOnTheWall.run,
                id=task_queue,
                task_queue=task_queue,
                task_timeout=timedelta(seconds=5),
            )
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "RestrictedWorkflowAccessError"


async def test_the_engines_own_pages_say_where_a_case_stands(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="street-lamp", unit=GRID, text="王某家门口"))["number"]
    await officer.sends(number, "accept")
    handle = product.client.get_workflow_handle(number)

    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)

    said = metadata.current_details
    case = await product.state(number)
    for word in (case.matter.name.zh, case.place.name, "accepted", "ordinary", case.holder.name):
        assert word in said
    for clock in case.clocks:
        assert clock.id in said
    assert "王某" not in said
    described = await handle.describe()
    assert await described.static_summary() == f"{case.matter.name.zh} · {case.place.name}"


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(
    temporal: Client, product_settings: Settings, servers: kept.Servers
) -> None:
    """Commands keep coming while one worker of two is told to stop: each is answered, none twice."""
    async with (
        serving(temporal, product_settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as http,
    ):
        product = Product(app, http, temporal)
        officer = await product.person("dongguan")
        async with (
            worker_process(product_settings, servers.temporal) as leaving,
            worker_process(product_settings, servers.temporal),
        ):
            numbers = [(await officer.report(matter="other", unit=GRID))["number"] for _ in range(4)]

            async def notes(number: str) -> list[int]:
                answers = [
                    await officer.post(f"/cases/{number}/annotate", {"note": f"{n}"}) for n in range(8)
                ]
                return [answer.status_code for answer in answers]

            under_way = asyncio.gather(*(notes(number) for number in numbers))
            await asyncio.sleep(0.1)
            exit_code = await leaving.terminate()
            statuses = await under_way
            assert statuses == [[200] * 8] * 4
            for number in numbers:
                said = [fact["body"]["note"] for fact in await written(product, number, "annotated")]
                assert said == [f"{n}" for n in range(8)]
    assert exit_code == 0
    assert any("stopped" in line for line in leaving.said)
