"""Stays: where a case was, for how long, and how much of it was a pause."""

from __future__ import annotations

from datetime import timedelta

from models.case.commands import (
    Accept,
    Approve,
    Claim,
    Dispatch,
    Escalate,
    Handle,
    OnTheSpot,
    RequestSuspension,
    Resume,
    VoidCase,
)
from models.case.state import Stage
from models.case.stays import stays
from tests.support import world
from tests.support.play import Play

REVIEW = (world.MONDAY + timedelta(days=20)).date()
HOUR = timedelta(hours=1)


def suspended() -> Play:
    """Accepted after an hour, suspended after two."""
    play = Play.reported().wait(hours=1).send(world.OFFICER, Accept()).wait(hours=1)
    play.send(world.OFFICER, RequestSuspension(review_on=REVIEW, reason="待资金到位"))
    return play.send(world.COMMANDER, Approve())


def test_a_stay_begins_where_stage_holder_or_round_changes() -> None:
    play = Play.reported().wait(hours=1).send(world.OFFICER, Accept()).wait(hours=2)
    play.send(world.OFFICER, Escalate(reason="社区无力处置")).wait(minutes=5).send(world.DISPATCHER, Accept())
    reported, community, street = stays(play.facts)
    assert (reported.stage, reported.holder) == (Stage.REPORTED, world.COMMUNITY.id)
    assert (community.stage, community.holder) == (Stage.ACCEPTED, world.COMMUNITY.id)
    assert (street.stage, street.holder) == (Stage.ACCEPTED, world.STREET.id)
    assert (reported.since, reported.until) == (world.MONDAY, world.MONDAY + HOUR)
    assert community.until == street.since == world.MONDAY + 3 * HOUR
    assert street.until is None
    assert reported.spent(play.now) == HOUR
    assert reported.spent(world.MONDAY + HOUR / 2) == HOUR / 2
    assert street.spent(play.now) == timedelta(minutes=5)
    assert community.paused(play.now) == timedelta()


def test_a_pause_is_set_apart_while_it_lasts_and_afterwards() -> None:
    play = suspended().wait(days=3)
    *_, stay = stays(play.facts)
    assert stay.stage is Stage.ACCEPTED
    assert stay.pauses[0].end is None
    assert (stay.spent(play.now), stay.paused(play.now)) == (HOUR, timedelta(days=3))
    play.send(world.OFFICER, Resume()).wait(hours=2)
    *_, stay = stays(play.facts)
    assert (stay.spent(play.now), stay.paused(play.now)) == (3 * HOUR, timedelta(days=3))
    assert stay.paused(stay.since + HOUR) == timedelta()
    assert stay.paused(stay.since + 2 * HOUR) == HOUR
    again = (world.MONDAY + timedelta(days=30)).date()
    play.send(world.OFFICER, RequestSuspension(review_on=again, reason="再次挂起"))
    play.send(world.COMMANDER, Approve()).wait(hours=5)
    *_, stay = stays(play.facts)
    assert len(stay.pauses) == 2
    assert stay.paused(play.now) == timedelta(days=3) + 5 * HOUR


def test_voiding_ends_a_pause_and_what_ends_at_once_is_left_out() -> None:
    play = suspended().wait(days=1)
    play.send(world.DISPATCHER, VoidCase(reason="误报")).send(world.COMMANDER, Approve())
    *_, paused, voided = stays(play.facts)
    assert paused.pauses[0].end == play.now
    assert (voided.stage, voided.until, voided.pauses) == (Stage.VOIDED, None, ())
    spot = Play.reported(on_the_spot=OnTheSpot(note="当场扶正"))
    assert [stay.stage for stay in stays(spot.facts)] == [Stage.VERIFYING]


def test_a_pause_goes_on_in_the_next_stay() -> None:
    play = suspended().wait(hours=1)
    before = stays(play.facts)
    moved = play.facts[-1].model_copy(update={"seq": len(play.facts) + 1, "at": play.now, "holder": "500120"})
    *_, left, entered = stays(
        [*play.facts, moved.model_copy(update={"body": {"fact": "annotated", "note": "…"}})]
    )
    assert left.pauses[0].end == play.now
    assert (entered.since, entered.holder) == (play.now, "500120")
    assert [span.start for span in entered.pauses] == [play.now]
    assert len(before) == 2


def test_a_resumption_or_suspension_told_twice_changes_nothing() -> None:
    play = suspended().wait(hours=1)
    suspension = next(fact for fact in play.facts if fact.body["fact"] == "suspended")
    twice = stays([*play.facts, suspension.model_copy(update={"at": play.now})])
    assert len(twice[-1].pauses) == 1
    fresh = Play.reported()
    resumed = fresh.facts[0].model_copy(update={"at": play.now, "body": {"fact": "resumed"}})
    assert stays([*fresh.facts, resumed])[-1].pauses == ()


def test_no_facts_no_stays() -> None:
    assert stays([]) == ()


def test_stages_of_a_whole_way() -> None:
    play = Play.reported().wait(minutes=10).send(world.OFFICER, Accept()).wait(minutes=10)
    play.send(world.OFFICER, Dispatch(lead=world.GRID)).wait(minutes=10).send(world.WORKER, Claim())
    play.wait(minutes=10).send(world.WORKER, Handle(note="已修好"))
    assert [stay.stage.value for stay in stays(play.facts)] == [
        "reported",
        "accepted",
        "handling",
        "verifying",
    ]
