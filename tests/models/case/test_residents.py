"""A resident's own voice: reporting, urging once in a while, and judging the result. No more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.base import Urgency
from models.case.commands import (
    Absorb,
    Accept,
    Annotate,
    CallBack,
    Claim,
    Dispatch,
    Evaluate,
    Handle,
    OnTheSpot,
    Reopen,
    Urge,
    Verify,
)
from models.case.commands.supervising import RESIDENT_URGES_EVERY
from models.case.facts import CalledBack, Closed, Evaluated, Reopened
from models.case.jurisdiction import may_see, sight, visible_to
from models.case.permissions import Relation, stands
from models.case.state import Channel, Reporter, Stage
from models.case.table import RULES
from models.city.people import MACHINE, NEVER_HELD, Principal, Role, resident
from tests.support.play import Play
from tests.support.world import (
    COMMUNITY,
    GRID,
    OFFICER,
    OTHER_GRID,
    RESIDENT,
    RESIDENT_2,
    WORKER,
    dossier,
    matter,
)

CONTENT = Evaluate(responded=True, resolved=True, satisfied=True)
UNRESOLVED = Evaluate(responded=True, resolved=False, satisfied=False, remark="rw_1")
UNHAPPY = Evaluate(responded=False, resolved=True, satisfied=False)


def reported(**more: Any) -> Play:
    return Play.reported(by=RESIDENT, channel=Channel.RESIDENT, text="灯不亮", contact="k_1", **more)


def handled(play: Play | None = None) -> Play:
    play = play or reported()
    play.send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID)).send(WORKER, Claim())
    return play.send(WORKER, Handle(note="已换"))


def verified() -> Play:
    return handled().send(OFFICER, Verify())


def closed() -> Play:
    return verified().send(OFFICER, CallBack(resolved=True, satisfied=True))


def test_a_resident_reports_for_a_place_and_is_the_reporter() -> None:
    case = reported().case
    assert case.reported_by.role is Role.RESIDENT
    assert case.reported_by.unit == GRID
    assert case.reporters == (Reporter(person=RESIDENT.person, contact="k_1", number=case.number),)


def test_a_resident_does_not_handle_on_the_spot() -> None:
    with pytest.raises(Exception, match="own grid"):
        Play.reported(by=RESIDENT, on_the_spot=OnTheSpot(note="x"))


def test_the_table_grants_a_resident_two_commands_and_no_more() -> None:
    assert {name for name, rule in RULES.items() if Relation.RESIDENT in rule.by} == {"urge", "evaluate"}
    for stage in (reported(), handled(), verified(), closed()):
        assert set(stage.offered(RESIDENT)) <= {"urge", "evaluate"}
        assert stage.offered(RESIDENT_2) == ()
        for command in (Accept(), Annotate(note="x"), Reopen(reason="x"), Verify(), CallBack(reached=False)):
            assert stage.refused(RESIDENT, command).code == "not_yours"


def test_an_account_does_not_stand_as_a_resident_nor_a_resident_as_a_reporter_of_ours() -> None:
    play = reported()
    staff = Principal(person=RESIDENT.person, posts=WORKER.posts)
    assert not stands(play.case, staff.posts[0], staff.person, Relation.RESIDENT)
    assert stands(play.case, RESIDENT.posts[0], RESIDENT.person, Relation.RESIDENT)
    for relation in set(Relation) - {Relation.RESIDENT}:
        assert not stands(play.case, RESIDENT.posts[0], RESIDENT.person, relation)
    assert {Role.RESIDENT, Role.SYSTEM} == NEVER_HELD


def test_a_resident_sees_no_case_not_even_their_own() -> None:
    case = reported().case
    assert sight(RESIDENT) == frozenset()
    assert not may_see(case, RESIDENT)
    assert RESIDENT.person in visible_to(case)


def test_residents_urge_once_in_a_while_all_together() -> None:
    play = reported().send(RESIDENT, Urge())
    assert play.refused(RESIDENT, Urge()).code == "limit_reached"
    play.send(OFFICER, Urge())
    play.wait(RESIDENT_URGES_EVERY - timedelta(seconds=1))
    again = play.refused(RESIDENT, Urge())
    assert again.details["again_at"] == (play.now + timedelta(seconds=1)).isoformat()
    assert play.wait(seconds=1).send(RESIDENT, Urge()).case.resident_urged_at == play.now


def test_at_the_call_back_content_closes_the_case() -> None:
    play = verified().send(RESIDENT, CONTENT)
    assert play.kinds() == ["evaluated", "closed", "clock_set", "clock_set"]
    assert play.new(Closed)
    assert play.case.stage is Stage.CLOSED
    assert play.all(CalledBack) == []


@pytest.mark.parametrize("word", [UNRESOLVED, UNHAPPY])
def test_at_the_call_back_anything_else_goes_back_to_who_handled_it(word: Evaluate) -> None:
    play = verified().send(RESIDENT, word)
    assert play.case.stage is Stage.HANDLING
    assert play.case.counters.dissatisfied == 1
    assert play.new(Evaluated)[0].remark == word.remark
    told = [n for link in play.latest for n in link.notices if n.kind == "evaluated"]
    assert [n.unit for n in told] == [GRID.id]
    assert "handle" in play.offered(WORKER)


def test_each_result_is_evaluated_once() -> None:
    play = verified().send(RESIDENT, UNRESOLVED)
    assert play.refused(RESIDENT, CONTENT).code == "wrong_stage"
    play.send(WORKER, Handle(note="再换")).send(OFFICER, Verify()).send(RESIDENT, CONTENT)
    assert play.offered(RESIDENT) == ()
    assert play.refused(RESIDENT, UNHAPPY).code == "limit_reached"


def test_after_closing_content_is_noted_and_nothing_moves() -> None:
    play = closed().send(RESIDENT, CONTENT)
    assert play.kinds() == ["evaluated"]
    assert play.case.stage is Stage.CLOSED
    assert play.case.counters.dissatisfied == 0


@pytest.mark.parametrize(("word", "why"), [(UNRESOLVED, "未解决"), (UNHAPPY, "不满意")])
def test_after_closing_anything_else_opens_a_new_round(word: Evaluate, why: str) -> None:
    play = closed().send(RESIDENT, word)
    assert play.kinds()[:2] == ["evaluated", "reopened"]
    assert why in play.new(Reopened)[0].reason
    assert (play.case.stage, play.case.round) == (Stage.REPORTED, 2)
    assert play.case.counters.dissatisfied == 1


def test_after_the_archive_it_is_too_late() -> None:
    assert closed().wait(days=20).refused(RESIDENT, CONTENT).code == "ended"


def test_what_nobody_is_called_back_about_may_still_be_evaluated() -> None:
    play = handled(Play.reported(dossier(about=matter(callback=False)), by=RESIDENT))
    play.send(OFFICER, Verify())
    assert play.case.stage is Stage.CLOSED
    assert play.send(RESIDENT, UNHAPPY).case.round == 2


def test_who_reported_a_duplicate_has_a_voice_in_the_case_it_was_merged_into() -> None:
    play = reported()
    other = Reporter(person=RESIDENT_2.person, contact="k_2", number="B")
    play.send(MACHINE, Absorb(number="B", reporters=(other,)))
    play = handled(play).send(OFFICER, Verify()).send(RESIDENT, CONTENT)
    assert play.offered(RESIDENT_2) == ("evaluate",)
    assert play.send(RESIDENT_2, UNHAPPY).case.stage is Stage.REPORTED


def test_the_words_say_all_three_answers() -> None:
    assert (
        Evaluated(responded=True, resolved=True, satisfied=True).words().zh
        == "群众评价：有响应，已解决，满意"
    )
    said = Evaluated(responded=False, resolved=False, satisfied=False).words()
    assert said.en == "A resident says: nobody responded, not resolved, dissatisfied"


def test_a_resident_speaks_for_one_place() -> None:
    assert resident("r-9", OTHER_GRID).posts[0].unit == OTHER_GRID
    assert COMMUNITY not in {post.unit for post in RESIDENT.posts}
    assert Urgency.ORDINARY is reported().case.urgency
