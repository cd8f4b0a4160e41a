"""Cases that were begun by the code as it was go on under the code as it is.

A replay fails when the workflow gives other commands than the history has. It does not see a handler that
computes another value: therefore the end of each history is kept beside it, and the hash of the last fact
stands for the content of all.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from models.case.views import snapshot
from runtime.sandbox import Sandbox
from runtime.settings import Settings
from runtime.temporal import data_converter
from tests.replay import kept
from workflows.case import CaseWorkflow
from workflows.ids import CASE_WORKFLOW
from workflows.messages import CaseInput

NEW_HISTORY = (
    "The workflow no longer replays a history that an open case may have. Keep the old way for old cases with"
    " `workflow.patched`. Only if no release has run it: `pytest tests/replay/recording.py`, and say why."
)


@workflow.defn(name=CASE_WORKFLOW)
class Remembered(CaseWorkflow):
    """The case's workflow, which can be looked into after a replay."""

    latest: ClassVar[CaseWorkflow]

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        super().__init__(start)
        Remembered.latest = self

    @workflow.run
    async def run(self, start: CaseInput) -> None:
        """As it is."""
        await super().run(start)


async def _replay(name: str, case: type[CaseWorkflow], runner: WorkflowRunner) -> None:
    history = WorkflowHistory.from_json(kept.expected(name).id, kept.history(name))
    converter = data_converter(Settings())
    replayer = Replayer(workflows=[case], workflow_runner=runner, data_converter=converter)
    try:
        await replayer.replay_workflow(history)
    except workflow.NondeterminismError as error:
        pytest.fail(f"{NEW_HISTORY}\n{name}: {error}")


@pytest.mark.parametrize("name", kept.names())
async def test_a_kept_history_is_replayed_in_the_workers_sandbox(name: str) -> None:
    await _replay(name, CaseWorkflow, Sandbox())


@pytest.mark.parametrize("name", kept.names())
async def test_a_kept_history_ends_in_the_state_it_ended_in(name: str) -> None:
    await _replay(name, Remembered, UnsandboxedWorkflowRunner())

    case, expected = Remembered.latest.state(), kept.expected(name)
    assert case.version == expected.version
    assert case.head == expected.head, f"other facts than were recorded. {NEW_HISTORY}"
    assert snapshot(case) == expected.snapshot, f"another state from the same facts. {NEW_HISTORY}"


def test_the_histories_cover_what_the_workflow_can_do() -> None:
    kinds = {event["eventType"] for name in kept.names() for event in _events(name)}
    assert kinds >= {
        f"EVENT_TYPE_{kind}"
        for kind in (
            "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
            "WORKFLOW_EXECUTION_SIGNALED",
            "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
            "TIMER_FIRED",
            "TIMER_CANCELED",
            "MARKER_RECORDED",
            "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
            "WORKFLOW_EXECUTION_COMPLETED",
        )
    }


@pytest.mark.parametrize("name", kept.names())
def test_a_history_is_small_and_says_nothing_of_machines_or_people(name: str) -> None:
    text = kept.history(name)
    assert len(text.encode()) < kept.LIMIT
    assert set(re.findall(r'"identity": "([^"]*)"', text)) == {"recorder"}
    for said in (text, *_payloads(json.loads(text))):
        assert not re.search(r"/(home|root|tmp|work|Users)/|@[\w-]+\.|\b1[3-9]\d{9}\b", said)


def _events(name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(kept.history(name))["events"]
    return events


def _payloads(value: Any) -> Iterator[str]:
    """What the payloads in a history say."""
    if isinstance(value, dict):
        if "metadata" in value and "data" in value:
            yield base64.b64decode(value["data"]).decode()
        for inner in value.values():
            yield from _payloads(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _payloads(inner)
