"""What another person approves: extension, suspension, special handling, voiding (四眼原则)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    Approve,
    Arrive,
    CallBack,
    Claim,
    Command,
    Dispatch,
    Escalate,
    Handle,
    Refuse,
    Regrade,
    RequestExtension,
    RequestSpecialHandling,
    RequestSuspension,
    Resume,
    Return,
    Rework,
    Verify,
    VoidCase,
)
from models.case.facts import (
    ClockSet,
    Closed,
    RequestDecided,
    Requested,
    Resumed,
    ReviewCalled,
    SpecialHandling,
    Voided,
    WasSuspended,
)
from models.case.facts.timing import Cause
from models.case.state import RequestKind, Stage, TaskState
from models.city.people import Principal
from models.clocks.budget import Budget
from models.clocks.clock import Clock, ClockState
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN_STAFF,
    COMMANDER,
    DISPATCHER,
    DISPATCHER_2,
    DISTRICT_COMMANDER,
    DISTRICT_SUPERVISOR,
    FOREIGN_DISPATCHER,
    LIVELIHOOD,
    LIVELIHOOD_2,
    LIVELIHOOD_STAFF,
    MONDAY,
    OFFICER,
    SUPERVISOR,
    WORKER,
    beijing,
    dossier,
)

NEXT_MONTH = RequestSuspension(review_on=date(2026, 11, 16), reason="等待资金")
AN_HOUR = RequestExtension(amount=3600, reason="等配件")
A_WEEK = RequestSpecialHandling(budget=Budget.days(7), reason="须改造线路")
VOID = VoidCase(reason="误报")


def urgent() -> Play:
    """An urgent case at work in the livelihood section since 09:00."""
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    return play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())


def ordinary() -> Play:
    """An ordinary case, handed up to the street and at work in its section."""
    play = Play.reported().send(OFFICER, Escalate(reason="需街道")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(LIVELIHOOD_STAFF, Claim())
    return play.send(LIVELIHOOD_STAFF, Arrive())


def handling(play: Play) -> Clock:
    """The handling clock."""
    clock = play.case.clock("handle:r1")
    assert clock is not None
    return clock


# ── asking and answering ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ask", [NEXT_MONTH, AN_HOUR, A_WEEK])
def test_a_unit_at_work_asks_and_only_another_person_of_rank_answers(ask: Command) -> None:
    play = urgent().send(LIVELIHOOD_STAFF, ask)
    request = play.case.requests[0]
    assert request.id == f"q{play.case.version}", "named for the fact that asked"
    assert play.latest[0].notices[0].unit == play.case.holder.id
    for who in (LIVELIHOOD_STAFF, LIVELIHOOD_2, WORKER, FOREIGN_DISPATCHER):
        assert play.refused(who, Approve()).code == "not_yours"
    play.send(SUPERVISOR, Approve(note="同意"))
    assert play.case.requests == ()
    assert play.new(RequestDecided)[0].words().zh.startswith("批准")
    play.checked()


def test_nobody_approves_what_they_asked_for_themselves() -> None:
    play = urgent().send(DISPATCHER, AN_HOUR)
    for command in (Approve(), Refuse(note="x")):
        refusal = play.refused(DISPATCHER, command)
        assert (refusal.code, refusal.status) == ("same_person", 403)
        assert command.command not in play.offered(DISPATCHER)
    play.send(DISPATCHER_2, Approve())


def test_the_same_thing_is_asked_for_once_at_a_time() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR)
    assert play.refused(DISPATCHER, AN_HOUR).code == "already_pending"
    play.send(COMMANDER, Refuse(note="人手充足")).send(DISPATCHER, AN_HOUR)
    assert play.all(RequestDecided)[0].words().zh == "不批准延期：人手充足"


def test_where_several_requests_wait_one_must_be_named() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR).send(DISPATCHER, VOID)
    first, second = play.case.requests
    refusal = play.refused(COMMANDER, Approve())
    assert (refusal.code, refusal.details["candidates"]) == ("which_one", [first.id, second.id])
    assert play.refused(COMMANDER, Approve(request="q99")).code == "no_such_thing"
    play.send(COMMANDER, Refuse(request=second.id, note="情况属实")).send(COMMANDER, Approve())
    assert play.case.counters.extensions == 1


def test_with_nothing_asked_there_is_nothing_to_decide() -> None:
    assert urgent().refused(COMMANDER, Approve()).code == "no_such_thing"
    assert "approve" not in urgent().offered(COMMANDER)


def test_once_it_is_handled_a_request_can_only_be_refused() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR).send(LIVELIHOOD_STAFF, Handle(note="x"))
    assert play.refused(COMMANDER, Approve()).code == "wrong_stage"
    assert "approve" not in play.offered(COMMANDER)
    play.send(COMMANDER, Refuse(note="已处置"))


def test_a_request_outlives_the_check_and_is_granted_after_rework() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR).send(LIVELIHOOD_STAFF, Handle(note="x"))
    play.send(DISPATCHER, Rework(reason="灯仍不亮")).send(COMMANDER, Approve())
    assert handling(play).extension == 3600


# ── extension ────────────────────────────────────────────────────────────────────────────────────


def test_an_extension_moves_the_date_says_why_and_is_counted() -> None:
    play = urgent()
    before = handling(play).red_at
    assert before is not None
    play.send(LIVELIHOOD_STAFF, AN_HOUR).send(COMMANDER, Approve())
    assert handling(play).red_at == before + timedelta(hours=1)
    set_ = play.new(ClockSet)[0]
    assert set_.cause is Cause.EXTENDED
    assert "延期1小时" in set_.words().zh
    assert play.case.counters.extensions == 1
    assert play.all(Requested)[0].words().zh == "申请延期：等配件"


def test_an_ordinary_matter_is_extended_in_working_days() -> None:
    play = ordinary().send(LIVELIHOOD_STAFF, RequestExtension(amount=2, reason="等配件"))
    play.send(COMMANDER, Approve())
    assert handling(play).red_at == beijing(2026, 10, 21, 18)


def test_extensions_are_limited_in_number_and_in_all() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR).send(COMMANDER, Approve())
    refusal = play.refused(LIVELIHOOD_STAFF, AN_HOUR)
    assert (refusal.code, refusal.status) == ("limit_reached", 409)
    too_long = RequestExtension(amount=11, reason="x")
    assert ordinary().refused(LIVELIHOOD_STAFF, too_long).details["field"] == "amount"


def test_an_extension_is_asked_for_before_the_limit_expires() -> None:
    play = urgent().wait(hours=5)
    assert play.refused(LIVELIHOOD_STAFF, AN_HOUR).code == "too_late"


def test_what_was_asked_in_time_and_granted_after_expiry_is_not_late() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, Arrive()).wait(hours=4, minutes=59)
    play.send(LIVELIHOOD_STAFF, AN_HOUR).wait(minutes=2)
    assert handling(play).red is not None
    assert "handle:r1" in play.case.overrun
    play.send(DISTRICT_SUPERVISOR, Approve())
    assert handling(play).red is None
    assert "handle:r1" not in play.case.overrun
    play.send(LIVELIHOOD_STAFF, Handle(note="x")).send(DISTRICT_COMMANDER, Verify())
    play.send(DISTRICT_COMMANDER, CallBack(resolved=True, satisfied=True))
    assert not play.new(Closed)[0].late
    play.checked()


def test_before_the_handling_clock_runs_there_is_nothing_to_extend() -> None:
    play = Play.reported(dossier(Urgency.URGENT, "beijing-12345"))
    assert play.refused(DISPATCHER, AN_HOUR).code == "wrong_stage"
    assert Play.reported(dossier(policy=None)).refused(OFFICER, AN_HOUR).code == "wrong_stage"


def test_an_extension_of_a_limit_that_has_gone_cannot_be_granted() -> None:
    play = Play.reported(dossier(Urgency.URGENT, "beijing-12345")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).send(DISPATCHER, AN_HOUR)
    play.send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    assert play.refused(COMMANDER, Approve()).code == "wrong_stage"
    assert play.case.requests, "nothing has changed"


# ── suspension ───────────────────────────────────────────────────────────────────────────────────


def test_while_suspended_every_clock_stands_still_and_resumed_it_goes_on_with_what_was_left() -> None:
    play = urgent().wait(hours=1).send(LIVELIHOOD_STAFF, NEXT_MONTH).send(COMMANDER, Approve())
    assert {clock.state for clock in play.case.clocks} == {ClockState.PAUSED}
    assert play.new(WasSuspended)[0].words().zh == "挂起：等待资金（复核日期 2026-11-16）"
    play.wait(days=3)
    assert play.latest == ()
    play.send(DISPATCHER, Resume(note="资金到位"))
    assert handling(play).red_at == play.now + timedelta(hours=4)
    assert {fact.cause for fact in play.new(ClockSet)} == {Cause.RESUMED}
    assert play.new(Resumed)[0].words().zh == "恢复办理：资金到位"
    assert play.case.counters.suspensions == 1
    play.checked()


def test_suspended_three_days_and_regraded_meanwhile_the_ledger_is_kept() -> None:
    play = urgent().wait(hours=1).send(LIVELIHOOD_STAFF, NEXT_MONTH).send(COMMANDER, Approve())
    play.wait(days=1).send(DISPATCHER, Regrade(urgency=Urgency.CRITICAL, reason="有人触电"))
    assert handling(play).state is ClockState.PAUSED
    play.wait(days=2).send(DISPATCHER, Resume())
    # Two hours for a critical matter, one of which had been used before the pause.
    assert handling(play).red_at == play.now + timedelta(hours=1)
    play.checked()


def test_on_the_review_date_it_is_looked_at_again_once_in_the_morning() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, NEXT_MONTH).send(COMMANDER, Approve()).wait(days=60)
    called = play.all(ReviewCalled)
    assert [fact.scheduled for fact in called] == [beijing(2026, 11, 16, 8)]
    assert called[0].words().zh == "挂起复核日期已到"
    assert play.case.suspension is not None
    assert play.case.suspension.review_called
    assert play.latest[0].notices[0].unit == play.case.holder.id


def test_the_review_date_lies_ahead_both_when_it_is_asked_for_and_when_it_is_granted() -> None:
    today = RequestSuspension(review_on=date(2026, 10, 12), reason="x")
    assert urgent().refused(LIVELIHOOD_STAFF, today).details["field"] == "review_on"
    tomorrow = RequestSuspension(review_on=date(2026, 10, 13), reason="x")
    play = urgent().send(LIVELIHOOD_STAFF, tomorrow).wait(days=1)
    assert play.refused(DISTRICT_SUPERVISOR, Approve()).code == "too_late"


WORK: tuple[tuple[Principal, Command], ...] = (
    (LIVELIHOOD_STAFF, Handle(note="x")),
    (LIVELIHOOD_STAFF, AN_HOUR),
    (LIVELIHOOD_STAFF, NEXT_MONTH),
    (DISPATCHER, Escalate(reason="x")),
    (DISPATCHER, Dispatch(assisting=(LIVELIHOOD,))),
)


@pytest.mark.parametrize(("who", "command"), WORK)
def test_a_suspended_case_is_resumed_before_anybody_works_on_it(who: Principal, command: Command) -> None:
    play = urgent().send(LIVELIHOOD_STAFF, NEXT_MONTH).send(COMMANDER, Approve())
    suspended_at = play.now
    refusal = play.wait(hours=1).refused(who, command)
    assert (refusal.code, refusal.details["since"]) == ("suspended", suspended_at.isoformat())
    assert command.command not in play.offered(who)


def test_what_is_not_suspended_is_not_resumed() -> None:
    assert urgent().refused(DISPATCHER, Resume()).code == "wrong_stage"
    assert "resume" not in urgent().offered(DISPATCHER)


def test_requests_from_before_a_suspension_are_decided_during_it() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, AN_HOUR).send(LIVELIHOOD_STAFF, A_WEEK)
    play.send(LIVELIHOOD_STAFF, NEXT_MONTH)
    extension, special, suspension = (request.id for request in play.case.requests)
    play.send(COMMANDER, Approve(request=suspension)).send(COMMANDER, Approve(request=extension))
    play.send(COMMANDER, Approve(request=special)).wait(days=2).send(COMMANDER, Resume())
    assert handling(play).budget == Budget.days(7)
    assert handling(play).extension == 3600
    assert handling(play).red_at == play.now + timedelta(days=7, hours=1)
    play.checked()


def test_a_suspended_case_can_be_voided() -> None:
    play = urgent().send(LIVELIHOOD_STAFF, NEXT_MONTH).send(COMMANDER, Approve()).wait(days=1)
    play.send(DISPATCHER, VOID).send(COMMANDER, Approve())
    assert play.at(Stage.VOIDED)
    assert play.case.suspension is None
    play.checked()


# ── special handling ─────────────────────────────────────────────────────────────────────────────


def test_special_handling_puts_another_limit_on_handling_and_leaves_the_other_steps() -> None:
    play = urgent()
    arrival = play.case.clock("arrive:r1")
    play.send(LIVELIHOOD_STAFF, A_WEEK).send(COMMANDER, Approve())
    assert handling(play).red_at == MONDAY + timedelta(days=7)
    assert play.case.clock("arrive:r1") == arrival
    assert [fact.cause for fact in play.new(ClockSet)] == [Cause.SPECIAL]
    assert play.new(SpecialHandling)[0].words().zh == "特事特办：须改造线路"
    play.checked()


def test_special_handling_replaces_the_levels_own_limits() -> None:
    play = Play.reported(dossier(policy="gaotai-4level-7wd")).send(OFFICER, Accept())
    play.send(OFFICER, A_WEEK).send(COMMANDER, Approve())
    assert ClockStage.LEVEL not in {clock.stage for clock in play.case.clocks}


def test_a_policy_without_a_limit_for_handling_gets_one_from_the_report() -> None:
    bare = dossier(Urgency.URGENT)
    rules = {
        urgency: rule.model_copy(
            update={"stages": tuple(s for s in rule.stages if s.stage is not ClockStage.HANDLE)}
        )
        for urgency, rule in bare.book.rules.items()
    }
    book = bare.book.model_copy(update={"rules": rules})
    play = Play.reported(bare.model_copy(update={"book": book})).wait(minutes=30)
    play.send(DISPATCHER, A_WEEK).send(COMMANDER, Approve())
    assert handling(play).red_at == MONDAY + timedelta(days=7)


def test_without_rules_of_time_there_is_nothing_to_make_an_exception_from() -> None:
    assert Play.reported(dossier(policy=None)).refused(OFFICER, A_WEEK).code == "wrong_stage"


# ── voiding ──────────────────────────────────────────────────────────────────────────────────────


def test_voided_it_has_ended_and_nothing_is_deleted() -> None:
    play = urgent().send(DISPATCHER, VOID).send(COMMANDER, Approve(note="确属误报"))
    assert play.at(Stage.VOIDED)
    assert play.new(Voided)[0].words().zh == "作废：误报"
    assert [task.state for task in play.case.tasks] == [TaskState.WITHDRAWN]
    assert play.case.reported_by.person == WORKER.person
    assert play.refused(DISPATCHER, VOID).code == "ended"
    play.checked()


def test_only_the_holder_and_who_directs_from_above_ask_for_voiding() -> None:
    for who in (LIVELIHOOD_STAFF, WORKER, CHENGGUAN_STAFF, SUPERVISOR):
        assert urgent().refused(who, VOID).code == "not_yours"


def test_the_kinds_of_request_all_have_their_words() -> None:
    play = urgent()
    for who, ask in ((LIVELIHOOD_STAFF, AN_HOUR), (LIVELIHOOD_STAFF, NEXT_MONTH), (LIVELIHOOD_STAFF, A_WEEK)):
        play.send(who, ask)
    play.send(DISPATCHER, VOID)
    assert {fact.request.kind for fact in play.all(Requested)} == set(RequestKind)
    assert {fact.words().zh.partition("：")[0] for fact in play.all(Requested)} == {
        "申请延期",
        "申请挂起",
        "申请特事特办",
        "申请作废",
    }
