"""Complaint: a pause is lost when the priority, and with it the limit, changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.clocks.calendar import city_date
from models.clocks.clock import Clock, remaining
from models.clocks.policy import ClockStage
from tests.support.product import Product
from tests.support.records import rows

GRID, SECTION = "500120001005-g18", "500120001-minsheng"


async def _handling(product: Product, number: str) -> Clock:
    case = await product.state(number)
    return next(clock for clock in case.clocks if clock.stage is ClockStage.HANDLE)


async def test_a_pause_of_three_days_and_another_urgency_keep_what_was_used(skipping: Product) -> None:
    """Forty minutes used, three days suspended and regraded meanwhile: what remains after resuming is the new
    limit less those forty minutes, and not a second of the pause.
    """
    dispatcher, staff = await skipping.person("bicheng-dispatch"), await skipping.person("bicheng-minsheng")
    commander = await skipping.person("bicheng-command")
    number = (await dispatcher.report(matter="other", unit=GRID, urgency="urgent"))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)
    await staff.sends(number, "claim")
    await skipping.later(timedelta(minutes=40))
    review = city_date(await skipping.now()) + timedelta(days=5)
    await staff.sends(number, "request-suspension", review_on=review.isoformat(), reason="等待配件")
    suspended = await commander.sends(number, "approve")
    await skipping.later(timedelta(days=2))
    await dispatcher.sends(number, "regrade", urgency="critical", reason="水位上涨")
    await skipping.later(timedelta(days=1))
    resumed = await dispatcher.sends(number, "resume")

    clock = await _handling(skipping, number)
    [reported] = await skipping.facts(number, "reported")
    used = datetime.fromisoformat(suspended["at"]) - reported["at"]
    limit = timedelta(hours=2)
    assert timedelta(minutes=40) <= used < timedelta(minutes=41)
    at = datetime.fromisoformat(resumed["at"])
    case = await skipping.state(number)
    assert remaining(clock, at, case.book.calendar) == limit - used
    assert clock.red_at == at + limit - used
    assert clock.yellow_at == at + limit * 0.8 - used

    revisions = await rows(
        skipping,
        "SELECT * FROM clocks WHERE case_number = :number AND clock_id = :clock ORDER BY revision",
        number=number,
        clock=clock.id,
    )
    assert [(r["valid_from"], r["valid_until"]) for r in revisions] == [
        (reported["at"], datetime.fromisoformat(suspended["at"])),
        (at, None),
    ], "no date was promised while it was suspended"
    assert revisions[-1]["red_at"] == clock.red_at
    moves = await skipping.facts(number, "clock_set")
    assert [fact["cause"] for fact in moves if fact["clock"]["id"] == clock.id] == [
        "started",
        "paused",
        "regraded",
        "resumed",
    ]
