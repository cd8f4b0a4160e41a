"""Complaints: late cases are closed by the system, or blocked; who was late is a matter for spreadsheets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.limits import matter_under, seconds
from tests.support.product import Product
from tests.support.records import row

STREET, SECTION = "500120001", "500120001-minsheng"


async def test_a_late_case_is_still_claimed_and_closed_and_marked_late(skipping: Product) -> None:
    """A week over its limit nobody has closed it and nothing is refused: it is claimed, handled, closed, and
    says that it was late.
    """
    limits = {"handle": {"budget": seconds(3600), "starts": "report", "at_red": ["supervise"]}}
    matter = await matter_under(skipping, "late", limits, callback=False)
    dispatcher, staff = await skipping.person("bicheng-dispatch"), await skipping.person("bicheng-minsheng")
    number = (await dispatcher.report(matter=matter, unit=STREET))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    await skipping.later(timedelta(days=7))
    assert (await skipping.state(number)).stage == "handling"

    await staff.sends(number, "claim")
    await staff.sends(number, "arrive")
    await staff.sends(number, "handle", note="已处置")
    closed = await dispatcher.sends(number, "verify")

    assert (closed["stage"], closed["case"]["closed_late"]) == ("closed", True)
    listed = await row(
        skipping, "SELECT stage, closed_late FROM cases WHERE number = :number", number=number
    )  # fmt: skip
    assert listed == {"stage": "closed", "closed_late": True}
    [fact] = await skipping.facts(number, "closed")
    assert (fact["late"], fact["overrun"]) == (True, ["handle"])


async def test_what_is_overdue_now_and_was_on_a_date_and_how_long_each_stage_took(product: Product) -> None:
    """No spreadsheet: the list of now, the list of a past instant whatever has happened since, and the time
    spent in each stage until then.
    """
    limits = {"handle": {"budget": seconds(6), "starts": "report", "at_red": ["supervise"]}}
    matter = await matter_under(product, "overdue", limits, callback=False)
    supervisor = await product.person("bicheng-supervise")
    dispatcher, staff = await product.person("bicheng-dispatch"), await product.person("bicheng-minsheng")

    async def overdue(at: datetime | None = None) -> dict[str, Any]:
        answer = await supervisor.get("/overdue", limit=100, **({"at": at.isoformat()} if at else {}))
        assert answer.status_code == 200, answer.text
        return {item["case"]["number"]: item for item in answer.json()["items"]}

    number = (await dispatcher.report(matter=matter, unit=STREET))["number"]
    accepted = datetime.fromisoformat((await dispatcher.sends(number, "accept"))["at"])
    sent = datetime.fromisoformat((await dispatcher.sends(number, "dispatch", lead=SECTION))["at"])
    assert number not in await overdue()
    [clock] = [c for c in (await product.state(number)).clocks if c.stage == "handle"]
    assert clock.red_at is not None
    await asyncio.sleep((clock.red_at - datetime.now(UTC)).total_seconds() + 0.2)

    now = (await overdue())[number]
    assert datetime.fromisoformat(now["since"]) == clock.red_at
    [late] = now["clocks"]
    assert (late["clock"], late["owner"]["id"], late["policy"]["id"]) == (clock.id, SECTION, clock.policy)
    assert "6秒" in late["why"]["zh"]

    await staff.sends(number, "claim")
    handled = datetime.fromisoformat((await staff.sends(number, "handle", note="已处置"))["at"])
    await dispatcher.sends(number, "verify")
    assert number not in await overdue()
    then = clock.red_at + (handled - clock.red_at) / 2
    assert number not in await overdue(clock.red_at - timedelta(microseconds=1))
    assert number not in await overdue(handled)
    was = (await overdue(then))[number]
    assert (was["stage_then"], was["case"]["stage"]) == ("handling", "closed")
    assert was["late"] == pytest.approx((then - clock.red_at).total_seconds(), abs=1e-3)
    spent = {stay["stage"]: stay["spent"] for stay in was["stays"]}
    assert spent == pytest.approx(
        {
            "reported": (accepted - clock.origin).total_seconds(),
            "accepted": (sent - accepted).total_seconds(),
            "handling": (then - sent).total_seconds(),
        },
        abs=1e-3,
    )
