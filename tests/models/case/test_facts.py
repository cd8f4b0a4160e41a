"""Facts: each says itself, keeps its meaning, and survives being written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from models.case.commands import COMMANDS, Report
from models.case.evolve import evolve
from models.case.facts import FACTS, Handled, Reported, Returned, ReviewCalled
from models.case.facts.base import Stamp
from models.city.people import SYSTEM
from tests.support.invariants import check_all, check_words
from tests.support.tour import lives
from tests.support.world import COMMUNITY, MONDAY, dossier


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field's type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def reachable(*roots: Any) -> set[type[BaseModel]]:
    """Every model that a value of one of these may hold."""
    found: set[type[BaseModel]] = set()
    waiting = list(roots)
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [m for field in model.model_fields.values() for m in models_in(field.annotation)]
    return found


def test_the_tour_meets_every_kind_of_fact() -> None:
    met = {type(link.fact) for play in lives() for link in play.facts}
    assert {kind.__name__ for kind in FACTS} == {kind.__name__ for kind in met}


@pytest.mark.parametrize("life", range(5))
def test_whatever_life_a_case_has_what_must_hold_holds(life: int) -> None:
    play = lives()[life]
    check_words(play.facts)
    check_all(play.case, play.facts, play.now)


def test_what_may_be_nothing_is_nothing_unless_said_so_that_facts_can_leave_it_out() -> None:
    # Bodies are written without their empty fields, so an empty field must be its own default.
    for model in reachable(*FACTS):
        for name, field in model.model_fields.items():
            union = get_origin(field.annotation) in (Union, type(int | None))
            if union and type(None) in get_args(field.annotation):
                assert field.get_default() is None, f"{model.__name__}.{name}"


def test_every_fact_and_command_is_told_apart_by_its_name() -> None:
    names = [kind.model_fields["fact"].default for kind in FACTS]
    assert len(set(names)) == len(names)
    assert Report.model_fields["command"].default not in COMMANDS


def test_a_case_is_reported_once_and_first() -> None:
    stamp = Stamp(at=MONDAY, actor=SYSTEM)
    report = Reported(dossier=dossier(), channel="grid", text="", address="")  # type: ignore[arg-type]
    case = evolve(None, report, stamp)
    with pytest.raises(ValueError, match="once"):
        evolve(case, report, stamp)
    with pytest.raises(ValueError, match="begins"):
        evolve(None, ReviewCalled(scheduled=MONDAY), stamp)


def test_a_fact_about_something_the_case_does_not_know_is_remembered_and_changes_nothing() -> None:
    stamp = Stamp(at=MONDAY, actor=SYSTEM)
    report = Reported(dossier=dossier(), channel="grid", text="", address="")  # type: ignore[arg-type]
    case = evolve(None, report, stamp)
    assert evolve(case, ReviewCalled(scheduled=MONDAY), stamp) == case
    for fact in (
        Handled(task="t9", unit=COMMUNITY, note="x"),
        Returned(task="t9", unit=COMMUNITY, reason="x", count=1),
    ):
        assert evolve(case, fact, stamp).stage is case.stage
