"""The whistle: called, signed, reported in, finished, rated (吹哨报到评哨)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import Urgency
from models.case.commands import (
    Accept,
    BlowWhistle,
    CallBack,
    Claim,
    Dispatch,
    Escalate,
    Finish,
    Handle,
    Rate,
    ReportIn,
    Sign,
    Verify,
)
from models.case.facts import Finished, Rated, ReportedIn, Signed, Supervised, Whistled
from models.case.owners import owner_of
from models.case.state import Ground, PartyState, Stage
from models.city.people import Rank, Role
from models.clocks.clock import ClockState
from models.clocks.policy import ClockStage
from tests.support.play import Play
from tests.support.world import (
    CHENGGUAN,
    CHENGGUAN_STAFF,
    DISPATCHER,
    DISTRICT_DISPATCHER,
    FOREIGN_CHENGGUAN,
    FOREIGN_STAFF,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    OFFICER,
    STREET,
    WORKER,
    XIAOFANG,
    XIAOFANG_STAFF,
    dossier,
    holding,
)

CALL = BlowWhistle(ground=Ground.JOINT_ENFORCEMENT, units=(CHENGGUAN, XIAOFANG), reason="占道堆物")


def whistled(policy: str = "135") -> Play:
    """The street has whistled two departments."""
    play = Play.reported(dossier(Urgency.URGENT, policy)).send(DISPATCHER, Accept())
    return play.send(DISPATCHER, CALL)


def states(play: Play) -> list[PartyState]:
    return [party.state for whistle in play.case.whistles for party in whistle.parties]


def test_each_department_is_called_with_a_clock_for_every_step() -> None:
    play = whistled()
    assert states(play) == [PartyState.CALLED, PartyState.CALLED]
    for department in ("500120-chengguan", "500120-xiaofang"):
        stages = {clock.stage for clock in play.case.clocks if clock.subject == f"w1/{department}"}
        assert stages == {ClockStage.SIGN, ClockStage.REPORT_IN, ClockStage.FINISH}
    assert [notice.unit for notice in play.latest[0].notices] == [CHENGGUAN.id, XIAOFANG.id]
    assert "联合执法" in play.new(Whistled)[0].words().zh
    assert "joint enforcement" in play.new(Whistled)[0].words().en


def test_a_department_signs_reports_in_finishes_and_is_rated() -> None:
    play = whistled().send(CHENGGUAN_STAFF, Sign()).wait(minutes=20)
    play.send(CHENGGUAN_STAFF, ReportIn(note="两车六人")).wait(hours=1)
    play.send(CHENGGUAN_STAFF, Finish(note="已清理", attachments=("a1",)))
    assert states(play) == [PartyState.FINISHED, PartyState.CALLED]
    (rating,) = [clock for clock in play.case.clocks if clock.subject == "w1/500120-chengguan"]
    assert (rating.stage, owner_of(play.case, rating)) == (ClockStage.RATE, STREET)
    play.send(DISPATCHER, Rate(score=5, note="迅速"))
    assert not [clock for clock in play.case.clocks if clock.subject == "w1/500120-chengguan"]
    party = play.case.whistles[0].parties[0]
    assert (party.state, party.score, party.person) == (PartyState.RATED, 5, CHENGGUAN_STAFF.person)
    assert [fact.words().zh for kind in (Signed, ReportedIn, Finished, Rated) for fact in play.all(kind)] == [
        "城市管理局签收哨令",
        "城市管理局报到：两车六人",
        "城市管理局办结：已清理",
        "评哨 城市管理局 5 分：迅速",
    ]
    play.checked()


def test_who_comes_without_having_signed_has_signed_by_coming() -> None:
    play = whistled().send(CHENGGUAN_STAFF, ReportIn())
    assert play.kinds()[:2] == ["signed", "reported_in"]


def test_each_step_comes_once_and_in_its_order() -> None:
    play = whistled()
    assert play.refused(CHENGGUAN_STAFF, Finish(note="x")).details["state"] == "called"
    assert play.refused(DISPATCHER, Rate(score=3)).code == "wrong_stage"
    play.send(CHENGGUAN_STAFF, Sign())
    assert play.refused(CHENGGUAN_STAFF, Sign()).code == "wrong_stage"
    assert "sign" not in play.offered(CHENGGUAN_STAFF)
    play.send(CHENGGUAN_STAFF, ReportIn())
    assert play.refused(CHENGGUAN_STAFF, ReportIn()).code == "wrong_stage"


def test_only_who_was_whistled_answers_and_only_who_whistled_rates() -> None:
    play = whistled()
    assert play.refused(FOREIGN_STAFF, ReportIn()).code == "not_yours"
    play.send(CHENGGUAN_STAFF, ReportIn()).send(CHENGGUAN_STAFF, Finish(note="x"))
    assert play.refused(DISTRICT_DISPATCHER, Rate(score=1)).code == "not_yours"
    assert play.refused(OFFICER, Rate(score=1)).code == "not_yours"


def test_only_departments_of_the_district_are_whistled_and_each_once_at_a_time() -> None:
    play = whistled()
    for unit in (FOREIGN_CHENGGUAN, LIVELIHOOD):
        refusal = play.refused(DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(unit,), reason="x"))
        assert refusal.code == "outside_area"
    again = BlowWhistle(ground=Ground.EMERGENCY, units=(CHENGGUAN,), reason="x")
    assert play.refused(DISPATCHER, again).code == "bad_value"
    twice = BlowWhistle(ground=Ground.EMERGENCY, units=(CHENGGUAN, CHENGGUAN), reason="x")
    assert Play.reported(dossier(Urgency.URGENT)).refused(DISPATCHER, twice).code == "bad_value"
    play.send(CHENGGUAN_STAFF, ReportIn()).send(CHENGGUAN_STAFF, Finish(note="x")).send(DISPATCHER, again)
    assert [whistle.id for whistle in play.case.whistles] == ["w1", "w2"]


def test_where_several_whistles_fit_one_must_be_named() -> None:
    play = whistled()
    for who in (CHENGGUAN_STAFF, XIAOFANG_STAFF):
        play.send(who, ReportIn()).send(who, Finish(note="x"))
    refusal = play.refused(DISPATCHER, Rate(score=4))
    assert (refusal.code, refusal.status) == ("which_one", 422)
    assert refusal.details["candidates"] == ["w1/500120-chengguan", "w1/500120-xiaofang"]
    play.send(DISPATCHER, Rate(score=4, unit=XIAOFANG.id)).send(DISPATCHER, Rate(score=2, whistle="w1"))
    assert [party.score for party in play.case.whistles[0].parties] == [2, 4]
    assert play.refused(DISPATCHER, Rate(score=4, whistle="w9")).code == "no_such_thing"


def test_an_unanswered_whistle_turns_yellow_then_red_and_the_whistler_supervises() -> None:
    play = whistled().wait(hours=3)
    orders = [fact.order for fact in play.all(Supervised) if fact.order.owner == CHENGGUAN]
    assert [order.clock for order in orders] == ["sign:w1/500120-chengguan", "report_in:w1/500120-chengguan"]
    assert {order.by.id for order in orders} == {play.case.holder.id}


def test_pinggu_wants_them_there_within_thirty_minutes() -> None:
    clock = whistled("pinggu-whistle").case.clock("report_in:w1/500120-chengguan")
    assert clock is not None
    assert clock.red_at == clock.origin + timedelta(minutes=30)
    assert clock.policy == "pinggu-whistle"


def test_a_deputy_signs_only_once_a_has_not_answered() -> None:
    department = CHENGGUAN.model_copy(update={"has_deputy": True})
    deputy = holding("chengguan-b", (department, Role.DEPARTMENT_STAFF, Rank.B))
    play = Play.reported(dossier(Urgency.URGENT))
    play.send(DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(department,), reason="x"))
    assert play.refused(deputy, Sign()).code == "not_your_turn"
    play.wait(minutes=30).send(deputy, Sign()).checked()


def test_a_departments_part_stands_still_while_the_lead_is_checked_and_it_may_still_finish() -> None:
    play = whistled().send(CHENGGUAN_STAFF, ReportIn()).send(DISPATCHER, Dispatch(lead=LIVELIHOOD))
    play.send(LIVELIHOOD_STAFF, Claim()).send(LIVELIHOOD_STAFF, Handle(note="已修复"))
    clock = play.case.clock("finish:w1/500120-chengguan")
    assert clock is not None
    assert clock.state is ClockState.PAUSED
    play.send(CHENGGUAN_STAFF, Finish(note="已清理")).send(DISPATCHER, Verify())
    play.send(DISPATCHER, CallBack(resolved=True, satisfied=True)).send(DISPATCHER, Rate(score=5))
    assert play.at(Stage.CLOSED)
    assert states(play) == [PartyState.RATED, PartyState.CALLED]
    play.checked()


def test_who_whistled_rates_even_after_the_case_has_climbed_past_them() -> None:
    play = Play.reported().send(
        OFFICER, BlowWhistle(ground=Ground.STRONG_ISSUE, units=(CHENGGUAN,), reason="x")
    )
    play.send(OFFICER, Escalate(reason="需街道")).send(CHENGGUAN_STAFF, ReportIn())
    play.send(CHENGGUAN_STAFF, Finish(note="x"))
    assert play.refused(DISPATCHER, Rate(score=1)).code == "not_yours"
    assert play.send(OFFICER, Rate(score=5)).case.whistles[0].parties[0].score == 5


@pytest.mark.parametrize("who", [WORKER, CHENGGUAN_STAFF, DISTRICT_DISPATCHER])
def test_only_the_holder_whistles(who: object) -> None:
    assert Play.reported(dossier(Urgency.URGENT)).refused(who, CALL).code == "not_yours"  # type: ignore[arg-type]
