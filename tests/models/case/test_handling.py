"""The work itself: claim, release, arrive, handle, note, tell; A and B."""

from __future__ import annotations

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    Annotate,
    Arrive,
    Claim,
    Dispatch,
    Handle,
    Inform,
    Release,
    Return,
    Transfer,
)
from models.case.facts import (
    Arrived,
    ClockSet,
    Handled,
    Informed,
    Noted,
)
from models.case.state import Stage, TaskState
from models.city.people import Principal
from models.clocks.clock import Threshold
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_STAFF,
    DISPATCHER,
    GRID,
    HEAD_A,
    HEAD_B,
    INSTRUCTOR,
    JIAOJING,
    LIVELIHOOD,
    LIVELIHOOD_2,
    LIVELIHOOD_STAFF,
    OFFICER,
    SAFETY,
    SAFETY_A,
    SAFETY_B,
    TWO_POSTS,
    WORKER,
    XIAOFANG,
    XIAOFANG_STAFF,
    dossier,
)


def at_the_community() -> Play:
    """Accepted by the community, ready to be dispatched."""
    return Play.reported().send(OFFICER, Accept())


def at_the_street(urgency: Urgency = Urgency.URGENT, policy: str = "135") -> Play:
    """Accepted by the street, ready to be dispatched."""
    return Play.reported(dossier(urgency, policy)).send(DISPATCHER, Accept())


def with_livelihood(policy: str = "135") -> Play:
    """Dispatched by the street to its livelihood section."""
    return at_the_street(policy=policy).send(DISPATCHER, Dispatch(lead=LIVELIHOOD))


# ── claim and release ──────────────────────────────────────────────────────────────────────────────


def test_any_fitting_post_claims_and_the_second_learns_who_and_when() -> None:
    play = with_livelihood().wait(minutes=1).send(LIVELIHOOD_2, Claim())
    claimed_at = play.now
    refusal = play.wait(minutes=1).refused(LIVELIHOOD_STAFF, Claim())
    assert (refusal.code, refusal.status) == ("already_claimed", 409)
    assert refusal.details == {"task": "t1", "person": LIVELIHOOD_2.person, "at": claimed_at.isoformat()}
    assert "claim" not in play.offered(LIVELIHOOD_STAFF)


def test_who_has_claimed_it_cannot_claim_it_again() -> None:
    play = with_livelihood().send(LIVELIHOOD_2, Claim())
    assert play.refused(LIVELIHOOD_2, Claim()).details["state"] == "claimed"


def test_a_task_of_another_unit_is_not_there() -> None:
    play = with_livelihood()
    assert play.refused(SAFETY_A, Claim()).code == "not_yours"
    assert play.refused(LIVELIHOOD_STAFF, Claim(task="t7")).code == "no_such_thing"
    assert play.send(LIVELIHOOD_STAFF, Claim(task="t1")).case.tasks[0].person == LIVELIHOOD_STAFF.person


def test_an_instructor_stands_by_a_grid_but_does_not_work_its_desk() -> None:
    play = at_the_community().send(OFFICER, Dispatch(lead=GRID))
    assert play.refused(INSTRUCTOR, Claim()).code == "not_yours"


def test_released_it_goes_back_into_the_pool_with_a_fresh_claim_clock() -> None:
    play = with_livelihood().send(LIVELIHOOD_STAFF, Claim()).wait(hours=3)
    assert play.refused(LIVELIHOOD_2, Release(reason="x")).code == "already_claimed"
    play.send(LIVELIHOOD_STAFF, Release(reason="换班"))
    task = play.case.tasks[0]
    assert (task.state, task.person, task.released_at) == (TaskState.OPEN, None, play.now)
    clock = play.case.clock(f"claim:{task.pool}")
    assert clock is not None
    assert clock.origin == play.now
    play.send(LIVELIHOOD_2, Claim()).checked()


def test_who_sits_at_two_desks_acts_under_the_one_that_has_the_task() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=SAFETY)).send(TWO_POSTS, Claim())
    assert play.latest[0].actor.unit == SAFETY


# ── A and B ────────────────────────────────────────────────────────────────────────────────────────


def with_grid() -> Play:
    """Dispatched by the community to the grid, whose head has a deputy."""
    return at_the_community().send(OFFICER, Dispatch(lead=GRID))


def test_b_waits_until_a_has_not_answered() -> None:
    play = with_grid()
    refusal = play.refused(HEAD_B, Claim())
    assert (refusal.code, refusal.status) == ("not_your_turn", 403)
    clock = play.case.clock("claim:t1/500120001005-g18")
    assert clock is not None
    assert clock.substitute_at is not None
    assert refusal.details["from_instant"] == clock.substitute_at.isoformat()
    play.until(clock.substitute_at)
    passed = play.latest[0]
    assert passed.body["threshold"] == Threshold.SUBSTITUTE
    assert [(notice.unit, notice.rank) for notice in passed.notices] == [(GRID.id, "B")]
    play.send(HEAD_B, Claim())
    assert play.case.tasks[0].person == HEAD_B.person


@pytest.mark.parametrize("who", [HEAD_A, WORKER])
def test_a_and_who_has_no_rank_need_not_wait(who: Principal) -> None:
    assert with_grid().send(who, Claim()).case.tasks[0].person == who.person


def test_where_there_is_no_deputy_nobody_is_called_instead() -> None:
    play = with_livelihood()
    clock = play.case.clock("claim:t1/500120001-minsheng")
    assert clock is not None
    assert clock.substitute_at is None


def test_b_waits_with_accepting_too() -> None:
    play = Play.reported(dossier(entry=GRID))
    assert play.refused(HEAD_B, Accept()).code == "not_your_turn"
    play.wait(days=1, hours=5).send(HEAD_B, Accept())
    assert play.latest[0].actor.rank == "B"


def test_a_section_without_an_answer_is_helped_out_by_its_deputy() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=SAFETY))
    assert play.refused(SAFETY_B, Claim()).code == "not_your_turn"
    play.wait(minutes=30).send(SAFETY_B, Claim()).checked()


# ── arrive, handle, note, tell ─────────────────────────────────────────────────────────────────────


def test_arriving_stops_the_arrival_clock_and_handling_hands_it_over_for_checking() -> None:
    play = with_livelihood().send(LIVELIHOOD_STAFF, Claim()).wait(hours=1)
    play.send(LIVELIHOOD_STAFF, Arrive(latitude=29.59, longitude=106.22, note="到了"))
    assert play.case.tasks[0].state is TaskState.ARRIVED
    assert [fact.clock.stage for fact in play.new(ClockSet)] == [ClockStage.ARRIVE]
    assert "到了" in play.new(Arrived)[0].words().zh
    play.send(LIVELIHOOD_STAFF, Handle(note="已更换灯泡", attachments=("a1", "a2")))
    assert play.at(Stage.VERIFYING)
    assert play.case.handlers == (LIVELIHOOD_STAFF.person,)
    assert "照片2张" in play.new(Handled)[0].words().zh
    play.checked()


def test_only_who_claimed_it_arrives_and_handles() -> None:
    play = with_livelihood()
    assert play.refused(LIVELIHOOD_STAFF, Arrive()).code == "wrong_stage"
    play.send(LIVELIHOOD_STAFF, Claim())
    for command in (Arrive(), Handle(note="x")):
        assert play.refused(LIVELIHOOD_2, command).code == "already_claimed"
        assert play.refused(CHENGGUAN_STAFF, command).code == "not_yours"


def test_an_ordinary_matter_is_answered_by_a_call_and_an_urgent_one_only_by_being_there() -> None:
    ordinary = with_grid().send(WORKER, Claim()).send(WORKER, Arrive(contact_only=True, note="已电话联系"))
    assert ordinary.case.tasks[0].state is TaskState.CLAIMED
    assert ClockStage.ARRIVE not in {clock.stage for clock in ordinary.case.clocks}
    assert "已联系" in ordinary.new(Arrived)[0].words().zh
    urgent = with_livelihood().send(LIVELIHOOD_STAFF, Claim())
    urgent.send(LIVELIHOOD_STAFF, Arrive(contact_only=True))
    assert ClockStage.ARRIVE in {clock.stage for clock in urgent.case.clocks}


def test_an_assisting_units_arrival_is_no_arrival_of_the_lead() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    play.send(CHENGGUAN_STAFF, Claim()).send(CHENGGUAN_STAFF, Arrive())
    assert not play.case.arrived
    assert ClockStage.ARRIVE in {clock.stage for clock in play.case.clocks}


def test_once_a_lead_was_there_no_later_lead_is_late_for_the_first_visit() -> None:
    play = with_livelihood().send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Arrive()).wait(hours=4)
    play.send(LIVELIHOOD_STAFF, Transfer(to=CHENGGUAN, reason="属城管职责"))
    assert ClockStage.ARRIVE not in {clock.stage for clock in play.case.clocks}
    play.send(DISPATCHER, Transfer(to=XIAOFANG, reason="再转"))
    play.send(XIAOFANG_STAFF, Return(reason="不属消防"))
    assert ClockStage.ARRIVE not in {clock.stage for clock in play.case.clocks}


def test_assisting_units_handle_their_own_part_and_the_lead_goes_on() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    play.send(CHENGGUAN_STAFF, Claim()).send(CHENGGUAN_STAFF, Handle(note="已断电"))
    assert play.at(Stage.HANDLING)
    assert [task.state for task in play.case.tasks] == [TaskState.OPEN, TaskState.HANDLED]
    assert "照片" not in play.new(Handled)[0].words().zh


def test_a_note_from_who_is_at_work_is_feedback_and_from_others_is_not() -> None:
    play = with_livelihood(policy="xian-1130")
    assert ClockStage.FEEDBACK in {clock.stage for clock in play.case.clocks}
    play.send(DISPATCHER, Annotate(note="请尽快"))
    assert not play.new(Noted)[0].feedback
    assert play.new(Noted)[0].words().zh == "备注：请尽快"
    play.send(LIVELIHOOD_STAFF, Annotate(note="已约供货"))
    assert play.new(Noted)[0].feedback
    assert play.new(Noted)[0].words().zh == "反馈：已约供货"
    assert ClockStage.FEEDBACK not in {clock.stage for clock in play.case.clocks}


def test_a_note_from_who_has_handed_it_back_is_no_feedback() -> None:
    play = with_livelihood(policy="xian-1130").send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    play.send(LIVELIHOOD_STAFF, Annotate(note="供参考"))
    assert not play.case.fed_back


def test_units_are_told_without_getting_a_task() -> None:
    play = with_livelihood().send(DISPATCHER, Inform(units=(JIAOJING,), text="救护车将经过"))
    assert len(play.case.tasks) == 1
    assert play.latest[0].notices[0].unit == JIAOJING.id
    assert "交巡警支队" in play.new(Informed)[0].words().zh
