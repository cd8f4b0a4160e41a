"""What one case tells another: merged duplicates, follow-ups; and what if the other has ended."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.case.commands import Envelope, Merge
from models.case.state import Link
from models.city.people import Principal
from tests.support.product import Person, Product
from tests.support.records import eventually, rows

GRID = "500120001005-g18"
CONTACT = {"name": "王某", "phone": "13800000000"}


async def _reported(person: Person, **body: Any) -> str:
    return str((await person.report(matter="other", unit=GRID, **body))["number"])


async def _completed(product: Product, number: str) -> None:
    handle = product.client.get_workflow_handle(number)
    await eventually(handle.describe, lambda seen: seen.status is WorkflowExecutionStatus.COMPLETED)


async def test_the_reporters_of_a_duplicate_are_absorbed_and_hear_when_the_first_case_closes(
    product: Product,
) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    neighbour = await product.person("dongguan-g17")
    first = await _reported(worker, on_the_spot={"note": "已处置"})
    second = await _reported(neighbour, contact=CONTACT)
    await officer.sends(second, "merge", into=first, reason="同一件事")
    await _completed(product, second)
    case = await eventually(lambda: product.state(first), lambda seen: len(seen.reporters) > 1)
    assert Link(number=second, relation="duplicate") in case.links
    await officer.sends(first, "verify")
    closed = await officer.sends(first, "call-back", reached=True, resolved=True, satisfied=True)

    assert closed["stage"] == "closed"
    told = await rows(
        product,
        "SELECT to_person, to_contact FROM messages WHERE case_number = :number AND kind = 'closed'",
        number=first,
    )
    absorbed = {(reporter.person, reporter.contact) for reporter in case.reporters}
    assert {(message["to_person"], message["to_contact"]) for message in told} == absorbed
    assert any(reporter.number == second and reporter.contact for reporter in case.reporters)


async def test_a_follow_up_and_its_parent_know_each_other(product: Product) -> None:
    worker = await product.person("dongguan-g18")
    parent = await _reported(worker)

    child = await _reported(worker, follows=parent)

    case = await eventually(lambda: product.state(parent), lambda seen: bool(seen.links))
    assert case.links == (Link(number=child, relation="follow_up"),)
    assert (await product.state(child)).links == (Link(number=parent, relation="parent"),)


async def test_a_merge_into_a_case_that_has_ended_is_refused_at_the_door(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    gone, number = await _reported(worker), await _reported(worker)
    await officer.sends(gone, "decline", reason="不属实")

    problem = await officer.is_refused(number, "merge", 422, "bad_value", into=gone)

    assert problem["field"] == "into"


@pytest.mark.parametrize("target", ["ended", "unknown"])
async def test_an_errand_to_a_case_that_is_not_there_any_more_leaves_nobody_stuck(
    product: Product, target: str
) -> None:
    """It ended between the look and the merge: the duplicate ends all the same, and names it."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    gone, number = await _reported(worker), await _reported(worker)
    if target == "ended":
        await officer.sends(gone, "decline", reason="不属实")
        await _completed(product, gone)
    else:
        gone = "20260101-999999"
    principal = Principal(
        person="p_officer",
        posts=product.services.signer.read(officer.headers["Authorization"].split()[1]).principal.posts,
    )
    merge = Envelope(id="raced", principal=principal, command=Merge(into=gone))

    await product.services.gateway.send(number, merge)

    await _completed(product, number)
    assert (await product.state(number)).merged_into == gone


async def test_a_follow_up_of_a_case_that_has_ended_lives_on(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    gone = await _reported(worker)
    await officer.sends(gone, "decline", reason="不属实")
    await _completed(product, gone)

    child = await _reported(worker, follows=gone)
    await officer.sends(child, "accept")

    assert (await product.state(child)).stage == "accepted"
