"""Sealing: a changed, missing, added or moved fact is found, whatever was done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case.sealing import SealedFact, broken_link, digest, replay
from models.case.state import Case
from models.city.people import Actor, Rank, Role
from tests.support.tour import lives
from tests.support.world import CHENGGUAN

PLAY = lives()[1]
NUMBER = PLAY.case.number
FACTS = tuple(PLAY.facts)
UNHURRIED = settings(deadline=None)


def test_an_untouched_chain_holds_and_rebuilds_the_case() -> None:
    assert broken_link(NUMBER, FACTS) is None
    assert replay(FACTS) == PLAY.case


def test_the_chain_belongs_to_its_case() -> None:
    assert broken_link("another", FACTS) == 1


def test_it_holds_after_json_and_in_another_time_zone() -> None:
    elsewhere = timezone(timedelta(hours=8))
    again = [
        SealedFact.model_validate_json(fact.model_dump_json()).model_copy(
            update={"at": fact.at.astimezone(elsewhere)}
        )
        for fact in FACTS
    ]
    assert broken_link(NUMBER, again) is None


CHANGES: dict[str, Callable[[SealedFact], Any]] = {
    "at": lambda fact: fact.at + timedelta(microseconds=1),
    "actor": lambda fact: Actor(person=fact.actor.person + "x", role=fact.actor.role, unit=fact.actor.unit),
    "command": lambda fact: fact.command + "x",
    "body": lambda fact: fact.body | {"reason": "nobody said this"},
    "stage": lambda fact: fact.stage + "x",
    "holder": lambda fact: fact.holder + "x",
    "round": lambda fact: fact.round + 1,
    "seq": lambda fact: fact.seq + 1,
    "previous": lambda fact: fact.previous[::-1] + "0",
    "hash": lambda fact: fact.hash[::-1] + "0",
}


def test_every_column_but_the_messages_and_the_request_is_sealed() -> None:
    assert set(SealedFact.model_fields) == set(CHANGES) | {"notices", "request"}


@UNHURRIED
@given(place=st.integers(0, len(FACTS) - 1), what=st.sampled_from(sorted(CHANGES)))
def test_a_changed_fact_is_found(place: int, what: str) -> None:
    forged = FACTS[place].model_copy(update={what: CHANGES[what](FACTS[place])})
    assert broken_link(NUMBER, (*FACTS[:place], forged, *FACTS[place + 1 :])) == place + 1


@UNHURRIED
@given(place=st.integers(0, len(FACTS) - 2))
def test_a_fact_that_was_changed_and_sealed_anew_breaks_the_next_one(place: int) -> None:
    forged = FACTS[place].model_copy(update={"command": "another"})
    forged = forged.model_copy(update={"hash": digest(NUMBER, forged)})
    assert broken_link(NUMBER, (*FACTS[:place], forged, *FACTS[place + 1 :])) == place + 2


@UNHURRIED
@given(data=st.data(), place=st.integers(0, len(FACTS) - 1))
def test_a_changed_value_anywhere_inside_a_fact_is_found(data: st.DataObject, place: int) -> None:
    body = FACTS[place].body
    key = data.draw(st.sampled_from(sorted(body)))
    forged = FACTS[place].model_copy(update={"body": body | {key: [body[key]]}})
    assert broken_link(NUMBER, (*FACTS[:place], forged, *FACTS[place + 1 :])) == place + 1


@UNHURRIED
@given(place=st.integers(0, len(FACTS) - 2))
def test_a_missing_a_doubled_and_a_moved_fact_are_found(place: int) -> None:
    assert broken_link(NUMBER, FACTS[:place] + FACTS[place + 1 :]) == place + 1
    assert broken_link(NUMBER, (*FACTS[: place + 1], *FACTS[place:])) == place + 2
    swapped = (*FACTS[:place], FACTS[place + 1], FACTS[place], *FACTS[place + 2 :])
    assert broken_link(NUMBER, swapped) == place + 1


def test_a_later_field_with_a_default_does_not_change_old_hashes() -> None:
    class LaterActor(Actor):
        delegated: bool = False

    fact = FACTS[0]
    later = LaterActor.model_validate(fact.actor.model_dump())
    assert digest(NUMBER, fact.model_copy(update={"actor": later})) == fact.hash


def test_a_chain_that_was_cut_off_no_longer_matches_the_states_head() -> None:
    cut = replay(FACTS[:-1])
    assert (cut.version, cut.head) != (PLAY.case.version, PLAY.case.head)


def test_nothing_rebuilds_no_case() -> None:
    assert broken_link(NUMBER, ()) is None
    with pytest.raises(ValueError, match="no facts"):
        replay(())


def test_every_version_of_the_past_can_be_rebuilt() -> None:
    for version in range(1, len(FACTS) + 1, 10):
        case: Case = replay(FACTS[:version])
        assert (case.version, case.head) == (version, FACTS[version - 1].hash)


def test_who_acted_is_sealed_with_unit_role_and_rank() -> None:
    fact = next(fact for fact in FACTS if fact.actor.unit is not None)
    for change in ({"role": Role.AUDITOR}, {"unit": CHENGGUAN}, {"unit": None}, {"rank": Rank.B}):
        forged = fact.model_copy(update={"actor": fact.actor.model_copy(update=change)})
        assert digest(NUMBER, forged) != fact.hash
