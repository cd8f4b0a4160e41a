"""One timer a case, and no event that is not needed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from temporalio.api.enums.v1 import EventType as Event

from models.clocks.calendar import city_date
from tests.support.limits import matter_under, seconds
from tests.support.product import Product

STREET, GRID, SECTION = "500120001", "500120001005-g18", "500120001-minsheng"


async def _events(product: Product, number: str) -> Counter[int]:
    history = await product.client.get_workflow_handle(number).fetch_history()
    return Counter(event.event_type for event in history.events)


def _running(events: Counter[int]) -> int:
    over = events[Event.EVENT_TYPE_TIMER_FIRED] + events[Event.EVENT_TYPE_TIMER_CANCELED]
    return events[Event.EVENT_TYPE_TIMER_STARTED] - over


async def test_fifty_commands_that_move_no_deadline_forward_cost_a_handful_of_timers(
    product: Product,
) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    for n in range(50):
        await officer.sends(number, "annotate", note=f"{n}")

    events = await _events(product, number)
    assert events[Event.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED] == 51
    assert _running(events) == 1
    # One for the deadline; and for each fifty facts, one to look whether they are written.
    assert events[Event.EVENT_TYPE_TIMER_STARTED] <= 10
    assert sum(events.values()) <= 51 * 5 + 50


async def test_a_timer_that_has_become_stale_fires_looks_and_sleeps_again(skipping: Product) -> None:
    """A suspension takes every date away: the old timer comes to nothing, and one runs at any time."""
    limits = {"handle": {"budget": seconds(3600), "starts": "report"}}
    matter = await matter_under(skipping, "stale", limits)
    dispatcher, commander = (
        await skipping.person("bicheng-dispatch"),
        await skipping.person("bicheng-command"),
    )
    number = (await dispatcher.report(matter=matter, unit=STREET))["number"]
    await dispatcher.sends(number, "accept")
    review = city_date(await skipping.now()) + timedelta(days=3)
    await dispatcher.sends(number, "request-suspension", review_on=review.isoformat(), reason="等待资金")
    await commander.sends(number, "approve")
    version = (await skipping.state(number)).version

    await skipping.later(timedelta(hours=5))

    case = await skipping.state(number)
    assert case.version == version, "nothing came due while it was suspended"
    assert _running(await _events(skipping, number)) == 1
    await skipping.later(timedelta(days=4))
    assert [f["fact"] for f in await skipping.facts(number) if f["seq"] > version] == ["review_called"]
    await dispatcher.sends(number, "resume")
    assert _running(await _events(skipping, number)) == 1
    await skipping.later(timedelta(hours=2))
    fired = [fact["threshold"] for fact in await skipping.facts(number, "threshold_passed")]
    assert fired == ["yellow", "red"]


async def test_an_earlier_deadline_replaces_the_timer(skipping: Product) -> None:
    dispatcher = await skipping.person("bicheng-dispatch")
    number = (await dispatcher.report(matter="other", unit=STREET))["number"]
    await dispatcher.sends(number, "accept")
    await skipping.later(timedelta(minutes=1))
    answer = await dispatcher.post(
        f"/cases/{number}/plan-milestone", {"key": "cordon", "name": "警戒", "budget": "10 minutes"}
    )
    assert answer.status_code == 200, answer.text
    assert _running(await _events(skipping, number)) == 1

    await skipping.later(timedelta(minutes=11))

    fired = [
        (f["clock"]["subject"], f["threshold"]) for f in await skipping.facts(number, "threshold_passed")
    ]
    assert [threshold for _, threshold in fired] == ["yellow", "red"]


async def test_refused_commands_leave_the_history_as_it_was(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    auditor = await product.person("bishan-audit")
    number = (await worker.report(matter="other", unit=GRID))["number"]
    await officer.sends(number, "accept")
    handle = product.client.get_workflow_handle(number)
    before = (await handle.fetch_history()).events

    await worker.is_refused(number, "accept", 403, "not_yours")
    await auditor.is_refused(number, "annotate", 403, "not_yours", note="x")
    await officer.is_refused(number, "accept", 409, "wrong_stage")
    await officer.is_refused(number, "dispatch", 422, "bad_value")
    await officer.is_refused(number, "dispatch", 422, "outside_area", lead=SECTION)

    assert list((await handle.fetch_history()).events) == list(before)
