"""Policies as text: read back as they were, and every fault with its line."""

from __future__ import annotations

from typing import Any

import pytest

from models.clocks.policy import Policy
from models.clocks.policy_files import load_policies
from models.clocks.policy_text import TextFault, from_text, line_of, to_text

TEXT = to_text(load_policies()["135"])


@pytest.mark.parametrize("policy_id", sorted(load_policies()))
def test_every_shipped_policy_is_read_back_as_it_was(policy_id: str) -> None:
    policy = load_policies()[policy_id]
    assert from_text(to_text(policy)) == policy
    stored = Policy.model_validate(policy.model_dump(mode="json"))
    assert from_text(to_text(stored)) == policy


def test_all_that_a_policy_can_say_is_written() -> None:
    words = {"zh": 'A "b" \\ c', "en": "line\nand\ttab\rreturn\x00\x1f\x7f"}
    terms: dict[str, Any] = {"budget": {"kind": "continuous", "amount": 90}, "at_red": [], "substitute": 0}
    policy = Policy.model_validate(
        {
            "id": "x",
            "version": 3,
            "name": words,
            "provenance": {"standing": "reported", "source": words, "note": words},
            "extends": "loop",
            "default": "Every thing",
            "variants": {
                "Every thing": {
                    "name": words,
                    "urgency": "urgent",
                    "stages": {"claim": terms, "arrive": {"budget": "3 working hours", "yellow": 0.5}},
                    "levels": {"grid": {"budget": "1 day", "name": words}},
                    "milestones": [{"key": "fence", "name": words, "budget": "25 minutes"}],
                    "return_limit": "1 working day",
                    "extension_limit": "20 working minutes",
                    "extensions_max": 2,
                }
            },
        }
    )
    text = to_text(policy)
    assert from_text(text) == policy
    assert 'budget = { kind = "continuous", amount = 90 }' in text
    assert 'budget = "3 working hours"' in text
    silent = policy.model_copy(
        update={"provenance": policy.provenance.model_copy(update={"note": None}), "default": None}
    )
    assert from_text(to_text(silent)) == silent
    assert "note" not in to_text(silent)


def _faults(text: str) -> tuple[TextFault, ...]:
    found = from_text(text)
    assert isinstance(found, tuple)
    return found


def _line(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("was", "is_", "key"),
    [
        ('budget = "3 hours"', 'budget = "3 moons"', "variants.urgent.stages.arrive.budget"),
        ("version = 1", "version = 0", "version"),
        ('urgency = "urgent"', 'urgency = "soon"', "variants.urgent.urgency"),
        ('standing = "project_default"', 'standing = "rumour"', "provenance.standing"),
    ],
)
def test_a_wrong_value_is_found_on_its_line(was: str, is_: str, key: str) -> None:
    text = TEXT.replace(was, is_)
    (fault,) = _faults(text)
    assert (fault.line, fault.key) == (_line(text, is_), key)
    assert "Value error" not in fault.message
    assert fault.kind


def test_an_unknown_stage_is_found_on_its_line() -> None:
    text = TEXT.replace("dispatch = { budget", "despatch = { budget")
    (fault,) = _faults(text)
    assert (fault.line, fault.key) == (_line(text, "despatch"), "variants.critical.stages.despatch")


def test_what_is_missing_is_found_where_it_ought_to_be() -> None:
    text = TEXT.replace('name = { zh = "紧急", en = "Urgent" }\n', "")
    (fault,) = _faults(text)
    assert (fault.line, fault.key) == (_line(text, "[variants.urgent]"), "variants.urgent.name")
    (whole,) = _faults(TEXT.replace('id = "135"\n', ""))
    assert (whole.line, whole.key) == (1, "id")


def test_broken_syntax_is_found_on_its_line() -> None:
    text = TEXT.replace('id = "135"', 'id = "135')
    (fault,) = _faults(text)
    assert (fault.line, fault.key) == (1, "")
    assert "line" not in fault.message
    (end,) = _faults("a = [1,\n2\n")
    assert end.line == 3


def test_lists_are_found_by_their_table() -> None:
    text = "[[variants.a.milestones]]\nkey = 1\n\n[[variants.b.milestones]]\nkey = 2\n"
    assert line_of(text, ("variants", "b", "milestones", 0, "key")) == 5
    assert line_of("# nothing\n", ("id",)) == 1
