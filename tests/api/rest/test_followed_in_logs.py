"""A command can be followed through the logs: the request's line names the case and the command."""

from __future__ import annotations

import logging

import pytest
import structlog
from temporalio.testing import ActivityEnvironment

from activities.projecting import Projecting
from tests.support.product import API, Product
from workflows.messages import Batch


async def test_a_commands_line_names_its_case_and_its_identity(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        number = (await worker.report(matter="street-lamp", text="路灯不亮"))["number"]
        await officer.sends(number, "accept", key="k-1")
        await officer.is_refused(number, "accept", 409, "wrong_stage")
        await officer.get("/me")
    report, accepted, refused, me = (line for line in lines if line["event"] == "request")
    assert (report["case_no"], report["command_id"]) == (number, f"report:{number}")
    assert accepted["case_no"] == number
    assert accepted["command_id"].endswith(":k-1")
    assert refused["case_no"] == number
    assert "case_no" not in me
    assert len({line["request_id"] for line in (report, accepted, refused, me)}) == 4


async def test_workflow_and_activity_name_case_command_and_request(
    product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="street-lamp", text="路灯不亮"))["number"]
    with caplog.at_level(logging.INFO, "temporalio"):
        headers = officer.headers | {"X-Request-Id": "a-request-of-its-own", "Idempotency-Key": "k-2"}
        await officer.http.post(f"{API}/cases/{number}/accept", json={}, headers=headers)
        held = await product.timeline(number)
        batch = Batch(case=await product.state(number), facts=held.facts)
        engine = product.services.database
        await ActivityEnvironment().run(Projecting(engine, engine).project, batch)

    in_workflow = next(line for line in caplog.records if line.message.startswith("command"))
    assert in_workflow.__dict__["request_id"] == "a-request-of-its-own"
    assert in_workflow.__dict__["command_id"].endswith(":k-2")
    assert in_workflow.__dict__["temporal_workflow"]["workflow_id"] == number
    in_activity = next(line for line in caplog.records if line.message.startswith("projected"))
    assert "a-request-of-its-own" in in_activity.__dict__["request_id"]
    assert any(command.endswith(":k-2") for command in in_activity.__dict__["command_id"])
    assert in_activity.__dict__["case_no"] == number
