"""The closed loop on the real engine, and what it costs."""

from __future__ import annotations

from collections import Counter

from temporalio.api.enums.v1 import EventType

from tests.support.product import Product

GRID, SECTION = "500120001005-g18", "500120001-minsheng"


async def test_a_closed_loop_of_seven_commands_costs_at_most_sixty_events(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")

    receipt = await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮")
    number = receipt["number"]
    for person, command, body in (
        (officer, "accept", {}),
        (officer, "dispatch", {"lead": GRID}),
        (worker, "claim", {}),
        (worker, "arrive", {}),
        (worker, "handle", {"note": "已换灯泡"}),
        (officer, "verify", {}),
    ):
        receipt = await person.sends(number, command, **body)
    assert receipt["stage"] == "calling_back"
    assert receipt["projected"]

    history = await product.client.get_workflow_handle(number).fetch_history()
    kinds = Counter(event.event_type for event in history.events)
    # Five a command, and a timer more when one comes nearer.
    assert len(history.events) <= 7 * 5 + 10
    assert kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED] == 7
    started, ended = EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_TIMER_CANCELED
    fired = EventType.EVENT_TYPE_TIMER_FIRED
    assert kinds[started] - kinds[ended] - kinds[fired] == 1

    await worker.is_refused(number, "verify", 403, "not_yours")
    await officer.is_refused(number, "dispatch", 409, "wrong_stage", lead=GRID)
    again = await product.client.get_workflow_handle(number).fetch_history()
    assert len(again.events) == len(history.events)
