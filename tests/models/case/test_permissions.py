"""Who may: the table of rules, the relations behind it, and the buttons that follow from both."""

from __future__ import annotations

from itertools import product

import pytest

from models.base import Urgency
from models.case.commands import (
    COMMANDS,
    Accept,
    Annotate,
    Approve,
    BlowWhistle,
    CallBack,
    Claim,
    Decline,
    Dispatch,
    Escalate,
    Handle,
    Inform,
    Merge,
    Reopen,
    RequestSuspension,
    Return,
    Supervise,
    Transfer,
    Urge,
    Verify,
    VoidCase,
)
from models.case.commands.base import post_of
from models.case.decide import offers, permitted
from models.case.permissions import (
    APPROVING_ROLES,
    DIRECTING_ROLES,
    SERVES,
    UPSTREAM_ROLES,
    WORKING_ROLES,
    Relation,
    acting_posts,
    actor_of,
    stands,
)
from models.case.refusals import Forbidden, Refusal
from models.case.state import ENDED, Case, Ground, Stage
from models.case.table import RULES
from models.city.people import MACHINE, SYSTEM, Post, Principal, Rank, Role
from models.city.units import UnitKind, UnitRef
from models.clocks.calendar import city_date
from tests.support.play import Play
from tests.support.world import (
    ADMINISTRATOR,
    AUDITOR,
    CHENGGUAN,
    CHENGGUAN_STAFF,
    CITY,
    CITY_DISPATCHER,
    CITY_SUPERVISOR,
    COMMANDER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    DISTRICT_COMMANDER,
    DISTRICT_DISPATCHER,
    DISTRICT_SUPERVISOR,
    FOREIGN_DISPATCHER,
    FOREIGN_STAFF,
    FOREIGN_STREET,
    GRID,
    HEAD_A,
    INSTRUCTOR,
    LIVELIHOOD,
    LIVELIHOOD_STAFF,
    MONDAY,
    OFFICER,
    OTHER_WORKER,
    PEOPLE,
    SAFETY,
    SAFETY_A,
    SENSOR,
    STREET,
    SUPERVISOR,
    TWO_POSTS,
    UNITS,
    WORKER,
    dossier,
    holding,
)

REVIEW = city_date(MONDAY).replace(day=28)


def cases() -> dict[str, Case]:
    """A case at every stage, and one suspended."""
    reported = Play.reported(dossier(Urgency.URGENT))
    found = {"reported": reported.case}
    accepted = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    found["accepted"] = accepted.case
    work = accepted.send(DISPATCHER, Dispatch(lead=LIVELIHOOD, assisting=(CHENGGUAN,)))
    work.send(DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(CHENGGUAN,), reason="x"))
    work.send(LIVELIHOOD_STAFF, Claim()).send(SUPERVISOR, Supervise(text="x"))
    work.send(DISPATCHER, VoidCase(reason="x"))
    found["handling"] = work.case
    found["verifying"] = work.send(LIVELIHOOD_STAFF, Handle(note="x")).case
    found["calling_back"] = work.send(DISPATCHER, Verify()).case
    found["closed"] = work.send(DISPATCHER, CallBack(resolved=True, satisfied=True)).case
    found["archived"] = work.wait(days=16).case
    still = Play.reported(dossier(Urgency.URGENT))
    still.send(DISPATCHER, RequestSuspension(review_on=REVIEW, reason="x")).send(COMMANDER, Approve())
    found["suspended"] = still.case
    void = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, VoidCase(reason="x"))
    found["voided"] = void.send(COMMANDER, Approve()).case
    found["declined"] = Play.reported().send(OFFICER, Decline(reason="x")).case
    found["merged"] = Play.reported().send(OFFICER, Merge(into="B")).case
    return found


CASES = cases()


def allowed(case: Case, who: Principal, name: str) -> Refusal | None:
    """What the table says to the command, before the command's own arithmetic."""
    try:
        permitted(case, who, COMMANDS[name].model_construct())  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal
    return None


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert set(RULES) == set(COMMANDS)


def test_there_is_a_case_for_every_stage() -> None:
    assert {case.stage for case in CASES.values()} == set(Stage)


def test_no_row_reaches_an_ended_case_and_none_leads_anywhere_from_nowhere() -> None:
    for name, rule in RULES.items():
        assert rule.stages, name
        assert rule.by, name
        assert rule.stages.isdisjoint(ENDED), name
        assert rule.words.zh
        assert rule.words.en


def expected(case: Case, who: Principal, command: str) -> str | None:
    """The code of the table's refusal, in its order: who may not act learns nothing else."""
    rule = RULES[command]
    if not acting_posts(case, who, rule.by):
        return "not_yours"
    if case.ended:
        return "ended"
    if case.stage not in rule.stages:
        return "wrong_stage"
    return "suspended" if case.suspension is not None and not rule.while_suspended else None


@pytest.mark.parametrize("name", CASES)
def test_what_is_offered_gets_past_the_table_and_the_rest_is_refused_in_its_order(name: str) -> None:
    case = CASES[name]
    for who in (*PEOPLE, MACHINE):
        shown = offers(case, who)
        assert list(shown) == [command for command in RULES if command in shown], "in the table's order"
        for command in RULES:
            refusal = allowed(case, who, command)
            assert (refusal.code if refusal else None) == expected(case, who, command)
            assert command not in shown or refusal is None, command


NO_PART = (AUDITOR, ADMINISTRATOR, SENSOR, FOREIGN_DISPATCHER, FOREIGN_STAFF, OTHER_WORKER)


@pytest.mark.parametrize("who", NO_PART, ids=lambda who: who.person)
@pytest.mark.parametrize("name", CASES)
def test_who_has_no_part_is_offered_nothing(name: str, who: Principal) -> None:
    assert offers(CASES[name], who) == ()


def test_every_refusal_of_the_table_has_words_in_both_languages() -> None:
    for name, who, command in product(CASES, (DISPATCHER, OTHER_WORKER), RULES):
        refusal = allowed(CASES[name], who, command)
        if refusal is not None:
            assert refusal.words.zh
            assert str(refusal) == refusal.words.en
            assert refusal.status in (403, 409)


# ── the relations ────────────────────────────────────────────────────────────────────────────────


def held(case: Case, who: Principal) -> set[Relation]:
    """The relations in which somebody stands to the case under any post."""
    return {r for r in Relation for post in who.posts if stands(case, post, who.person, r)}


ABOVE = {Relation.UPSTREAM, Relation.DIRECTING, Relation.APPROVER}
AT_THE_HOLDER = ABOVE | {Relation.HOLDER, Relation.WHISTLER}


def test_a_relation_needs_the_right_desk_the_right_role_and_the_right_area() -> None:
    case = CASES["handling"]  # held by the street, led by its livelihood section, 城管 whistled and assisting
    assert {who.person: held(case, who) for who in PEOPLE if held(case, who)} == {
        WORKER.person: {Relation.REPORTER},
        DISPATCHER.person: AT_THE_HOLDER,
        "p-dispatcher-2": AT_THE_HOLDER,
        COMMANDER.person: AT_THE_HOLDER,
        SUPERVISOR.person: {Relation.UPSTREAM, Relation.APPROVER},
        LIVELIHOOD_STAFF.person: {Relation.TASK, Relation.ORDERED},
        "p-livelihood-2": {Relation.TASK, Relation.ORDERED},
        CHENGGUAN_STAFF.person: {Relation.TASK, Relation.WHISTLED},
        "p-chengguan-2": {Relation.TASK, Relation.WHISTLED},
        DISTRICT_DISPATCHER.person: ABOVE,
        DISTRICT_COMMANDER.person: ABOVE,
        DISTRICT_SUPERVISOR.person: {Relation.UPSTREAM, Relation.APPROVER},
        CITY_DISPATCHER.person: ABOVE,
        CITY_SUPERVISOR.person: {Relation.UPSTREAM, Relation.APPROVER},
    }
    assert held(case, MACHINE) == {Relation.MACHINE}


def test_a_community_directs_nothing_but_stands_above_its_own_cases() -> None:
    case = Play.reported().case
    assert held(case, OFFICER) == {Relation.HOLDER, Relation.UPSTREAM}
    assert held(case, HEAD_A) == set()
    assert held(case, INSTRUCTOR) == set()


def test_an_auditor_stands_in_no_relation_even_at_the_holders_desk_or_as_reporter() -> None:
    case = CASES["handling"]
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.DEVICE):
        who = Principal(person=WORKER.person, posts=(Post(id="x", unit=STREET, role=role),))
        assert held(case, who) == set()


def test_a_path_that_only_begins_alike_is_not_above() -> None:
    twin = UnitRef(id="5001200", kind=UnitKind.DISTRICT, name="璧山新区", path="50.5001200")
    part = UnitRef(id="50012000", kind=UnitKind.STREET, name="半个", path="50.500120.50012000")
    for unit in (twin, part, FOREIGN_STREET):
        assert held(CASES["handling"], holding("x", (unit, Role.COMMANDER))) == set()


def test_every_kind_of_unit_is_served_by_working_roles_and_only_those() -> None:
    assert set(SERVES) == set(UnitKind)
    assert set().union(*SERVES.values()) <= WORKING_ROLES
    assert {unit.kind for unit in UNITS} == set(UnitKind)
    assert APPROVING_ROLES | DIRECTING_ROLES <= UPSTREAM_ROLES <= WORKING_ROLES


def test_who_holds_several_posts_acts_under_the_best_one_and_a_before_b() -> None:
    several = holding(
        "several",
        (LIVELIHOOD, Role.SECTION_STAFF, Rank.B),
        (LIVELIHOOD, Role.SECTION_STAFF, Rank.A),
        (STREET, Role.DISPATCHER),
    )
    case = CASES["handling"]
    posts = acting_posts(case, several, (Relation.HOLDER, Relation.TASK))
    assert [(post.unit, post.rank) for post in posts] == [
        (STREET, None),
        (LIVELIHOOD, Rank.A),
        (LIVELIHOOD, Rank.B),
    ]
    assert actor_of(several, posts[1]).rank is Rank.A


def test_a_post_that_is_refused_gives_way_to_one_that_gets_through() -> None:
    # As holder she cannot transfer a task that is appointed elsewhere; as its unit's staff she may return it.
    both = holding("both", (COMMUNITY, Role.COMMUNITY_OFFICER), (GRID, Role.GRID_WORKER))
    play = Play.reported().send(both, Accept()).send(both, Dispatch(lead=GRID, assisting=(COMMUNITY,)))
    play.send(both, Claim(task="t1"))
    assert play.latest[0].actor.unit == GRID
    play.send(both, Claim())
    assert play.latest[0].actor.unit == COMMUNITY


def test_where_every_post_is_refused_the_best_ones_reason_counts() -> None:
    two = holding("two", (COMMUNITY, Role.COMMUNITY_OFFICER), (GRID, Role.GRID_WORKER))
    play = Play.reported().send(OFFICER, Accept()).send(OFFICER, Dispatch(lead=GRID, assisting=(COMMUNITY,)))
    play.send(OFFICER, Claim()).send(WORKER, Claim())
    assert play.refused(two, Return(reason="x")).code == "already_claimed"
    assert play.refused(two, Transfer(task="t9", to=COMMUNITY, reason="x")).code == "no_such_thing"


def test_only_people_act_under_a_post() -> None:
    with pytest.raises(ValueError, match="under a post"):
        post_of(SYSTEM)


# ── jurisdiction, command by command ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (OFFICER, False),
        (WORKER, False),
        (SAFETY_A, False),
        (SUPERVISOR, False),
        (DISPATCHER, True),
        (COMMANDER, True),
        (DISTRICT_DISPATCHER, False),
    ],
)
def test_only_who_serves_the_holders_desk_accepts(who: Principal, may: bool) -> None:
    play = Play.reported(dossier(Urgency.URGENT))
    if may:
        assert play.send(who, Accept()).case.accepted
    else:
        assert isinstance(play.refused(who, Accept()), Forbidden)


def test_the_city_may_urge_hand_up_and_merge_but_not_accept() -> None:
    for command in (Urge(), Escalate(reason="x"), Merge(into="B")):
        assert Play.reported().send(CITY_DISPATCHER, command).facts
    assert Play.reported().refused(CITY_DISPATCHER, Accept()).code == "not_yours"
    assert Play.reported(dossier(chain=(CITY, DISTRICT)), by=SENSOR).refused(CITY_DISPATCHER, Accept())


def test_the_reporter_may_note_urge_and_reopen_whoever_they_are() -> None:
    play = Play.reported(by=OTHER_WORKER)
    assert play.offered(OTHER_WORKER) == ("annotate", "urge")
    play.send(OTHER_WORKER, Annotate(note="补充照片")).send(OTHER_WORKER, Urge())
    assert play.refused(OTHER_WORKER, Inform(units=(GRID,), text="x")).code == "not_yours"
    assert play.refused(OTHER_WORKER, Reopen(reason="x")).code == "wrong_stage"


def test_a_person_who_sits_in_two_places_keeps_them_apart() -> None:
    play = Play.reported(dossier(Urgency.URGENT)).send(DISPATCHER, Accept())
    assert play.offered(TWO_POSTS) == ()
    play.send(DISPATCHER, Dispatch(lead=SAFETY))
    assert "claim" in play.offered(TWO_POSTS)
    assert "dispatch" not in play.offered(TWO_POSTS)
