"""A command's identity: sent again it is answered, not done again; a refusal is not remembered."""

from __future__ import annotations

import asyncio

from temporalio.client import WorkflowExecutionStatus

from tests.support.product import Product
from tests.support.records import eventually, row

GRID = "500120001005-g18"


async def test_the_same_command_five_times_at_once_happens_once(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]

    answers = await asyncio.gather(
        *(officer.post(f"/cases/{number}/accept", {"note": "已核实"}, key="once") for _ in range(5))
    )

    assert [answer.status_code for answer in answers] == [200] * 5, [answer.text for answer in answers]
    assert len({(answer.json()["version"], answer.json()["at"]) for answer in answers}) == 1
    assert len(await product.facts(number, "accepted")) == 1


async def test_an_identity_that_stood_for_another_command_is_refused(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    await officer.sends(number, "accept", key="k-1", note="已核实")

    for command, body in (("annotate", {"note": "备注"}), ("accept", {"note": "改了主意"})):
        answer = await officer.post(f"/cases/{number}/{command}", body, key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        assert answer.json()["number"] == number
    assert [fact["note"] for fact in await product.facts(number, "accepted", "annotated")] == ["已核实"]


async def test_two_people_may_choose_the_same_key(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]

    await worker.sends(number, "annotate", key="1", note="网格员")
    await officer.sends(number, "annotate", key="1", note="社区")

    assert [fact["note"] for fact in await product.facts(number, "annotated")] == ["网格员", "社区"]


async def test_a_refused_command_may_be_sent_again_once_it_fits(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    refused = await officer.post(f"/cases/{number}/dispatch", {"lead": GRID}, key="dispatch-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_stage")
    await officer.sends(number, "accept")

    await officer.sends(number, "dispatch", key="dispatch-1", lead=GRID)


async def test_a_report_sent_again_after_its_case_has_ended_begins_no_new_run(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    report = {"matter": "other", "unit": GRID, "text": "误报"}
    number = (await worker.report(key="late", **report))["number"]
    await officer.sends(number, "decline", reason="不属实")
    handle = product.client.get_workflow_handle(number)
    ended = await eventually(handle.describe, lambda seen: seen.status is not WorkflowExecutionStatus.RUNNING)
    assert ended.status is WorkflowExecutionStatus.COMPLETED

    again = await worker.post("/cases", report, key="late")

    assert again.status_code == 200, again.text
    assert (again.json()["number"], again.json()["repeated"]) == (number, True), (
        "the first answer, and no more"
    )
    assert (await handle.describe()).run_id == ended.run_id
    assert (await product.state(number)).stage == "declined"
    listed = await row(product, "SELECT stage FROM cases WHERE number = :number", number=number)
    assert listed == {"stage": "declined"}, "an old answer never overwrites what came after it"
