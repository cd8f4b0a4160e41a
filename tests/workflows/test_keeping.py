"""What a worker keeps: as many cases as it was told, and of the others nothing."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails

from runtime.sandbox import Sandbox
from runtime.settings import Settings
from tests.support.product import running
from tests.support.records import eventually
from workflows.ids import CASE_WORKFLOW

GRID = "500120001005-g18"
KEPT = 2
CASES = 8


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Nothing that is held in a circle goes meanwhile."""
    gc.disable()
    yield
    gc.enable()


async def test_a_case_that_is_kept_no_longer_goes_without_the_garbage_collector(
    temporal: Client, product_settings: Settings, monkeypatch: pytest.MonkeyPatch, no_collector: None
) -> None:
    """A full round of the collector stops a worker of thousands of cases for a second and more."""
    del no_collector
    runs: list[weakref.ref[WorkflowInstance]] = []
    create = Sandbox.create_instance

    def seen(sandbox: Sandbox, det: WorkflowInstanceDetails) -> WorkflowInstance:
        run = create(sandbox, det)
        runs.append(weakref.ref(run._run))  # type: ignore[attr-defined] # the part that its tasks hold
        return run

    monkeypatch.setattr(Sandbox, "create_instance", seen)
    settings = product_settings.model_copy(update={"max_cached_workflows": KEPT})
    async with running(temporal, settings) as product:
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        numbers = [(await worker.report(matter="other", unit=GRID))["number"] for _ in range(CASES)]
        for number in numbers:  # out of its history again
            await officer.sends(number, "accept")
        assert len(runs) > CASES

        async def alive() -> int:
            await asyncio.sleep(0.1)
            return sum(run() is not None for run in runs)

        # One more may be on its way out, and the delivery of messages is kept as well.
        assert await eventually(alive, lambda count: count <= KEPT + 2) > 0


async def test_of_all_states_it_was_in_a_case_keeps_two(
    temporal: Client, product_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one it is in, and the one beside which all its durable facts would be written."""
    runs: list[Any] = []
    create = Sandbox.create_instance

    def seen(sandbox: Sandbox, det: WorkflowInstanceDetails) -> WorkflowInstance:
        run = create(sandbox, det)
        if det.info.workflow_type == CASE_WORKFLOW:
            runs.append(run._run)  # type: ignore[attr-defined]
        return run

    monkeypatch.setattr(Sandbox, "create_instance", seen)
    async with running(temporal, product_settings) as product:
        worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
        number = (await worker.report(matter="other", unit=GRID))["number"]
        for note in "一二三四":
            await officer.sends(number, "annotate", note=note)
        waiting = runs[0]._object._projector._outbox
        assert len(waiting) > 4, "nobody has asked the case to look after them"
        assert len({id(one.case) for one in waiting}) <= 2
