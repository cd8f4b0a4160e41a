"""The way in: report, accept, decline, merge, and handling on the spot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Absorb,
    Accept,
    CallBack,
    Claim,
    Decline,
    Dispatch,
    Escalate,
    Handle,
    LinkCase,
    Merge,
    OnTheSpot,
    Report,
    Rework,
    Verify,
)
from models.case.decide import begin
from models.case.facts import Absorbed, Accepted, ClockSet, Closed, Merged, Reported, Withdrawn
from models.case.refusals import BadValue, NotYours
from models.case.state import Channel, Link, Reporter, Stage, TaskState
from models.city.people import MACHINE, Role
from models.city.units import Level, UnitKind
from models.clocks.clock import ClockState
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    ADMINISTRATOR,
    AUDITOR,
    CHAIN,
    CITY,
    COMMANDER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    GRID,
    INSTRUCTOR,
    MICRO_GRID,
    MONDAY,
    OFFICER,
    OTHER_WORKER,
    SENSOR,
    STREET,
    WORKER,
    dossier,
    holding,
)


def test_an_ordinary_report_enters_at_the_community_with_its_clocks_running() -> None:
    play = Play.reported(text="灯不亮", address="东关社区18网格").checked()
    assert play.at(Stage.REPORTED)
    assert play.case.holder == COMMUNITY
    assert {clock.stage for clock in play.case.clocks} == {
        ClockStage.ACCEPT,
        ClockStage.ARRIVE,
        ClockStage.HANDLE,
    }
    assert all(clock.state is ClockState.RUNNING for clock in play.case.clocks)
    assert play.case.reporters == (Reporter(person=WORKER.person, number=play.case.number),)


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.CRITICAL])
def test_what_presses_enters_at_the_street(urgency: Urgency) -> None:
    assert Play.reported(dossier(urgency)).case.holder == STREET


def test_a_case_without_any_rules_of_time_runs_no_clock_and_is_worked_all_the_same() -> None:
    play = Play.reported(dossier(policy=None))
    play.send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim())
    assert play.case.clocks == ()
    assert play.all(ClockSet) == []


def test_a_sensor_reports_and_nobody_is_the_reporter() -> None:
    play = Play.reported(by=SENSOR, channel=Channel.SENSOR)
    assert play.case.reporters == (Reporter(number=play.case.number),)
    assert play.case.reported_by.role is Role.DEVICE


def test_a_residents_report_carries_a_reference_and_a_drill_and_a_link_are_remembered() -> None:
    link = Link(number="500120001-20261011-0009", relation="parent")
    play = Play.reported(channel=Channel.RESIDENT, contact="k_7f", drill=True, link=link)
    assert play.case.reporters[0].contact == "k_7f"
    assert play.case.drill
    assert play.case.links == (link,)
    assert "演练" in play.new(Reported)[0].words().zh
    assert "drill" in play.new(Reported)[0].words().en


@pytest.mark.parametrize("who", [AUDITOR, ADMINISTRATOR, holding("nobody")])
def test_who_has_no_working_post_may_not_report(who: object) -> None:
    with pytest.raises(NotYours) as refused:
        begin(dossier(), Report(), who, "c1", MONDAY)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.status) == ("not_yours", 403)


# ── accepting ────────────────────────────────────────────────────────────────────────────────────


def test_the_holder_accepts_and_the_next_clock_takes_over() -> None:
    play = Play.reported().wait(minutes=30).send(OFFICER, Accept(triage="共事", note="收到"))
    assert play.at(Stage.ACCEPTED)
    assert play.case.accepted
    assert play.case.triage == "共事"
    stopped, started = play.new(ClockSet)
    assert (stopped.clock.stage, stopped.clock.late) == (ClockStage.ACCEPT, False)
    assert (started.clock.stage, started.clock.origin) == (ClockStage.DISPATCH, play.now)
    words = play.new(Accepted)[0].words()
    assert "共事" in words.zh
    assert "收到" in words.zh


def test_a_case_is_accepted_once() -> None:
    play = Play.reported().send(OFFICER, Accept())
    refusal = play.refused(OFFICER, Accept())
    assert refusal.code == "wrong_stage"
    assert "accept" not in play.offered(OFFICER)


def test_after_a_climb_the_new_holder_accepts_and_nobody_else_does() -> None:
    play = Play.reported().send(OFFICER, Accept(triage="共事")).send(OFFICER, Escalate(reason="需要街道"))
    assert not play.case.accepted
    assert play.refused(OFFICER, Accept()).code == "not_yours"
    assert play.refused(DISPATCHER, Dispatch(lead=GRID)).code == "wrong_stage"
    play.send(DISPATCHER, Accept())
    assert play.at(Stage.ACCEPTED)
    assert play.case.triage == "共事"
    play.checked()


def test_triage_is_one_of_the_three_ways() -> None:
    play = Play.reported()
    assert play.refused(OFFICER, Accept(triage="别的事")).details["field"] == "triage"
    play.send(OFFICER, Accept(triage="shared"))
    assert play.case.triage == "共事"


# ── not this one ─────────────────────────────────────────────────────────────────────────────────


def test_a_declined_case_has_ended_for_good() -> None:
    play = Play.reported().send(OFFICER, Decline(reason="不属于管辖范围")).checked()
    assert play.at(Stage.DECLINED)
    refusal = play.refused(OFFICER, Accept())
    assert (refusal.code, refusal.details["stage"]) == ("ended", "declined")
    assert play.offered(OFFICER) == ()


def test_declining_withdraws_what_a_former_holder_was_left_with() -> None:
    play = Play.reported().send(OFFICER, Escalate(reason="超出权限"))
    assert [task.state for task in play.case.tasks] == [TaskState.OPEN]
    play.send(DISPATCHER, Decline(reason="重复诉求"))
    assert [task.state for task in play.case.tasks] == [TaskState.WITHDRAWN]
    assert play.new(Withdrawn)


def test_an_accepted_case_is_no_longer_declined() -> None:
    assert Play.reported().send(OFFICER, Accept()).refused(OFFICER, Decline(reason="x")).code == "wrong_stage"


def test_a_duplicate_is_merged_into_the_first_case() -> None:
    play = (
        Play.reported().send(DISPATCHER, Merge(into="500120001-20261011-0002", reason="同一盏灯")).checked()
    )
    assert play.at(Stage.MERGED)
    assert play.case.merged_into == "500120001-20261011-0002"
    assert play.new(Merged)[0].words().en == "Merged into 500120001-20261011-0002: 同一盏灯"
    unexplained = play.new(Merged)[0].model_copy(update={"reason": ""})
    assert unexplained.words().zh == "并入重复件 500120001-20261011-0002"


def test_a_case_is_not_merged_into_itself() -> None:
    play = Play.reported()
    refusal = play.refused(OFFICER, Merge(into=play.case.number))
    assert (refusal.code, refusal.status, refusal.details["field"]) == ("bad_value", 422, "into")


def test_the_first_case_takes_the_duplicates_reporters_once() -> None:
    play = Play.reported()
    neighbour = Reporter(contact="k_1", number="B")
    absorb = Absorb(number="B", reporters=(neighbour,))
    play.send(MACHINE, absorb)
    assert play.case.reporters[-1] == neighbour
    assert play.new(Absorbed)
    assert play.refused(MACHINE, absorb).code == "already_pending"
    assert play.refused(OFFICER, absorb).code == "not_yours"
    play.checked()


def test_a_follow_up_case_can_still_be_merged_in_as_a_duplicate() -> None:
    play = Play.reported().send(MACHINE, LinkCase(link=Link(number="B", relation="follow_up")))
    play.send(MACHINE, Absorb(number="B", reporters=(Reporter(person="p-b", number="B"),)))
    assert [reporter.person for reporter in play.case.reporters] == [WORKER.person, "p-b"]


def test_a_link_is_made_once() -> None:
    play = Play.reported()
    link = LinkCase(link=Link(number="B", relation="follow_up"))
    play.send(MACHINE, link)
    assert play.refused(MACHINE, link).code == "already_pending"


# ── handled on the spot ──────────────────────────────────────────────────────────────────────────

DONE = OnTheSpot(note="已清理", attachments=("a1",))


def test_a_grid_worker_handles_on_the_spot_and_somebody_else_verifies() -> None:
    play = Play.reported(on_the_spot=DONE).checked()
    assert play.kinds()[:4] == ["reported", "accepted", "dispatched", "handled"]
    assert play.at(Stage.VERIFYING)
    assert play.case.lead == GRID
    assert play.refused(WORKER, Verify()).code == "not_yours"
    play.send(OFFICER, Verify()).send(OFFICER, CallBack(resolved=True, satisfied=True))
    assert play.at(Stage.CLOSED)
    assert [fact.late for fact in play.new(Closed)] == [False]
    play.checked()


def test_on_the_spot_the_handling_limit_stands_still_while_it_is_checked() -> None:
    play = Play.reported(on_the_spot=DONE)
    handling = play.case.clock("handle:r1")
    assert handling is not None
    assert handling.state is ClockState.PAUSED
    play.wait(days=30).send(OFFICER, Rework(reason="未清理干净"))
    handling = play.case.clock("handle:r1")
    assert handling is not None
    assert handling.state is ClockState.RUNNING
    assert handling.red is None
    assert handling.red_at is not None
    assert handling.red_at > play.now + timedelta(days=5)


def test_nobody_who_handled_on_the_spot_is_asked_to_arrive_when_it_is_reworked() -> None:
    play = Play.reported(dossier(policy="xian-1130"), on_the_spot=DONE).wait(hours=3)
    play.send(OFFICER, Rework(reason="未清理干净"))
    assert {clock.stage for clock in play.case.clocks} == {ClockStage.HANDLE}


def test_a_grids_people_handle_on_the_spot_in_its_micro_grids_too() -> None:
    play = Play.reported(dossier(chain=(*CHAIN, MICRO_GRID)), on_the_spot=DONE)
    assert play.at(Stage.VERIFYING)
    assert play.case.place == MICRO_GRID


def test_who_holds_several_posts_handles_on_the_spot_under_the_grids() -> None:
    both = holding("both", (STREET, Role.DISPATCHER), (GRID, Role.GRID_WORKER))
    play = Play.reported(by=both, on_the_spot=DONE)
    assert play.case.reported_by.unit == GRID


@pytest.mark.parametrize("who", [OFFICER, OTHER_WORKER, INSTRUCTOR, COMMANDER])
def test_only_the_grids_own_workers_handle_on_the_spot(who: object) -> None:
    with pytest.raises(BadValue) as refused:
        begin(dossier(), Report(on_the_spot=DONE), who, "c1", MONDAY)  # type: ignore[arg-type]
    assert refused.value.details["field"] == "on_the_spot"


def test_a_dossier_knows_the_units_over_its_place() -> None:
    about = dossier(chain=CHAIN[:4])
    assert (about.place, about.unit_of(UnitKind.STREET), about.unit_of(UnitKind.GRID)) == (
        COMMUNITY,
        STREET,
        None,
    )


def test_a_place_known_only_to_the_district_enters_there() -> None:
    play = Play.reported(dossier(chain=(CITY, DISTRICT)), by=DISPATCHER)
    assert play.case.holder == DISTRICT
    assert play.case.at_the_top
    assert play.case.ladder[-1].level is Level.CITY
    play.wait(days=60).checked()


def test_the_reporters_of_a_duplicate_hear_at_once_that_the_first_case_is_closed() -> None:
    play = Play.reported().send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim())
    play.send(WORKER, Handle(note="已换灯泡")).send(OFFICER, Verify())
    play.send(OFFICER, CallBack(resolved=True, satisfied=True))
    reporters = (
        Reporter(contact="k_1", number="B"),
        Reporter(person="p-b", number="C"),
        Reporter(number="D"),
    )
    play.send(MACHINE, Absorb(number="B", reporters=reporters))
    told = play.latest[0].notices
    assert [(notice.person, notice.contact) for notice in told] == [(None, "k_1"), ("p-b", None)]
    play.checked()
