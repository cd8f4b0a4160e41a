"""The way out: verify, rework, call back, close, reopen, archive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Absorb,
    Accept,
    Annotate,
    Approve,
    Arrive,
    BlowWhistle,
    CallBack,
    Claim,
    Dispatch,
    Finish,
    Handle,
    LinkCase,
    Rate,
    Reopen,
    ReportIn,
    RequestExtension,
    RequestSpecialHandling,
    Rework,
    Supervise,
    Verify,
    VoidCase,
)
from models.case.facts import (
    Archived,
    CalledBack,
    ClockSet,
    Closed,
    Reopened,
    Reworked,
    ThresholdPassed,
    Verified,
)
from models.case.state import Ground, Link, Reporter, Stage, TaskState
from models.city.people import MACHINE
from models.clocks.budget import Budget
from models.clocks.clock import ClockState
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_2,
    CHENGGUAN_STAFF,
    COMMANDER,
    DISPATCHER,
    DISPATCHER_2,
    DISTRICT_DISPATCHER,
    GRID,
    LIVELIHOOD,
    LIVELIHOOD_2,
    LIVELIHOOD_STAFF,
    OFFICER,
    OFFICER_2,
    OTHER_WORKER,
    WORKER,
    dossier,
    matter,
)

HAPPY = CallBack(resolved=True, satisfied=True)


def handled(urgency: Urgency = Urgency.URGENT, policy: str = "135") -> Play:
    """Handled by the livelihood section after half an hour, waiting for the street's check."""
    play = Play.reported(dossier(urgency, policy, entry=None)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    play.send(LIVELIHOOD_STAFF, Claim()).wait(minutes=30)
    return play.send(LIVELIHOOD_STAFF, Handle(note="已修复"))


def closed(urgency: Urgency = Urgency.URGENT) -> Play:
    """Verified, called back and closed."""
    return handled(urgency).send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)


# ── verification ─────────────────────────────────────────────────────────────────────────────────


def test_somebody_else_verifies_and_the_reporter_is_called_back() -> None:
    play = handled().send(DISPATCHER, Verify(note="现场已亮", attachments=("a1",)))
    assert play.at(Stage.CALLING_BACK)
    assert play.new(Verified)[0].words().zh == "核查通过：现场已亮"
    assert {clock.stage for clock in play.case.clocks if clock.state is ClockState.RUNNING} == {
        ClockStage.CALL_BACK
    }


def test_whoever_handled_it_may_not_check_it_or_call_back() -> None:
    play = Play.reported(dossier(entry=GRID)).send(WORKER, Accept()).send(WORKER, Dispatch(lead=GRID))
    play.send(WORKER, Claim()).send(WORKER, Handle(note="已修复"))
    for command in (Verify(), Rework(reason="x")):
        refusal = play.refused(WORKER, command)
        assert (refusal.code, refusal.status) == ("same_person", 403)
        assert command.command not in play.offered(WORKER)
    play.send(DISPATCHER, Verify())
    assert play.refused(WORKER, HAPPY).code == "same_person"
    play.send(DISPATCHER, HAPPY).checked()


def test_a_department_that_finished_its_part_may_not_check_it_either() -> None:
    case = dossier(Urgency.URGENT, department=CHENGGUAN, entry=CHENGGUAN)
    play = Play.reported(case).send(CHENGGUAN_STAFF, Accept())
    play.send(
        CHENGGUAN_STAFF, BlowWhistle(ground=Ground.JOINT_ENFORCEMENT, units=(CHENGGUAN,), reason="联合")
    )
    play.send(CHENGGUAN_2, ReportIn()).send(CHENGGUAN_2, Finish(note="已执法"))
    play.send(CHENGGUAN_STAFF, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    play.send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    assert play.refused(CHENGGUAN_2, Verify()).code == "same_person"
    play.send(CHENGGUAN_STAFF, Verify())


def test_who_directs_from_above_may_check_and_a_colleague_of_the_handler_may_not() -> None:
    assert handled().send(DISTRICT_DISPATCHER, Verify()).at(Stage.CALLING_BACK)
    assert handled().refused(LIVELIHOOD_2, Verify()).code == "not_yours"


def test_what_nobody_is_to_be_called_back_about_closes_with_the_check() -> None:
    silent = dossier(Urgency.URGENT, about=matter(callback=False))
    play = Play.reported(silent).send(DISPATCHER, Accept()).send(DISPATCHER, Dispatch(lead=LIVELIHOOD))
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="已扑灭"))
    play.send(DISPATCHER, Verify())
    assert play.at(Stage.CLOSED)
    assert play.kinds()[:2] == ["verified", "closed"]
    play.checked()


def test_a_failed_check_sends_it_back_and_the_handling_clock_goes_on_with_what_was_left() -> None:
    play = handled()
    paused = play.case.clock("handle:r1")
    assert paused is not None
    assert paused.state is ClockState.PAUSED
    play.wait(hours=7).send(DISPATCHER, Rework(reason="灯仍不亮"))
    running = play.case.clock("handle:r1")
    assert running is not None
    assert running.red_at == play.now + timedelta(hours=4.5)  # five hours from the report, less what was used
    assert play.case.counters.rework == 1
    assert play.new(Reworked)[0].words().zh == "核查不通过，返工：灯仍不亮"
    assert play.latest[0].notices[0].unit == LIVELIHOOD.id
    play.send(LIVELIHOOD_STAFF, Handle(note="已换线路")).send(DISPATCHER, Verify()).checked()


def test_other_units_unfinished_work_stands_still_while_the_lead_is_checked() -> None:
    play = handled()
    claim = play.case.clock("claim:t2/500120-chengguan")
    assert claim is not None
    assert claim.state is ClockState.PAUSED
    play.wait(hours=7).send(DISPATCHER, Rework(reason="灯仍不亮"))
    claim = play.case.clock("claim:t2/500120-chengguan")
    assert claim is not None
    assert claim.state is ClockState.RUNNING


def test_each_check_has_its_own_clock() -> None:
    play = handled().wait(hours=7).send(DISPATCHER, Rework(reason="灯仍不亮"))
    play.send(LIVELIHOOD_STAFF, Handle(note="已换线路"))
    verify = play.case.clock("verify:r1.1")
    assert verify is not None
    assert verify.origin == play.now


# ── callback ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("resolved", "satisfied"), [(False, True), (True, False), (False, False)])
def test_unresolved_or_dissatisfied_goes_back_to_handling(resolved: bool, satisfied: bool) -> None:
    play = handled().send(DISPATCHER, Verify())
    play.send(DISPATCHER, CallBack(resolved=resolved, satisfied=satisfied, note="仍有闪烁"))
    assert play.at(Stage.HANDLING)
    assert play.case.counters.dissatisfied == 1
    words = play.new(CalledBack)[0].words()
    assert ("未解决" in words.zh) is not resolved
    assert ("不满意" in words.zh) is not satisfied
    play.checked()


def test_whom_the_call_reached_must_have_said_whether_it_is_solved() -> None:
    play = handled().send(DISPATCHER, Verify())
    assert play.refused(DISPATCHER, CallBack()).details["field"] == "resolved"
    assert play.refused(DISPATCHER, CallBack(resolved=True)).details["field"] == "satisfied"


def test_three_calls_that_reach_nobody_close_it() -> None:
    play = handled().send(DISPATCHER, Verify())
    nobody = CallBack(reached=False, note="无人接听")
    for _ in range(2):
        play.send(DISPATCHER, nobody)
        assert play.at(Stage.CALLING_BACK)
    play.send(DISPATCHER, nobody)
    assert play.at(Stage.CLOSED)
    assert play.new(CalledBack)[0].words().zh == "回访未接通：无人接听"
    assert play.case.counters.unreached == 3


def test_missed_calls_of_an_earlier_call_back_are_not_held_against_the_reporter() -> None:
    play = handled().send(DISPATCHER, Verify())
    nobody = CallBack(reached=False)
    play.send(DISPATCHER, nobody).send(DISPATCHER, nobody)
    play.send(DISPATCHER, CallBack(resolved=False, satisfied=False))
    play.send(LIVELIHOOD_STAFF, Handle(note="已换线路")).send(DISPATCHER, Verify()).send(DISPATCHER, nobody)
    assert play.at(Stage.CALLING_BACK)


# ── closing ──────────────────────────────────────────────────────────────────────────────────────


def test_closing_withdraws_what_is_still_open_and_stops_every_clock() -> None:
    play = closed().checked()
    assert play.at(Stage.CLOSED)
    assert [task.state for task in play.case.tasks] == [TaskState.HANDLED, TaskState.WITHDRAWN]
    assert all(fact.clock.state is ClockState.STOPPED for fact in play.new(ClockSet))
    assert play.new(Closed)[0].words().en == "Closed"
    assert play.case.archive_at == play.now + timedelta(days=15)


def test_everyone_who_reported_hears_of_the_closing_but_not_who_closes() -> None:
    play = handled().send(
        MACHINE,
        Absorb(
            number="B",
            reporters=(
                Reporter(contact="k_2", number="B"),
                Reporter(person=DISPATCHER.person, number="C"),
                Reporter(number="D"),
            ),
        ),
    )
    play.send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)
    told = next(link for link in play.latest if link.body["fact"] == "closed").notices
    assert [(notice.person, notice.contact) for notice in told] == [(WORKER.person, None), (None, "k_2")]


def test_a_late_case_is_neither_blocked_nor_closed_by_its_lateness_and_closes_as_late() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).wait(days=3)
    assert play.at(Stage.HANDLING)
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    play.send(DISTRICT_DISPATCHER, Verify()).send(DISTRICT_DISPATCHER, HAPPY)
    fact = play.new(Closed)[0]
    assert fact.late
    assert ClockStage.HANDLE in fact.overrun
    assert play.case.closed_late
    assert (fact.words().zh, fact.words().en) == ("超期办结", "Closed late")


def test_a_slow_claim_of_a_matter_that_was_done_in_time_does_not_make_it_late() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).wait(hours=2)
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    play.send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)
    fact = play.new(Closed)[0]
    assert (fact.late, fact.overrun) == (False, (ClockStage.CLAIM,))


def test_closed_one_second_before_red_nothing_fires_for_a_month_but_its_archiving() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    handling = play.case.clock("handle:r1")
    assert handling is not None
    assert handling.red_at is not None
    play.until(handling.red_at - timedelta(seconds=1)).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    play.send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY).wait(days=31)
    assert [fact.body["fact"] for fact in play.latest] == ["archived"]
    assert all(
        fact.clock.stage is not ClockStage.HANDLE
        for fact in play.all(ThresholdPassed)
        if fact.threshold == "red"
    )


def test_a_level_that_handed_the_case_up_does_not_make_the_matter_late() -> None:
    play = Play.reported(dossier(policy="gaotai-4level-7wd")).send(OFFICER, Accept())
    play.send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim()).send(WORKER, Arrive())
    (level,) = [clock for clock in play.case.clocks if clock.stage is ClockStage.LEVEL]
    assert level.red_at is not None
    play.until(level.red_at).send(DISPATCHER, Accept())
    play.send(WORKER, Handle(note="好了")).send(DISPATCHER, Verify())
    play.send(DISPATCHER, CallBack(resolved=True, satisfied=True))
    fact = play.all(Closed)[-1]
    assert (fact.late, fact.overrun) == (False, (ClockStage.LEVEL,))


def test_handled_one_second_after_red_is_late_even_if_the_machine_stood_still() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    play.sleep(hours=5, seconds=1).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    kinds = play.kinds()
    assert kinds.index("handled") > kinds.index("threshold_passed")
    assert "handle:r1" in play.case.overrun


# ── reopening and archiving ──────────────────────────────────────────────────────────────────────


def test_reopened_it_is_a_new_round_with_its_own_clocks_and_the_first_stays_as_it_was() -> None:
    play = closed().wait(days=3)
    first = list(play.facts)
    play.send(WORKER, Reopen(reason="又不亮了")).checked()
    assert (play.case.round, play.case.stage, play.case.round_at) == (2, Stage.REPORTED, play.now)
    assert play.facts[: len(first)] == first
    assert {clock.id for clock in play.case.clocks} == {"accept:r2.h2", "arrive:r2", "handle:r2"}
    assert all(clock.origin == play.now for clock in play.case.clocks)
    assert play.case.handlers == ()
    assert play.case.lead is None
    assert play.case.closed_at is None
    assert play.new(Reopened)[0].words().zh == "重开（第2轮）：又不亮了"


def test_in_a_new_round_the_former_handler_may_check_and_the_former_checker_handle() -> None:
    play = closed().send(DISPATCHER, Reopen(reason="又不亮了")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_2, Claim())
    play.send(LIVELIHOOD_2, Handle(note="已换灯")).send(DISPATCHER_2, Verify()).send(DISPATCHER_2, HAPPY)
    assert play.at(Stage.CLOSED)
    assert [task.round for task in play.case.tasks] == [1, 1, 2]


@pytest.mark.parametrize("who", [WORKER, DISPATCHER, COMMANDER, DISTRICT_DISPATCHER])
def test_the_reporter_the_holder_and_who_stands_above_reopen(who: object) -> None:
    assert closed().send(who, Reopen(reason="x")).case.round == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("who", [OTHER_WORKER, LIVELIHOOD_STAFF, OFFICER, OFFICER_2])
def test_nobody_else_reopens(who: object) -> None:
    assert closed().refused(who, Reopen(reason="x")).code == "not_yours"  # type: ignore[arg-type]


def test_what_the_first_round_left_unanswered_does_not_press_the_second() -> None:
    play = handled()
    play.send(COMMANDER, Supervise(text="尽快核查")).send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)
    play.send(WORKER, Reopen(reason="又不亮了"))
    assert play.case.orders[0].answered_at is None
    assert ClockStage.ANSWER not in {clock.stage for clock in play.case.clocks}
    assert "answer" not in play.offered(DISPATCHER)


def test_a_department_whistled_in_the_first_round_can_be_whistled_again_in_the_second() -> None:
    whistle = BlowWhistle(ground=Ground.STRONG_ISSUE, units=(CHENGGUAN,), reason="需要城管")
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept()).send(DISPATCHER, whistle)
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    play.send(LIVELIHOOD_STAFF, Handle(note="已修复")).send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)
    play.send(WORKER, Reopen(reason="又不亮了"))
    assert play.refused(CHENGGUAN_STAFF, ReportIn()).code == "no_such_thing"
    assert "report-in" not in play.offered(CHENGGUAN_STAFF)
    play.send(DISPATCHER, whistle).send(CHENGGUAN_STAFF, ReportIn())
    assert [whistle.round for whistle in play.case.whistles] == [1, 2]
    play.checked()


def test_a_limit_on_extensions_counts_the_round_and_special_handling_ends_with_it() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, RequestExtension(amount=3600, reason="等配件")).send(COMMANDER, Approve())
    play.send(DISPATCHER, RequestSpecialHandling(budget=Budget.days(3), reason="等配件")).send(
        COMMANDER, Approve()
    )
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    play.send(LIVELIHOOD_STAFF, Handle(note="已修复")).send(DISPATCHER, Verify()).send(DISPATCHER, HAPPY)
    play.send(WORKER, Reopen(reason="又不亮了"))
    assert play.case.special is None
    play.send(DISPATCHER, RequestExtension(amount=3600, reason="等配件")).send(COMMANDER, Approve())
    assert play.case.counters.extensions == 2


def test_a_closed_case_still_takes_notes_ratings_links_and_duplicates() -> None:
    play = closed().send(WORKER, Annotate(note="谢谢"))
    play.send(MACHINE, LinkCase(link=Link(number="C", relation="follow_up")))
    play.send(MACHINE, Absorb(number="B", reporters=()))
    assert play.at(Stage.CLOSED)
    assert play.refused(DISPATCHER, Rate(score=5)).code == "not_yours"


def test_past_its_time_for_reopening_it_is_archived_and_has_ended() -> None:
    play = closed().wait(days=15)
    assert play.at(Stage.ARCHIVED)
    archived = play.all(Archived)[0]
    assert archived.scheduled == play.case.archive_at
    assert archived.words().zh == "归档"
    refusal = play.refused(WORKER, Reopen(reason="x"))
    assert (refusal.code, refusal.details["stage"]) == ("ended", "archived")
    play.checked()


def test_a_reopening_that_comes_too_late_meets_the_archived_case_even_if_the_machine_stood_still() -> None:
    play = closed().sleep(days=15)
    assert play.refused(WORKER, Reopen(reason="x")).code == "ended"


def test_voiding_is_still_possible_while_the_reporter_is_called_back() -> None:
    play = handled().send(DISPATCHER, Verify()).send(DISPATCHER, VoidCase(reason="误报"))
    play.send(COMMANDER, Approve())
    assert play.at(Stage.VOIDED)
    play.checked()
