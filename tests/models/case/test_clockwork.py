"""The clockwork: regrading, changed rules, milestones, and machines that stood still."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import Urgency, Words
from models.case.clockwork import next_instant
from models.case.commands import (
    Accept,
    Approve,
    Arrive,
    CallBack,
    ChangeRules,
    Claim,
    Dispatch,
    Escalate,
    Handle,
    PlanMilestone,
    ReachMilestone,
    Regrade,
    Reopen,
    RequestSpecialHandling,
    Rework,
    Verify,
)
from models.case.dossier import Rulebook
from models.case.facts import (
    ClockSet,
    Closed,
    Escalated,
    MilestonePlanned,
    MilestoneReached,
    Regraded,
    RulesChanged,
    ThresholdPassed,
)
from models.case.facts.timing import Cause
from models.city.people import MACHINE
from models.clocks.budget import Budget
from models.clocks.calendar import DayOff
from models.clocks.clock import ClockState, Light, Threshold, light
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    COMMANDER,
    DISPATCHER,
    DISTRICT_COMMANDER,
    GRID,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    MONDAY,
    OFFICER,
    WORKER,
    beijing,
    calendar,
    dossier,
    rules,
)


def red_at(play: Play, clock_id: str) -> datetime:
    """When that clock turns red."""
    clock = play.case.clock(clock_id)
    assert clock is not None
    assert clock.red_at is not None
    return clock.red_at


# ── another urgency ──────────────────────────────────────────────────────────────────────────────


def test_regraded_the_ledger_is_kept_and_the_dates_are_derived_anew() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).wait(minutes=20)
    play.send(DISPATCHER, Regrade(urgency=Urgency.CRITICAL, reason="有人被困"))
    assert red_at(play, "handle:r1") == MONDAY + timedelta(hours=2)
    assert {fact.cause for fact in play.new(ClockSet)} >= {Cause.REGRADED}
    words = play.new(Regraded)[0].words()
    assert words.zh == "紧急程度由紧急调整为特急：有人被困"
    assert words.en == "Urgency changed from urgent to critical: 有人被困"
    play.checked()


def test_nothing_that_regrading_makes_late_is_dated_before_it() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept()).wait(minutes=40)
    play.send(DISPATCHER, Regrade(urgency=Urgency.CRITICAL, reason="有人被困"))
    regraded_at = play.now
    play.wait(seconds=1)
    scheduled = [fact.scheduled for fact in play.all(ThresholdPassed)]
    assert scheduled
    assert min(scheduled) >= regraded_at


def test_a_telephone_call_no_longer_counts_once_the_matter_has_become_critical() -> None:
    play = Play.reported().send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim())
    play.send(WORKER, Arrive(contact_only=True)).wait(days=1)
    play.send(OFFICER, Regrade(urgency=Urgency.CRITICAL, reason="倒杆"))
    assert red_at(play, "arrive:r1") == play.now


def test_what_the_milder_urgency_puts_into_the_future_again_is_not_late_after_all() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim()).wait(hours=5)
    assert "handle:r1" in play.case.overrun
    play.send(DISTRICT_COMMANDER, Regrade(urgency=Urgency.ORDINARY, reason="已临时照明"))
    assert "handle:r1" not in play.case.overrun
    assert play.case.clock("level:r1.h2") is None, "who took over late is no longer late either"
    play.send(LIVELIHOOD_STAFF, Handle(note="x")).send(DISTRICT_COMMANDER, Verify())
    play.send(DISTRICT_COMMANDER, CallBack(resolved=True, satisfied=True))
    assert not play.new(Closed)[0].late


def test_regrading_needs_another_urgency() -> None:
    play = Play.reported()
    assert play.refused(OFFICER, Regrade(urgency=Urgency.ORDINARY, reason="x")).details["field"] == "urgency"


# ── other rules, another calendar ────────────────────────────────────────────────────────────────


def test_a_changed_calendar_moves_the_dates_of_open_cases_with_a_fact_that_says_why() -> None:
    play = Play.reported()
    before = red_at(play, "handle:r1")
    off = DayOff(day=date(2026, 10, 15), name=Words(zh="临时放假", en="Special holiday"))
    changed = calendar().model_copy(update={"version": "2026-b"})
    changed = type(changed).model_validate(changed.model_dump() | {"holidays": (*changed.holidays, off)})
    play.send(MACHINE, ChangeRules(calendar=changed, reason="10月15日临时放假"))
    assert red_at(play, "handle:r1") == before + timedelta(days=1)
    assert play.new(RulesChanged)[0].words().zh == "规则变更：10月15日临时放假"
    moved = [fact for fact in play.new(ClockSet) if fact.clock.id == "handle:r1"]
    assert moved[0].cause is Cause.RULES_CHANGED
    assert "临时放假10月15日" in moved[0].words().zh
    play.checked()


def test_a_new_edition_of_the_policy_moves_clocks_starts_missing_ones_and_stops_what_is_gone() -> None:
    play = Play.reported(dossier(policy="gaotai-4level-7wd")).wait(hours=1)
    play.send(MACHINE, ChangeRules(rules=rules("xian-1130"), reason="改用西安办法"))
    ids = {clock.id for clock in play.case.clocks}
    assert "level:r1.h1" not in ids
    assert {"contact:r1", "feedback:r1", "handle:r1"} <= ids
    assert red_at(play, "contact:r1") == play.now, "due by the new rule now, and not before"
    play.checked()


def test_an_edition_that_changes_no_date_moves_no_clock() -> None:
    play = Play.reported()
    play.send(MACHINE, ChangeRules(rules=rules("135"), reason="校订文字"))
    assert play.kinds() == ["rules_changed"]


def test_changed_rules_must_change_something_and_cover_every_urgency() -> None:
    play = Play.reported()
    assert play.refused(MACHINE, ChangeRules(reason="x")).code == "bad_value"
    partial = {Urgency.URGENT: rules()[Urgency.URGENT]}
    assert play.refused(MACHINE, ChangeRules(rules=partial, reason="x")).code == "bad_value"
    assert play.refused(OFFICER, ChangeRules(rules=rules(), reason="x")).code == "not_yours"
    with pytest.raises(ValueError, match="every urgency"):
        Rulebook(rules=partial)


def test_special_handling_outlives_a_new_edition() -> None:
    play = Play.reported(dossier(Urgency.URGENT))
    play.send(DISPATCHER, RequestSpecialHandling(budget=Budget.days(7), reason="须改造线路"))
    play.send(COMMANDER, Approve()).send(MACHINE, ChangeRules(rules=rules("xian-1130"), reason="改版"))
    assert red_at(play, "handle:r1") == MONDAY + timedelta(days=7)


def test_a_case_without_rules_gets_its_clocks_with_its_first_rules() -> None:
    play = Play.reported(dossier(policy=None)).wait(hours=1)
    play.send(MACHINE, ChangeRules(calendar=calendar(), reason="日历更新"))
    assert play.kinds() == ["rules_changed"]
    play.send(MACHINE, ChangeRules(rules=rules(), reason="纳入135"))
    assert red_at(play, "handle:r1") == beijing(2026, 10, 19, 18)
    play.checked()


# ── milestones ───────────────────────────────────────────────────────────────────────────────────


def test_one_case_several_milestones_several_clocks() -> None:
    play = Play.reported(dossier(Urgency.URGENT, "daying-burst-main"))
    assert {m.key: red_at(play, f"milestone:r1.{m.key}") for m in play.case.milestones} == {
        "fence": MONDAY + timedelta(hours=3),
        "repair": MONDAY + timedelta(hours=8),
        "restore": beijing(2026, 10, 19, 18),
    }
    play.wait(hours=2).send(DISPATCHER, ReachMilestone(key="fence", note="已围挡", attachments=("a1",)))
    assert play.case.clock("milestone:r1.fence") is None
    assert play.new(MilestoneReached)[0].words().zh == "完成节点 围挡：已围挡"
    play.wait(hours=7)
    assert "milestone:r1.repair" in play.case.overrun
    assert play.case.late_stages == (ClockStage.ACCEPT, ClockStage.MILESTONE, ClockStage.ANSWER)
    play.checked()


def test_a_reopened_case_has_its_milestones_anew() -> None:
    play = Play.reported(dossier(Urgency.CRITICAL, "yunan-1530")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    play.send(LIVELIHOOD_STAFF, ReachMilestone(key="control")).send(LIVELIHOOD_STAFF, Handle(note="x"))
    play.send(DISPATCHER, Verify()).send(DISPATCHER, CallBack(resolved=True, satisfied=True))
    play.wait(days=1).send(WORKER, Reopen(reason="复燃"))
    assert [(m.key, m.round, m.reached_at is None) for m in play.case.milestones] == [
        ("control", 1, False),
        ("assemble", 1, True),
        ("control", 2, True),
        ("assemble", 2, True),
    ]
    assert red_at(play, "milestone:r2.control") == play.now + timedelta(minutes=5)
    play.checked()


def test_people_plan_milestones_with_and_without_a_limit() -> None:
    play = Play.reported(dossier(Urgency.CRITICAL)).send(DISPATCHER, Accept())
    cordon = PlanMilestone(key="cordon", name="警戒", budget=Budget.minutes(20))
    play.send(DISPATCHER, cordon).send(DISPATCHER, PlanMilestone(key="evacuate", name="撤离"))
    assert red_at(play, "milestone:r1.cordon") == play.now + timedelta(minutes=20)
    assert play.case.clock("milestone:r1.evacuate") is None
    assert play.new(MilestonePlanned)[0].words().zh == "设定节点：撤离"
    assert play.refused(DISPATCHER, cordon).details["field"] == "key"
    assert play.refused(DISPATCHER, ReachMilestone(key="reinforce")).code == "no_such_thing"
    play.send(DISPATCHER, ReachMilestone(key="evacuate"))
    assert play.refused(DISPATCHER, ReachMilestone(key="evacuate")).code == "wrong_stage"
    play.checked()


def test_milestones_stand_still_while_the_lead_is_checked() -> None:
    play = Play.reported(dossier(Urgency.URGENT, "daying-burst-main")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim()).wait(hours=1)
    play.send(LIVELIHOOD_STAFF, Handle(note="x"))
    assert {clock.state for clock in play.case.clocks if clock.stage is ClockStage.MILESTONE} == {
        ClockState.PAUSED
    }
    play.wait(hours=4).send(DISPATCHER, Rework(reason="x"))
    assert red_at(play, "milestone:r1.fence") == play.now + timedelta(hours=2)


# ── machines that stood still ────────────────────────────────────────────────────────────────────


def test_an_outage_across_a_climb_ends_the_former_holders_clocks_when_it_was_due() -> None:
    late = Play.reported(dossier(Urgency.CRITICAL)).sleep(hours=1).tick()
    stopped = {fact.clock.id: fact.clock for fact in late.new(ClockSet) if fact.cause is Cause.STOPPED}
    dispatch = stopped["dispatch:r1.h1"]
    assert dispatch.stopped_at == MONDAY + timedelta(minutes=1)
    assert not dispatch.late
    assert late.new(Escalated)[0].scheduled == MONDAY + timedelta(minutes=1)
    begun = late.case.clock(f"accept:{late.case.turn}")
    assert begun is not None
    assert begun.origin == late.now, "nobody is late for what nobody could have known"
    late.checked()


def test_two_climbs_in_one_outage_stop_what_the_first_one_started() -> None:
    # The community lets it lie; while the machines stand still both its acceptance and the handling run out.
    play = Play.reported(dossier(Urgency.URGENT, entry=GRID)).sleep(hours=6).tick()
    assert [fact.to.unit.id for fact in play.new(Escalated)] == ["500120001005", "500120001"]
    stopped = [fact.clock for fact in play.new(ClockSet) if fact.clock.id == "accept:r1.h2"]
    assert [clock.state for clock in stopped] == [ClockState.RUNNING, ClockState.STOPPED]
    assert stopped[-1].stopped_at == play.now
    play.checked()


def marks(play: Play, ids: set[str]) -> list[tuple[str, Threshold, datetime]]:
    """The thresholds that fired on these clocks, with the instants they were scheduled for."""
    fired = (fact for fact in play.all(ThresholdPassed) if fact.clock.id in ids)
    return sorted((fact.clock.id, fact.threshold, fact.scheduled) for fact in fired)


@settings(deadline=None)
@given(
    urgency=st.sampled_from(list(Urgency)),
    policy=st.sampled_from(["135", "gaotai-4level-7wd", "xian-1130", "daying-burst-main", "beijing-12345"]),
    accepted=st.booleans(),
    outage=st.timedeltas(timedelta(seconds=1), timedelta(days=20)),
)
def test_firing_late_marks_what_existed_with_the_same_instants_as_firing_on_time(
    urgency: Urgency, policy: str, accepted: bool, outage: timedelta
) -> None:
    def begun() -> Play:
        play = Play.reported(dossier(urgency, policy))
        return (
            play.send(COMMANDER if urgency is not Urgency.ORDINARY else OFFICER, Accept())
            if accepted
            else play
        )

    on_time, late = begun(), begun()
    existing = {clock.id for clock in late.case.clocks}
    on_time.wait(outage)
    late.sleep(outage).tick()
    assert marks(late, existing) == marks(on_time, existing)
    ends = {
        fact.clock.id: (fact.clock.stopped_at, fact.clock.late)
        for fact in late.all(ClockSet)
        if fact.cause is Cause.STOPPED and fact.clock.id in existing
    }
    assert ends == {
        fact.clock.id: (fact.clock.stopped_at, fact.clock.late)
        for fact in on_time.all(ClockSet)
        if fact.cause is Cause.STOPPED and fact.clock.id in existing
    }


def test_asked_again_at_the_same_instant_nothing_fires_twice() -> None:
    play = Play.reported(dossier(Urgency.CRITICAL)).sleep(hours=2).tick()
    assert play.tick().latest == ()
    due = next_instant(play.case)
    assert due is None or due > play.now


def test_the_light_turns_to_the_second_whatever_the_machines_do() -> None:
    play = Play.reported(dossier(Urgency.URGENT))
    clock = play.case.clock("handle:r1")
    assert clock is not None
    before, after = timedelta(hours=4), timedelta(hours=5)
    second = timedelta(seconds=1)
    seen = [light(clock, MONDAY + at) for at in (before - second, before, after - second, after)]
    assert seen == [Light.GREEN, Light.YELLOW, Light.YELLOW, Light.RED]


def test_handing_up_restarts_nothing_of_the_matters_own() -> None:
    play = Play.reported(dossier(Urgency.URGENT))
    before = red_at(play, "handle:r1")
    play.wait(minutes=5).send(DISPATCHER, Escalate(reason="需区里"))
    assert red_at(play, "handle:r1") == before


def test_a_limit_that_lapses_with_its_rule_takes_what_hung_on_it_along() -> None:
    # Found by playing at random: handling red and the climb in one instant, then rules without that limit.
    play = Play.reported(dossier(Urgency.URGENT)).sleep(hours=5).tick()
    assert play.case.handling_is_late
    play.send(MACHINE, ChangeRules(rules=rules("daying-burst-main"), reason="改版")).checked()
