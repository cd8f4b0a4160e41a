"""The end of a case is the end of its workflow, and then only reading is left."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus

from tests.support.limits import matter_under, seconds
from tests.support.product import Product
from tests.support.records import eventually, row, written

GRID = "500120001005-g18"


async def _ended(product: Product, number: str) -> None:
    handle = product.client.get_workflow_handle(number)
    seen = await eventually(handle.describe, lambda it: it.status is not WorkflowExecutionStatus.RUNNING)
    assert seen.status is WorkflowExecutionStatus.COMPLETED


async def test_the_archiving_ends_the_workflow_and_commands_hear_that_the_case_has_ended(
    skipping: Product,
) -> None:
    limits = {"handle": {"budget": seconds(36000), "starts": "report"}}
    matter = await matter_under(skipping, "ending", limits, callback=False)
    worker, officer = await skipping.person("dongguan-g18"), await skipping.person("dongguan")
    done = {"note": "已处置"}
    number = (await worker.report(matter=matter, unit=GRID, on_the_spot=done))["number"]
    closed = await officer.sends(number, "verify")
    assert closed["stage"] == "closed"
    assert "reopen" in closed["commands"]

    await skipping.later(timedelta(days=16))

    await _ended(skipping, number)
    [archived] = await written(skipping, number, "archived")
    listed = await row(skipping, "SELECT version, stage FROM cases WHERE number = :number", number=number)
    assert listed == {"version": archived["seq"], "stage": "archived"}
    problem = await worker.is_refused(number, "reopen", 409, "ended", reason="又坏了")
    assert problem["stage"] == "archived"
    assert (await skipping.state(number)).stage == "archived", "its state can still be asked for"


async def test_a_declined_case_ends_at_once_and_is_written_to_the_last_fact(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]

    receipt = await officer.sends(number, "decline", reason="不属实")

    await _ended(product, number)
    assert (receipt["stage"], receipt["commands"]) == ("declined", [])
    assert len(await written(product, number)) == receipt["version"]
    await officer.is_refused(number, "accept", 409, "ended")


async def test_a_number_that_nobody_was_given_is_not_found(product: Product) -> None:
    worker = await product.person("dongguan-g18")
    await worker.is_refused("20260101-999999", "accept", 404, "not_found")
