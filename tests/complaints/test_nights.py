"""Complaint: people are notified at midnight."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from models.clocks.calendar import CITY_ZONE
from tests.support.limits import matter_under, seconds
from tests.support.product import Product
from tests.support.records import rows

STREET, GRID = "500120001", "500120001005-g18"
HOUR = 3600


def _next(now: datetime, of_day: time) -> datetime:
    """The first instant after `now` at which the city's clocks show `of_day`."""
    today = datetime.combine(now.astimezone(CITY_ZONE).date(), of_day, tzinfo=CITY_ZONE)
    return today if today > now else today + timedelta(days=1)


async def test_a_yellow_urge_at_two_waits_for_the_morning_a_red_order_does_not(skipping: Product) -> None:
    """An ordinary urge of 02:00 reaches people at 08:00; a critical one, and its red order, at once."""
    limits = {"handle": {"budget": seconds(5 * HOUR), "starts": "report", "at_red": ["supervise"]}}
    matter = await matter_under(skipping, "nights", limits)
    dispatcher = await skipping.person("bicheng-dispatch")
    await skipping.until(_next(await skipping.now(), time(22)))  # yellow at 02:00, red at 03:00
    ordinary = await dispatcher.report(matter=matter, unit=GRID)
    critical = await dispatcher.report(matter=matter, unit=GRID, urgency="critical")
    morning = _next(await skipping.now(), time(8))
    await skipping.later(timedelta(hours=6))

    messages = {
        receipt["case"].get("urgency", "ordinary"): await rows(
            skipping,
            "SELECT m.kind, m.visible_at, f.at FROM messages m JOIN facts f USING (case_number, seq)"
            " WHERE case_number = :number AND m.kind IN ('urged', 'supervised') ORDER BY seq, place",
            number=receipt["number"],
        )
        for receipt in (ordinary, critical)
    }
    assert set(messages) == {"ordinary", "critical"}
    urged = [m for m in messages["ordinary"] if m["kind"] == "urged"]
    assert urged
    assert {m["at"].astimezone(CITY_ZONE).hour for m in urged} == {2}
    assert {m["visible_at"] for m in urged} == {morning}
    at_once = messages["critical"]
    assert {m["kind"] for m in at_once} == {"urged", "supervised"}
    assert all(m["visible_at"] == m["at"] for m in at_once)
    assert {m["at"].astimezone(CITY_ZONE).hour for m in at_once if m["kind"] == "supervised"} == {3}
