"""Logs: every logger ends in the same JSON, with the case and without the person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.logs import configure_logging
from runtime.settings import Settings


@workflow.defn
class Talkative:
    """Says one thing through the workflow's logger."""

    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("arrived", extra={"level_of": "street", "phone": "138-0000-0000"})


@pytest.fixture
def written(tmp_path: Path) -> Iterator[io.StringIO]:
    """What the loggers of this process write during a test; afterwards they are as they were."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    messages = workflow.logger.workflow_info_on_message
    configure_logging(Settings.model_validate({"state_dir": tmp_path}), service="tests", stream=stream)
    yield stream
    root.handlers, workflow.logger.workflow_info_on_message = handlers, messages
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The JSON objects that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_structlog_and_logging_come_out_alike(written: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-1", case_no="C-7", command_id="k-9")
    structlog.get_logger("api").info("accepted", unit="500120001")
    logging.getLogger("library").warning("slow %s", "query", extra={"seconds": 3})
    first, second = lines(written)
    for line in (first, second):
        assert (line["request_id"], line["case_no"], line["command_id"]) == ("r-1", "C-7", "k-9")
        assert line["service"] == "tests"
        assert line["timestamp"].endswith("Z")
    assert (first["event"], first["level"], first["logger"]) == ("accepted", "info", "api")
    assert (second["event"], second["level"], second["seconds"]) == ("slow query", "warning", 3)


@pytest.mark.parametrize(
    "key",
    ["password", "new_password", "token", "access_token", "phone", "reporter_name", "reporter", "name",
     "Authorization", "cookie", "secret_key", "contact"],
)  # fmt: skip
def test_personal_and_secret_values_never_reach_a_log(key: str, written: io.StringIO) -> None:
    structlog.get_logger("api").info("got", **{key: "Wang Fang", "deep": [{"body": 1, key: "Wang Fang"}]})
    logging.getLogger("library").warning(
        "got", extra={f"x_{key}" if key == "name" else key: {key: "Wang Fang"}}
    )
    assert "Wang Fang" not in written.getvalue()
    assert lines(written)[0]["deep"] == [{}]


def test_an_exception_is_one_line(written: io.StringIO) -> None:
    try:
        raise LookupError("no such unit")
    except LookupError:
        structlog.get_logger("api").exception("failed")
    (line,) = lines(written)
    assert "LookupError: no such unit" in line["exception"]


async def test_workflow_lines_carry_the_case_number(
    written: io.StringIO, temporal: Client, task_queue: str
) -> None:
    async with Worker(
        temporal, task_queue=task_queue, workflows=[Talkative], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await temporal.execute_workflow(Talkative.run, id=f"C-{task_queue}", task_queue=task_queue)
    (line,) = [line for line in lines(written) if line["event"] == "arrived"]
    assert line["case_no"] == f"C-{task_queue}"
    assert line["level_of"] == "street"
    assert "run_id" in line
    assert "138" not in json.dumps(line).replace(line["run_id"], "").replace(line["timestamp"], "")
