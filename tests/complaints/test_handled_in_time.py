"""Complaint: it escalates after it has been handled."""

from __future__ import annotations

from datetime import timedelta

from tests.support.limits import matter_under, seconds
from tests.support.product import Product

GRID = "500120001005-g18"


async def test_nothing_fires_in_the_month_after_a_closing_one_second_before_red(skipping: Product) -> None:
    """Handled and closed one second before two clocks turn red: a month on, nothing has fired but the
    archiving.
    """
    hour = 3600
    limits = {
        "handle": {"budget": seconds(2 * hour), "starts": "report", "at_red": ["supervise", "escalate"]},
        "verify": {"budget": seconds(hour), "at_red": ["supervise"]},
    }
    matter = await matter_under(skipping, "in-time", limits, callback=False)
    worker, officer = await skipping.person("dongguan-g18"), await skipping.person("dongguan")
    number = (await worker.report(matter=matter, unit=GRID))["number"]
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    await worker.sends(number, "claim")
    [handling] = [c for c in (await skipping.state(number)).clocks if c.stage == "handle"]
    assert handling.red_at is not None
    await skipping.until(handling.red_at - timedelta(seconds=1))
    await worker.sends(number, "handle", note="已处置")
    [checking] = [c for c in (await skipping.state(number)).clocks if c.stage == "verify"]
    assert checking.red_at is not None
    await skipping.until(checking.red_at - timedelta(seconds=1))
    closed = await officer.sends(number, "verify")
    assert (closed["stage"], closed["case"]["closed_late"]) == ("closed", False)

    await skipping.later(timedelta(days=31))

    facts = await skipping.facts(number)
    passed = [(f["clock"]["stage"], f["threshold"]) for f in facts if f["fact"] == "threshold_passed"]
    assert passed == [("handle", "yellow"), ("verify", "yellow")], "only what came before the work was done"
    assert not [fact for fact in facts if fact["fact"] in ("supervised", "escalated")]
    assert [fact["fact"] for fact in facts if fact["seq"] > closed["version"]] == ["archived"]
