"""The 2.5 km road at 黑溪镇互助村: months of waiting for money, and on time all the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from models.case.state import Stage
from models.clocks.budget import ClockKind
from models.clocks.calendar import CITY_ZONE, city_date
from models.clocks.clock import ClockState
from models.clocks.measure import advance, begins, elapsed, worth
from runtime.stories.player import play
from tests.support.product import Product
from tests.support.stories import SkippingStage, due, story, tell

DAYS = ClockKind.WORKING_DAYS


async def test_the_road_that_could_not_be_built_at_once(skipping: Product) -> None:
    told = await tell(skipping, "road")
    assert await told.loop() == [
        "huzhu-g1-a reported",
        "heixi-dispatch accepted",
        "heixi-dispatch dispatched",
        "heixi-command claimed",
        "heixi-jingji claimed",
        "huzhu claimed",
        "heixi-command arrived",
        "heixi-dispatch milestone_planned",
        "heixi-dispatch milestone_planned",
        "heixi-command requested",
        "qianjiang-command request_decided",
        "qianjiang-command suspended",
        "system review_called",
        "heixi-dispatch resumed",
        "heixi-dispatch milestone_reached",
        "heixi-jingji handled",
        "huzhu handled",
        "heixi-dispatch milestone_reached",
        "heixi-command handled",
        "heixi-dispatch verified",
        "heixi-dispatch-2 called_back",
        "heixi-dispatch-2 closed",
    ]
    case = await told.case()
    assert (case.stage, case.closed_late, case.overrun) == (Stage.CLOSED, False, ())
    assert (await told.fact("reported")).holder == "500114107"  # such matters enter at the town
    assert case.task_force == "互助村道路拓宽专班"
    assert [task.unit.id for task in case.tasks] == ["500114107", "500114107-jingji", "500114107203"]
    assert case.closed_at is not None
    assert case.closed_at - case.reported_at > timedelta(days=121)

    # Another person approved it; the review was called up on its day, at the opening of business.
    asked, approved = await told.fact("requested"), await told.fact("request_decided")
    assert asked.actor.person != approved.actor.person
    assert approved.body["approved"]
    suspended, called, resumed = [await told.fact(k) for k in ("suspended", "review_called", "resumed")]
    review_on = date.fromisoformat(suspended.body["suspension"]["review_on"])
    assert review_on == city_date(asked.at) + timedelta(days=120)
    opening = datetime.combine(review_on, time(8), tzinfo=CITY_ZONE).astimezone(UTC)
    assert called.fact.scheduled == opening  # type: ignore[union-attr]
    assert suspended.at < called.at < resumed.at
    assert [row.to_unit for row in await told.messages(kind="review_called")] == ["500114107"]
    assert case.counters.suspensions == 1

    # The ledger: five working days, less what had been used before; not a minute of the four months counts.
    calendar, began = case.book.calendar, case.reported_at
    started, paused, continued, held, stopped = await told.clock("handle:r1")
    assert started.red_at == due(case, "5 working days", began)
    assert (paused.state, paused.red_at) == (ClockState.PAUSED, None)
    used = elapsed(DAYS, calendar, max(begins(DAYS, began), began), max(suspended.at, begins(DAYS, began)))
    left = worth(DAYS, 5, calendar) - used
    assert continued.red_at == advance(DAYS, calendar, resumed.at, left)
    handled = await told.fact("handled", nth=2)
    assert held.state is ClockState.PAUSED  # while it is checked, the work's clock stands still
    assert [span.end for span in held.spans] == [suspended.at, handled.at]
    assert handled.at < continued.red_at
    assert (stopped.state, stopped.late) == (ClockState.STOPPED, False)
    assert (await told.clock("arrive:r1"))[-1].red_at == due(case, "3 working days", began)

    # The villager is kept apart from the case, and was not forgotten.
    facts = " ".join(str(sealed.body) for sealed in await told.sealed())
    assert "余长根" not in facts
    assert "13800000003" not in facts
    (reference,) = {row.to_contact for row in await told.messages(kind="closed")} - {None}
    assert [r.contact for r in case.reporters if r.contact] == [reference]
    await told.keeps_its_word()


async def test_while_it_is_suspended_nothing_but_the_review_can_happen(skipping: Product) -> None:
    stage, commander = SkippingStage(skipping), "heixi-command"
    async for now in play(story("road"), stage, run="half"):
        number = now.number
        if now.step.does == "request-suspension":
            await (await skipping.person(commander)).is_refused(number, "approve", 403, "same_person")
        if now.step.does == "approve":
            break
    await (await skipping.person(commander)).is_refused(number, "handle", 409, "suspended", note="已办")
    await (await skipping.person("qianjiang-supervise")).is_refused(
        number, "supervise", 409, "suspended", text="为何不办"
    )
    before = await skipping.facts(number)
    await skipping.later(timedelta(days=100))
    assert await skipping.facts(number) == before
