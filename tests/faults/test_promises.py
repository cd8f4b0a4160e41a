"""Deadlines that were lost, doubled, or fired under another instant are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bench.faults.evidence import Told
from bench.faults.findings import Fault
from bench.faults.moved import Expected, judge_expected
from bench.faults.promises import Fired, fired, judge_deadlines
from models.base import Urgency
from models.case.commands import (
    Accept,
    Approve,
    Dispatch,
    Regrade,
    RequestExtension,
    RequestSuspension,
    Resume,
)
from models.case.sealing import SealedFact
from models.clocks.clock import Threshold
from models.clocks.policy import ClockStage
from tests.support import world
from tests.support.play import Play

NUMBER = "20261012-000001"


def late() -> Play:
    """A case whose deadlines were moved in every way, with machines that stood still while they fell due."""
    play = Play.reported(world.dossier(Urgency.URGENT, "135", number=NUMBER))
    play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY)).wait(minutes=10)
    play.send(world.SAFETY_A, RequestExtension(amount=600, reason="等待配件"))
    play.send(world.DISTRICT_COMMANDER, Approve()).sleep(hours=2).tick()
    review = (world.MONDAY + timedelta(days=20)).date()
    holder = world.DISPATCHER if play.case.holder == world.STREET else world.DISTRICT_DISPATCHER
    play.send(world.SAFETY_A, RequestSuspension(review_on=review, reason="待资金"))
    play.send(world.DISTRICT_COMMANDER, Approve()).wait(hours=5).send(world.DISTRICT_COMMANDER, Resume())
    return play.send(holder, Regrade(urgency=Urgency.CRITICAL, reason="裂缝扩大")).sleep(days=1).tick()


def told_of(facts: list[SealedFact]) -> Told:
    """Only the records matter here."""
    return Told(number=NUMBER, facts=tuple(facts), held=tuple(facts))


def test_nothing_is_found_where_every_deadline_was_kept() -> None:
    play = late()
    assert len(fired(told_of(play.facts))) > 6
    assert list(judge_deadlines(told_of(play.facts), play.now)) == []


def _passed(facts: list[SealedFact]) -> int:
    return next(place for place, fact in enumerate(facts) if fact.body["fact"] == "threshold_passed")


def _unfired(facts: list[SealedFact]) -> list[SealedFact]:
    place = _passed(facts)
    return [*facts[:place], *facts[place + 1 :]]


def _twice(facts: list[SealedFact]) -> list[SealedFact]:
    place = _passed(facts)
    return [*facts[: place + 1], *facts[place:]]


def _shifted(facts: list[SealedFact]) -> list[SealedFact]:
    place = _passed(facts)
    body = facts[place].body | {"scheduled": facts[place].at.isoformat()}
    return [*facts[:place], facts[place].model_copy(update={"body": body}), *facts[place + 1 :]]


def _early(facts: list[SealedFact]) -> list[SealedFact]:
    place = _passed(facts)
    before = facts[place].model_copy(update={"at": world.MONDAY})
    return [*facts[:place], before, *facts[place + 1 :]]


def _miscounted(facts: list[SealedFact]) -> list[SealedFact]:
    """A clock that promises another instant than its own ledger gives."""
    place = next(place for place, fact in enumerate(facts) if fact.body["fact"] == "clock_set")
    clock = facts[place].body["clock"]
    body = facts[place].body | {"clock": clock | {"extension": clock.get("extension", 0) + 60}}
    return [*facts[:place], facts[place].model_copy(update={"body": body}), *facts[place + 1 :]]


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (_unfired, Fault.LOST),
        (_twice, Fault.DOUBLED),
        (_shifted, Fault.DEADLINE),
        (_early, Fault.DEADLINE),
        (_miscounted, Fault.DEADLINE),
    ],
)
def test_a_deadline_that_was_not_kept_is_found(
    tamper: Callable[[list[SealedFact]], list[SealedFact]], fault: Fault
) -> None:
    play = late()
    found = judge_deadlines(told_of(tamper(play.facts)), play.now)
    assert fault in {finding.fault for finding in found}


def test_a_deadline_that_nobody_kept_is_found_when_its_time_is_over() -> None:
    play = Play.reported(world.dossier(Urgency.URGENT, "135", number=NUMBER))
    told = told_of(play.facts)
    assert list(judge_deadlines(told, play.now)) == []
    assert {finding.fault for finding in judge_deadlines(told, play.now + timedelta(days=1))} == {Fault.LOST}


def test_what_was_foretold_and_nothing_else_must_have_fired() -> None:
    due = world.MONDAY + timedelta(seconds=10)
    expected = Expected(number=NUMBER, what="extended", instants=((Threshold.RED, due),))
    one = Fired(
        number=NUMBER,
        clock="handle:r1",
        stage=ClockStage.HANDLE,
        threshold=Threshold.RED,
        scheduled=due,
        recorded=due,
    )
    elsewhere = one.model_copy(update={"number": "20261012-000002"})
    other = one.model_copy(update={"stage": ClockStage.ANSWER})
    moved = one.model_copy(update={"scheduled": due - timedelta(seconds=2)})
    assert list(judge_expected(expected, [one, elsewhere, other])) == []
    for wrong, fault in (([], Fault.LOST), ([moved], Fault.DEADLINE), ([one, one], Fault.DEADLINE)):
        [finding] = judge_expected(expected, wrong)
        assert finding.fault is fault
