"""Records the histories anew: `pytest tests/replay/recording.py`. Not part of the tests.

For a change that open cases of a release cannot replay, patch the workflow instead (`workflow.patched`) and
keep the histories: they stand for the cases that are open when the change is deployed.
"""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from models.case.state import Case
from models.case.views import snapshot
from runtime.settings import Settings
from tests.replay.kept import HISTORIES, Expected
from tests.replay.scenarios import ROLLED_AT, SCENARIOS
from tests.support.product import Product, running
from tests.support.rolling import rolling
from workflows.messages import CaseInput


@pytest.mark.parametrize("name", SCENARIOS)
async def test_record(name: str, time_skipping_env: WorkflowEnvironment, product_settings: Settings) -> None:
    """Play the scenario and keep the history of every run, with the state at its end."""
    # A name of our own: by default Temporal is told the machine's.
    client = await Client.connect(
        time_skipping_env.client.service_client.config.target_host,
        data_converter=pydantic_data_converter,
        identity="recorder",
    )
    async with AsyncExitStack() as stack:
        if name in ROLLED_AT:
            house = rolling(client, product_settings, ROLLED_AT[name], time_skipping_env)
        else:
            house = running(client, product_settings, time_skipping_env)
        product = await stack.enter_async_context(house)
        number = await SCENARIOS[name](product)
        histories = await _runs(product, number)
        ends = [await _carried(later) for later in histories[1:]] + [await product.state(number)]
    for old in HISTORIES.glob(f"{name}*"):
        old.unlink()
    for place, (history, case) in enumerate(zip(histories, ends, strict=True), start=1):
        stem = name if len(histories) == 1 else f"{name}-{place}"
        (HISTORIES / f"{stem}.json").write_text(_lines(history.to_json_dict()), encoding="utf-8")
        expected = Expected(id=number, version=case.version, head=case.head, snapshot=snapshot(case))
        (HISTORIES / f"{stem}.end.json").write_text(expected.model_dump_json() + "\n", encoding="utf-8")


async def _runs(product: Product, number: str) -> list[WorkflowHistory]:
    """The history of every run, first to last."""
    found: list[WorkflowHistory] = []
    run_id: str | None = None
    while run_id != "":
        history = await product.client.get_workflow_handle(number, run_id=run_id).fetch_history()
        found.insert(0, history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


async def _carried(history: WorkflowHistory) -> Case:
    """The state that the run before this one ended with."""
    started = history.events[0].workflow_execution_started_event_attributes
    [start] = await pydantic_data_converter.decode(started.input.payloads, [CaseInput])
    return Case.model_validate(start.carried.case)


def _lines(history: dict[str, Any]) -> str:
    """One event a line, so that a difference can be read."""
    events = ",\n".join(json.dumps(event, ensure_ascii=False) for event in history["events"])
    return f'{{"events": [\n{events}\n]}}\n'
