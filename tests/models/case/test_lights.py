"""The lights: yellow urges, red supervises and climbs; people urge and supervise too (双色灯)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    Answer,
    Approve,
    Arrive,
    CallBack,
    Claim,
    Decline,
    Dispatch,
    Escalate,
    Handle,
    RequestSuspension,
    Supervise,
    Transfer,
    Urge,
    Verify,
)
from models.case.facts import Answered, ClockSet, Escalated, Supervised, ThresholdPassed, Urged
from models.case.facts.timing import Cause
from models.case.state import Stage
from models.city.people import Principal
from models.city.units import Level
from models.clocks.budget import Budget
from models.clocks.calendar import city_date
from models.clocks.clock import ClockState, Threshold
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_STAFF,
    CITY,
    CITY_DISPATCHER,
    COMMANDER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    DISTRICT_COMMANDER,
    DISTRICT_DISPATCHER,
    DISTRICT_SUPERVISOR,
    FOREIGN_DISPATCHER,
    GRID,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    MONDAY,
    OFFICER,
    STREET,
    SUPERVISOR,
    WORKER,
    XIAOFANG,
    beijing,
    dossier,
)


def urgent() -> Play:
    """An urgent case at work in the livelihood section since 09:00."""
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    return play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())


# ── by themselves ────────────────────────────────────────────────────────────────────────────────


def test_yellow_urges_the_owner_at_eighty_percent_under_its_scheduled_instant() -> None:
    play = urgent().wait(hours=4)
    passed = [fact for fact in play.all(ThresholdPassed) if fact.clock.stage is ClockStage.HANDLE]
    assert [(fact.threshold, fact.scheduled) for fact in passed] == [
        (Threshold.YELLOW, MONDAY + timedelta(hours=4))
    ]
    urged = play.all(Urged)[-1]
    assert (urged.automatic, urged.units, urged.clock) == (True, (LIVELIHOOD,), "handle:r1")
    assert urged.words().zh == "黄灯自动催办 民生服务"


def test_a_transferred_matter_urges_its_first_receiver_as_well() -> None:
    play = urgent().send(DISPATCHER, Transfer(to=CHENGGUAN, reason="属城管")).send(CHENGGUAN_STAFF, Claim())
    play.wait(hours=4)
    assert play.all(Urged)[-1].units == (CHENGGUAN, LIVELIHOOD)


def test_red_opens_an_order_one_level_up_and_the_case_climbs() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).wait(hours=1).checked()
    order = play.new(Supervised)[0].order
    assert (order.owner, order.by, order.automatic) == (STREET, DISTRICT, True)
    climbed = play.new(Escalated)[0]
    assert (climbed.origin.unit, climbed.to.unit) == (STREET, DISTRICT)
    assert climbed.scheduled == MONDAY + timedelta(hours=1)
    assert play.case.holder == DISTRICT
    assert "璧城街道 → 璧山区" in climbed.words().zh
    assert "受理已超期" in play.new(Supervised)[0].words().zh
    told = next(link for link in play.latest if link.body["fact"] == "supervised").notices
    assert {role for notice in told for role in notice.roles} >= {"supervisor", "auditor"}


def test_a_unit_that_works_for_the_holder_is_supervised_by_the_holder() -> None:
    play = urgent().wait(hours=5)
    order = play.all(Supervised)[-1].order
    assert (order.owner, order.by) == (LIVELIHOOD, STREET)


def test_left_alone_it_climbs_rung_by_rung_and_is_pressed_from_the_city_at_the_top() -> None:
    play = Play.reported(dossier(entry=GRID))
    holders = [play.case.holder]
    while not play.case.at_the_top:
        before = play.case.holding
        while play.case.holding == before:
            play.wait(hours=1)
        clock = play.case.clock(f"accept:{play.case.turn}")
        assert clock is not None, "each rung has its own clock"
        assert clock.origin == play.case.held_since
        holders.append(play.case.holder)
    assert holders == [GRID, COMMUNITY, STREET, DISTRICT]
    play.wait(days=40).checked()
    assert play.case.holder == DISTRICT, "the city only supervises"
    pressed = [fact.order for fact in play.all(Supervised) if fact.order.owner == DISTRICT]
    assert pressed
    assert {order.by for order in pressed} == {CITY}


def test_a_matter_that_is_not_finished_climbs_too_and_each_new_holder_has_the_limit_anew() -> None:
    play = urgent()
    assert play.case.clock("level:r1.h1") is None
    play.wait(hours=5)
    assert play.case.holder == DISTRICT
    level = play.case.clock("level:r1.h2")
    assert level is not None
    assert (level.origin, level.red_at) == (play.now, play.now + timedelta(hours=5))
    handling = play.case.clock("handle:r1")
    assert handling is not None
    assert handling.red == play.now, "and the matter itself stays red"
    play.send(DISTRICT_DISPATCHER, Accept()).wait(hours=5)
    order = play.all(Supervised)[-1].order
    assert (order.clock, order.owner, order.by) == ("level:r1.h2", DISTRICT, CITY)
    play.checked()


def test_a_holder_that_climbed_in_time_has_no_limit_besides_the_matters_own() -> None:
    play = Play.reported().send(OFFICER, Accept()).send(OFFICER, Escalate(reason="需街道"))
    assert ClockStage.LEVEL not in {clock.stage for clock in play.case.clocks}


def test_four_levels_in_seven_days_hand_up_at_each_expiry_and_end_with_an_order() -> None:
    play = Play.reported(dossier(policy="gaotai-4level-7wd", entry=GRID)).send(WORKER, Accept())
    play.send(WORKER, Dispatch(lead=GRID)).send(WORKER, Claim()).send(WORKER, Arrive())
    rungs = []
    for who in (OFFICER, DISPATCHER, DISTRICT_DISPATCHER):
        clock = play.case.clock(f"level:{play.case.turn}")
        assert clock is not None
        assert clock.red_at is not None
        rungs.append((play.case.holder.level, clock.budget))
        # Whoever takes the case accepts it at once, so that only the level's own limit passes.
        play.until(clock.red_at).send(who, Accept())
    top = play.case.clock(f"level:{play.case.turn}")
    assert top is not None
    assert top.red_at is not None
    rungs.append((play.case.holder.level, top.budget))
    days = Budget.working_days
    assert rungs == [
        (Level.GRID, days(1)),
        (Level.COMMUNITY, days(2)),
        (Level.STREET, days(2)),
        (Level.DISTRICT, days(2)),
    ]
    play.until(top.red_at)
    order = play.all(Supervised)[-1].order
    assert (order.clock, order.owner, order.by) == (top.id, DISTRICT, CITY), "nobody is left to hand it to"
    assert [fact.to.unit for fact in play.all(Escalated)] == [COMMUNITY, STREET, DISTRICT]


def test_an_order_that_is_not_answered_turns_red_but_opens_no_order_about_an_order() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).wait(hours=1).wait(days=3)
    red = [fact.clock.stage for fact in play.all(ThresholdPassed) if fact.threshold is Threshold.RED]
    assert ClockStage.ANSWER in red
    assert not [fact for fact in play.all(Supervised) if (fact.order.clock or "").startswith("answer")]


def test_verification_that_is_late_is_supervised_but_does_not_climb() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, Handle(note="已修复")).wait(hours=9)
    order = play.all(Supervised)[-1].order
    assert (order.clock, order.owner, order.by) == ("verify:r1.0", STREET, DISTRICT)
    assert play.case.holder == STREET


def test_a_holder_that_never_accepted_is_pressed_even_while_it_is_checked() -> None:
    play = urgent().send(DISPATCHER, Escalate(reason="需区里")).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    play.wait(hours=2)
    assert play.all(Supervised)[-1].order.clock == "accept:r1.h2"
    assert play.case.holder == DISTRICT


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("policy", ["135", "gaotai-4level-7wd", "daying-burst-main", "loop"])
def test_left_alone_for_three_years_a_case_does_little_and_quickly(urgency: Urgency, policy: str) -> None:
    late = Play.reported(dossier(urgency, policy)).sleep(days=1096)
    began = time.process_time()
    late.tick()
    assert time.process_time() - began < 1
    assert len(late.facts) < 200
    on_time = Play.reported(dossier(urgency, policy)).wait(days=1096)
    assert len(on_time.facts) < 200
    late.checked()


# ── quiet hours ──────────────────────────────────────────────────────────────────────────────────


def test_a_yellow_urge_at_night_waits_for_the_morning_and_a_red_order_does_not() -> None:
    night = beijing(2026, 10, 12, 22)
    ordinary = Play.reported(dossier(policy="xian-1130"), at=night).wait(minutes=50)
    urge = ordinary.all(Urged)[0]
    assert urge.deliver_at == beijing(2026, 10, 13, 8)
    told = [notice for link in ordinary.facts if link.body["fact"] == "urged" for notice in link.notices]
    assert [notice.visible_at for notice in told] == [beijing(2026, 10, 13, 8)]
    critical = Play.reported(dossier(Urgency.CRITICAL), at=beijing(2026, 10, 13, 2)).wait(minutes=1)
    assert critical.all(Urged)[0].deliver_at == beijing(2026, 10, 13, 2) + timedelta(seconds=48)
    ordered = next(link for link in critical.facts if link.body["fact"] == "supervised")
    assert all(notice.visible_at == ordered.at and notice.urgent for notice in ordered.notices)


# ── by people ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", [WORKER, DISPATCHER, SUPERVISOR, COMMANDER, DISTRICT_SUPERVISOR])
def test_the_reporter_and_who_stands_above_urge_and_ownership_is_unchanged(who: Principal) -> None:
    play = urgent()
    owner = play.case.lead_task
    play.send(who, Urge(note="群众着急"))
    assert play.new(Urged)[0].units == (LIVELIHOOD,)
    assert play.new(Urged)[0].words().zh == "催办 民生服务：群众着急"
    assert play.case.lead_task == owner
    assert play.case.counters.urges == 1


def test_nobody_from_elsewhere_urges() -> None:
    assert urgent().refused(FOREIGN_DISPATCHER, Urge()).code == "not_yours"
    assert urgent().refused(OFFICER, Urge()).code == "not_yours"


def test_before_and_after_the_work_it_is_the_holder_who_is_urged() -> None:
    assert Play.reported().send(WORKER, Urge()).new(Urged)[0].units == (COMMUNITY,)
    play = urgent().send(LIVELIHOOD_STAFF, Handle(note="x")).send(WORKER, Urge())
    assert play.new(Urged)[0].units == (STREET,)


def test_everybody_at_work_is_urged_together_with_the_first_receiver() -> None:
    play = urgent().send(DISPATCHER, Dispatch(assisting=(XIAOFANG,)))
    play.send(DISPATCHER, Transfer(to=CHENGGUAN, reason="属城管")).send(WORKER, Urge())
    assert play.new(Urged)[0].units == (CHENGGUAN, XIAOFANG, LIVELIHOOD)


def test_an_order_has_an_owner_a_deadline_and_a_reply() -> None:
    play = urgent().send(SUPERVISOR, Supervise(text="今日内报结果"))
    order = play.new(Supervised)[0].order
    assert (order.owner, order.by, order.automatic) == (LIVELIHOOD, STREET, False)
    assert play.new(Supervised)[0].words().zh == "璧城街道督办民生服务：今日内报结果"
    clock = play.case.clock("answer:o1")
    assert clock is not None
    assert clock.red_at == play.now + timedelta(hours=8)
    assert play.refused(DISPATCHER, Answer(reply="x")).code == "not_yours"
    play.send(LIVELIHOOD_STAFF, Answer(reply="已备料，午后更换"))
    assert play.case.orders[0].answered_at == play.now
    assert play.case.clock("answer:o1") is None
    assert play.new(Answered)[0].words().zh == "督办回复：已备料，午后更换"
    assert play.latest[0].notices[0].unit == STREET.id
    assert play.refused(LIVELIHOOD_STAFF, Answer(reply="x")).code == "wrong_stage"
    play.checked()


def test_an_order_goes_to_who_has_a_part_in_the_case() -> None:
    play = urgent()
    assert (
        play.send(DISTRICT_COMMANDER, Supervise(unit=STREET, text="x")).new(Supervised)[0].order.owner
        == STREET
    )
    refusal = play.refused(DISTRICT_COMMANDER, Supervise(unit=XIAOFANG, text="x"))
    assert (refusal.code, refusal.details["unit"]) == ("bad_value", XIAOFANG.id)


def test_once_it_is_handled_the_order_goes_to_who_has_to_check_it() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, Handle(note="x")).send(COMMANDER, Supervise(text="尽快核查"))
    assert play.new(Supervised)[0].order.owner == STREET


def test_where_several_orders_wait_one_must_be_named() -> None:
    play = urgent().send(SUPERVISOR, Supervise(text="一")).send(DISTRICT_SUPERVISOR, Supervise(text="二"))
    refusal = play.refused(LIVELIHOOD_STAFF, Answer(reply="x"))
    assert (refusal.code, refusal.details["candidates"]) == ("which_one", ["o1", "o2"])
    assert play.refused(LIVELIHOOD_STAFF, Answer(order="o9", reply="x")).code == "no_such_thing"
    play.send(LIVELIHOOD_STAFF, Answer(order="o2", reply="x"))
    play.send(LIVELIHOOD_STAFF, Answer(reply="x"))
    assert all(order.answered_at for order in play.case.orders)


def test_suspended_and_finished_cases_are_neither_urged_nor_supervised() -> None:
    ask = RequestSuspension(review_on=city_date(MONDAY + timedelta(days=9)), reason="等资金")
    play = urgent().send(LIVELIHOOD_STAFF, ask).send(COMMANDER, Approve())
    for command in (Urge(), Supervise(text="x")):
        assert play.refused(COMMANDER, command).code == "suspended"
    ended = Play.reported().send(OFFICER, Decline(reason="x"))
    done = urgent().send(LIVELIHOOD_STAFF, Handle(note="x")).send(DISPATCHER, Verify())
    done.send(DISPATCHER, CallBack(resolved=True, satisfied=True))
    for command in (Urge(), Supervise(text="x")):
        assert ended.refused(COMMANDER, command).code == "ended"
        assert done.refused(COMMANDER, command).code == "wrong_stage"


# ── handed up by people ──────────────────────────────────────────────────────────────────────────


def test_a_level_may_send_straight_up_and_past_a_rung() -> None:
    play = Play.reported().send(OFFICER, Escalate(to=Level.DISTRICT, reason="涉及全区"))
    assert play.case.holder == DISTRICT
    fact = play.new(Escalated)[0]
    assert not fact.automatic
    assert "涉及全区" in fact.words().zh
    assert play.latest[0].notices[0].unit == DISTRICT.id


def test_it_goes_up_only_and_not_to_who_only_supervises() -> None:
    play = Play.reported(dossier(Urgency.URGENT))
    for level in (Level.GRID, Level.STREET):
        assert play.refused(DISPATCHER, Escalate(to=level, reason="x")).details["field"] == "to"
    assert play.refused(DISPATCHER, Escalate(to=Level.CITY, reason="x")).code == "limit_reached"
    play.send(DISTRICT_DISPATCHER, Escalate(reason="区里接管"))
    assert play.refused(DISTRICT_DISPATCHER, Escalate(reason="x")).code == "limit_reached"
    assert "escalate" not in play.offered(DISTRICT_DISPATCHER)


def test_a_place_without_that_rung_is_told_so() -> None:
    play = Play.reported(dossier(chain=(CITY, DISTRICT)), by=DISPATCHER)
    assert play.refused(CITY_DISPATCHER, Escalate(to=Level.STREET, reason="x")).details["field"] == "to"


def test_each_rung_has_its_own_time_to_dispatch() -> None:
    play = Play.reported().send(OFFICER, Accept()).wait(hours=2).send(OFFICER, Escalate(reason="需街道"))
    assert play.case.clock("dispatch:r1.h1") is None
    clock = play.case.clock("dispatch:r1.h2")
    assert clock is not None
    assert clock.origin == play.now
    stopped = [fact for fact in play.new(ClockSet) if fact.cause is Cause.STOPPED]
    assert {fact.clock.id for fact in stopped} == {"dispatch:r1.h1"}
    assert all(fact.clock.state is ClockState.STOPPED for fact in stopped)
    assert play.at(Stage.ACCEPTED)
