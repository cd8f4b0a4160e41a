"""Complaint: who reopens a case loses what was done, or starts with limits that have passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.case.sealing import broken_link
from tests.support.limits import matter_under, seconds
from tests.support.product import Product
from tests.support.records import rows, written

GRID = "500120001005-g18"


async def test_a_reopened_case_has_a_round_and_clocks_of_its_own_and_the_first_is_unchanged(
    skipping: Product,
) -> None:
    """Reopened a week later it begins a second round with whole limits; every fact of the first round is what
    it was, and the chain holds over both.
    """
    limits = {
        "accept": {"budget": seconds(3600), "starts": "report"},
        "handle": {"budget": seconds(36000), "starts": "report"},
    }
    matter = await matter_under(skipping, "again", limits, callback=False)
    worker, officer = await skipping.person("dongguan-g18"), await skipping.person("dongguan")
    number = (await worker.report(matter=matter, unit=GRID))["number"]
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    await worker.sends(number, "claim")
    await worker.sends(number, "handle", note="已处置")
    await officer.sends(number, "verify")
    first = await written(skipping, number)
    clocks = "SELECT * FROM clocks WHERE case_number = :number ORDER BY clock_id, revision"
    measured = await rows(skipping, clocks, number=number)
    await skipping.later(timedelta(days=7))

    reopened = await worker.sends(number, "reopen", reason="又坏了")

    at = datetime.fromisoformat(reopened["at"])
    assert (reopened["stage"], reopened["case"]["round"]) == ("reported", 2)
    fresh = {clock["id"]: clock for clock in reopened["case"]["clocks"]}
    assert set(fresh) == {"accept:r2.h2", "handle:r2"}
    for clock, limit in (("accept:r2.h2", 3600), ("handle:r2", 36000)):
        assert datetime.fromisoformat(fresh[clock]["red_at"]) == at + timedelta(seconds=limit)
    facts = await written(skipping, number)
    assert facts[: len(first)] == first
    assert {fact["round"] for fact in facts[len(first) :]} == {2}
    assert [r for r in await rows(skipping, clocks, number=number) if r in measured] == measured
    held = await skipping.timeline(number)
    assert held.complete
    assert broken_link(number, held.facts) is None
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    await worker.sends(number, "claim")
