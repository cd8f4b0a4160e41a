"""Complaint: late cases are closed by the system, or blocked."""

from __future__ import annotations

from datetime import timedelta

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
