"""A command can be followed through the logs: the request's line names the case and the command."""

from __future__ import annotations

import structlog

from tests.support.product import Product


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
