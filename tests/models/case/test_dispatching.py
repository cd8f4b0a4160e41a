"""Who gets the work and who keeps it: dispatch, transfer, return, appointment, and what a climb leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    Annotate,
    Arrive,
    Claim,
    Dispatch,
    Escalate,
    Handle,
    Return,
    Rework,
    Transfer,
)
from models.case.facts import (
    Dispatched,
    Returned,
    Transferred,
    Withdrawn,
)
from models.case.state import Stage, TaskRole, TaskState
from models.city.people import Role
from models.city.units import Level
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    AUDITOR,
    CHENGGUAN,
    CHENGGUAN_2,
    CHENGGUAN_STAFF,
    COMMUNITY,
    DISPATCHER,
    DISPATCHER_2,
    DISTRICT_DISPATCHER,
    FOREIGN_CHENGGUAN,
    FOREIGN_DISPATCHER,
    GRID,
    JIAOJING,
    LIVELIHOOD,
    LIVELIHOOD_2,
    LIVELIHOOD_STAFF,
    OFFICER,
    OTHER_COMMUNITY,
    OTHER_GRID,
    SAFETY,
    SAFETY_A,
    SENSOR,
    WORKER,
    XIAOFANG,
    XIAOFANG_STAFF,
    dossier,
    holding,
    matter,
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


# ── dispatch ───────────────────────────────────────────────────────────────────────────────────────


def test_a_lead_and_assisting_units_get_tasks_of_their_own_with_claim_clocks() -> None:
    play = at_the_street().send(
        DISPATCHER,
        Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN, GRID), task_force="路灯专班", reason="夜间安全"),
    )
    assert [(task.id, task.role, task.unit) for task in play.case.tasks] == [
        ("t1", TaskRole.LEAD, LIVELIHOOD),
        ("t2", TaskRole.ASSISTING, CHENGGUAN),
        ("t3", TaskRole.ASSISTING, GRID),
    ]
    assert play.at(Stage.HANDLING)
    assert play.case.task_force == "路灯专班"
    assert {clock.subject for clock in play.case.clocks if clock.stage is ClockStage.CLAIM} == {
        "t1/500120001-minsheng",
        "t2/500120-chengguan",
        "t3/500120001005-g18",
    }
    words = play.new(Dispatched)[0].words()
    assert all(
        part in words.zh for part in ("主办 民生服务", "协办 城市管理局、18网格", "专班 路灯专班", "夜间安全")
    )


def test_more_assisting_units_can_join_while_it_is_handled() -> None:
    play = with_livelihood().send(DISPATCHER, Dispatch(assisting=(CHENGGUAN,)))
    assert play.at(Stage.HANDLING)
    assert [task.role for task in play.case.tasks] == [TaskRole.LEAD, TaskRole.ASSISTING]
    assert play.new(Dispatched)[0].words().zh == "派遣：协办 城市管理局"
    play.checked()


def test_dispatching_must_name_who() -> None:
    assert at_the_street().refused(DISPATCHER, Dispatch()).details["field"] == "lead"
    assert at_the_street().refused(DISPATCHER, Dispatch(assisting=(GRID,))).details["field"] == "lead"
    assert with_livelihood().refused(DISPATCHER, Dispatch()).details["field"] == "assisting"
    assert with_livelihood().refused(DISPATCHER, Dispatch(lead=SAFETY)).details["field"] == "lead"


def test_a_unit_that_is_at_work_gets_no_second_task() -> None:
    assert with_livelihood().refused(DISPATCHER, Dispatch(assisting=(LIVELIHOOD,))).code == "bad_value"
    twice = Dispatch(lead=LIVELIHOOD, assisting=(LIVELIHOOD,))
    assert at_the_street().refused(DISPATCHER, twice).code == "bad_value"


def test_nothing_is_dispatched_before_it_is_accepted() -> None:
    play = Play.reported()
    assert play.refused(OFFICER, Dispatch(lead=GRID)).code == "wrong_stage"


@pytest.mark.parametrize("unit", [FOREIGN_CHENGGUAN, OTHER_COMMUNITY])
def test_a_community_gives_work_to_nobody_outside_its_area(unit: object) -> None:
    refusal = at_the_community().refused(OFFICER, Dispatch(lead=unit))  # type: ignore[arg-type]
    assert (refusal.code, refusal.status) == ("outside_area", 422)


def test_a_community_reaches_its_grids_and_no_department_but_a_street_reaches_both() -> None:
    assert at_the_community().refused(OFFICER, Dispatch(lead=CHENGGUAN)).code == "outside_area"
    assert at_the_community().send(OFFICER, Dispatch(lead=OTHER_GRID)).case.stage is Stage.HANDLING
    assert at_the_street().send(DISPATCHER, Dispatch(lead=CHENGGUAN)).case.stage is Stage.HANDLING
    assert at_the_street().refused(DISPATCHER, Dispatch(lead=FOREIGN_CHENGGUAN)).code == "outside_area"


def test_a_department_that_holds_a_case_reaches_its_whole_district() -> None:
    case = dossier(Urgency.URGENT, department=CHENGGUAN, entry=CHENGGUAN)
    play = Play.reported(case).send(CHENGGUAN_STAFF, Accept())
    play.send(CHENGGUAN_STAFF, Dispatch(lead=XIAOFANG, assisting=(OTHER_GRID,)))
    assert play.case.lead == XIAOFANG


def test_what_is_not_on_a_levels_list_is_not_pushed_down_to_it() -> None:
    heavy = matter(accepted_by=(Level.STREET, Level.DISTRICT))
    play = Play.reported(dossier(about=heavy)).send(DISPATCHER, Accept())
    refusal = play.refused(DISPATCHER, Dispatch(lead=COMMUNITY))
    assert (refusal.code, refusal.details["level"]) == ("not_on_the_list", "community")
    assert play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(COMMUNITY,))).case.tasks


def test_dispatch_is_no_affair_of_other_streets() -> None:
    assert at_the_street().refused(FOREIGN_DISPATCHER, Dispatch(lead=LIVELIHOOD)).code == "not_yours"
    assert at_the_street().refused(DISTRICT_DISPATCHER, Dispatch(lead=LIVELIHOOD)).code == "not_yours"


# ── transfer ───────────────────────────────────────────────────────────────────────────────────────


def test_a_transfer_moves_the_task_and_the_first_receiver_stays_responsible() -> None:
    play = with_livelihood().send(LIVELIHOOD_STAFF, Claim()).wait(minutes=10)
    play.send(LIVELIHOOD_STAFF, Transfer(to=CHENGGUAN, reason="属城管职责"))
    task = play.case.tasks[0]
    assert (task.id, task.unit, task.state, task.person) == ("t1", CHENGGUAN, TaskState.OPEN, None)
    assert play.case.lead == LIVELIHOOD
    assert "民生服务" in play.new(Transferred)[0].words().zh
    play.send(CHENGGUAN_STAFF, Claim()).checked()


def test_a_transfer_of_what_nobody_claimed_gives_the_next_unit_its_whole_time() -> None:
    play = with_livelihood().wait(minutes=50)
    play.send(DISPATCHER, Transfer(to=CHENGGUAN, reason="属城管职责"))
    clock = play.case.clock("claim:t1/500120-chengguan")
    assert clock is not None
    assert (clock.origin, clock.yellow, clock.red_at) == (play.now, None, play.now + timedelta(hours=1))


def test_the_holder_and_the_tasks_own_unit_transfer_it_and_nobody_else() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(XIAOFANG,)))
    assert play.refused(XIAOFANG_STAFF, Transfer(to=CHENGGUAN, reason="x")).code == "no_such_thing"
    assert play.refused(CHENGGUAN_STAFF, Transfer(to=CHENGGUAN, reason="x")).code == "not_yours"
    play.send(XIAOFANG_STAFF, Transfer(task="t2", to=JIAOJING, reason="属交警职责"))
    play.send(DISPATCHER_2, Transfer(task="t2", to=CHENGGUAN, reason="仍属城管"))
    assert play.case.tasks[1].unit == CHENGGUAN
    play.checked()


def test_a_transfer_needs_a_task_another_unit_and_the_area() -> None:
    play = with_livelihood()
    assert play.refused(DISPATCHER, Transfer(task="t9", to=CHENGGUAN, reason="x")).code == "no_such_thing"
    assert play.refused(DISPATCHER, Transfer(to=LIVELIHOOD, reason="x")).details["field"] == "to"
    assert play.refused(DISPATCHER, Transfer(to=FOREIGN_CHENGGUAN, reason="x")).code == "outside_area"
    assert at_the_street().refused(DISPATCHER, Transfer(to=CHENGGUAN, reason="x")).code == "no_such_thing"
    assert "transfer" not in at_the_street().offered(DISPATCHER)


def test_a_lead_is_not_transferred_below_the_list_but_an_assisting_task_may_be() -> None:
    heavy = matter(accepted_by=(Level.STREET, Level.DISTRICT))
    play = Play.reported(dossier(about=heavy)).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    assert play.refused(DISPATCHER, Transfer(to=GRID, reason="x")).code == "not_on_the_list"
    assert play.send(DISPATCHER, Transfer(task="t2", to=GRID, reason="就近")).case.tasks[1].unit == GRID


def test_a_transfer_to_an_assisting_unit_makes_it_the_lead_with_one_task() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN, XIAOFANG)))
    play.send(CHENGGUAN_STAFF, Claim())
    play.send(DISPATCHER, Transfer(to=CHENGGUAN, reason="属城管职责"))
    assert [task.state for task in play.case.tasks] == [TaskState.OPEN, TaskState.WITHDRAWN, TaskState.OPEN]
    assert play.new(Withdrawn)[0].tasks == ("t2",)
    assert play.refused(DISPATCHER, Transfer(task="t3", to=CHENGGUAN, reason="x")).details["field"] == "to"
    play.checked()


# ── return, and the third return ───────────────────────────────────────────────────────────────────


def test_a_returned_lead_leaves_the_case_to_be_dispatched_anew_with_the_whole_limit() -> None:
    play = with_livelihood().wait(minutes=30).send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    assert play.at(Stage.ACCEPTED)
    assert play.case.lead_task is None
    clock = play.case.clock("dispatch:r1.h1")
    assert clock is not None
    assert clock.origin == play.now
    assert play.new(Returned)[0].count == 1
    assert play.refused(LIVELIHOOD_2, Claim()).details["state"] == "returned"
    play.send(DISPATCHER, Dispatch(lead=CHENGGUAN)).checked()


def test_a_red_order_returned_is_dispatched_within_its_minutes_again() -> None:
    play = at_the_street(Urgency.CRITICAL).send(DISPATCHER, Dispatch(lead=LIVELIHOOD)).wait(minutes=4)
    play.send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    clock = play.case.clock("dispatch:r1.h1")
    assert clock is not None
    assert (clock.origin, clock.red_at) == (play.now, play.now + timedelta(minutes=3))


def test_returning_has_a_time_limit() -> None:
    play = with_livelihood().wait(hours=1, minutes=1)
    refusal = play.refused(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    assert (refusal.code, refusal.status) == ("too_late", 409)
    assert refusal.details["until"] == (play.now - timedelta(minutes=1)).isoformat()


def test_without_rules_of_time_a_task_may_be_returned_at_any_time() -> None:
    play = Play.reported(dossier(policy=None)).send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID))
    play.wait(days=300).send(WORKER, Return(reason="不属本网格"))
    assert play.at(Stage.ACCEPTED)


def test_an_assisting_unit_returns_its_task_alone_and_works_on_without_a_lead() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN, XIAOFANG)))
    play.send(CHENGGUAN_STAFF, Return(reason="不需要"))
    assert play.at(Stage.HANDLING)
    play.send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    assert play.at(Stage.ACCEPTED)
    play.send(XIAOFANG_STAFF, Claim()).send(XIAOFANG_STAFF, Handle(note="已排险"))
    assert play.at(Stage.ACCEPTED)
    play.checked()


def test_an_assisting_unit_can_be_made_the_lead() -> None:
    play = at_the_street().send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    play.send(LIVELIHOOD_STAFF, Return(reason="不属本板块"))
    play.send(DISPATCHER, Dispatch(lead=CHENGGUAN))
    assert [task.state for task in play.case.tasks] == [
        TaskState.RETURNED,
        TaskState.WITHDRAWN,
        TaskState.OPEN,
    ]


def returned_three_times() -> Play:
    """Three units have handed it back."""
    play = at_the_street()
    for unit, who in ((LIVELIHOOD, LIVELIHOOD_STAFF), (CHENGGUAN, CHENGGUAN_STAFF), (SAFETY, SAFETY_A)):
        play.send(DISPATCHER, Dispatch(lead=unit)).send(who, Return(reason="不属本单位"))
    return play


def test_the_third_return_is_settled_by_the_dispatcher_and_each_is_told_with_who_when_and_why() -> None:
    play = returned_three_times()
    assert [(fact.unit, fact.count, fact.reason) for fact in play.all(Returned)] == [
        (LIVELIHOOD, 1, "不属本单位"),
        (CHENGGUAN, 2, "不属本单位"),
        (SAFETY, 3, "不属本单位"),
    ]
    play.send(DISPATCHER, Dispatch(lead=CHENGGUAN))
    assert play.case.lead_task is not None
    assert play.case.lead_task.appointed
    assert play.new(Dispatched)[0].words().zh.startswith("指定办理")
    assert play.refused(CHENGGUAN_STAFF, Return(reason="x")).code == "appointed"
    assert play.refused(CHENGGUAN_2, Transfer(to=SAFETY, reason="x")).code == "appointed"
    play.checked()


def test_who_appointed_an_owner_may_still_appoint_another() -> None:
    play = returned_three_times().send(DISPATCHER, Dispatch(lead=CHENGGUAN))
    play.send(DISPATCHER, Transfer(to=SAFETY, reason="改派"))
    assert play.case.lead_task is not None
    assert (play.case.lead_task.unit, play.case.lead_task.appointed) == (SAFETY, True)


def test_returns_of_assisting_units_appoint_nobody() -> None:
    play = at_the_street()
    play.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN, XIAOFANG, GRID)))
    for who in (CHENGGUAN_STAFF, XIAOFANG_STAFF, WORKER):
        play.send(who, Return(reason="不需要"))
    play.send(LIVELIHOOD_STAFF, Return(reason="不属本板块")).send(DISPATCHER, Dispatch(lead=CHENGGUAN))
    assert play.case.counters.returns == 4
    assert play.case.lead_task is not None
    assert not play.case.lead_task.appointed


# ── what a climb leaves behind ─────────────────────────────────────────────────────────────────────


def test_whoever_held_the_case_stays_on_as_assisting_without_a_clock_and_can_work() -> None:
    play = at_the_community().send(OFFICER, Escalate(reason="需街道协调"))
    kept = play.case.tasks[0]
    assert (kept.unit, kept.role, kept.kept) == (COMMUNITY, TaskRole.ASSISTING, True)
    assert ClockStage.CLAIM not in {clock.stage for clock in play.case.clocks}
    play.send(OFFICER, Claim()).send(OFFICER, Arrive()).send(OFFICER, Handle(note="已设置警示"))
    assert play.at(Stage.ACCEPTED)
    play.checked()


def test_a_former_holder_that_is_given_a_task_has_that_one_only() -> None:
    play = at_the_community().send(OFFICER, Escalate(reason="需街道协调")).send(DISPATCHER, Accept())
    play.send(DISPATCHER, Dispatch(lead=COMMUNITY))
    assert [task.state for task in play.case.tasks] == [TaskState.WITHDRAWN, TaskState.OPEN]
    play.send(OFFICER, Claim())
    assert play.case.tasks[1].person == OFFICER.person


def test_a_former_holder_that_leads_already_gets_no_second_task() -> None:
    play = at_the_community().send(OFFICER, Dispatch(lead=COMMUNITY)).send(OFFICER, Escalate(reason="升级"))
    assert len(play.case.tasks) == 1
    play.checked()


def test_rework_gives_the_task_back_to_who_had_it() -> None:
    play = with_livelihood().send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="x"))
    play.send(DISPATCHER, Rework(reason="灯仍不亮"))
    assert (play.case.stage, play.case.tasks[0].state) == (Stage.HANDLING, TaskState.CLAIMED)
    assert play.refused(LIVELIHOOD_2, Handle(note="x")).code == "already_claimed"
    play.send(LIVELIHOOD_STAFF, Handle(note="已换线路")).checked()


def test_a_device_or_an_auditor_of_the_area_works_on_nothing() -> None:
    auditor_here = holding("auditor-here", (LIVELIHOOD, Role.AUDITOR))
    for who in (AUDITOR, SENSOR, auditor_here):
        play = with_livelihood()
        assert play.offered(who) == ()
        assert play.refused(who, Annotate(note="x")).code == "not_yours"
