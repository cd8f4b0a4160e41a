"""Policies as text that people edit: TOML as in data/policies, and faults with the line they stand on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from models.base import Urgency
from models.clocks.budget import DAY, HOUR, MINUTE, Budget, ClockKind
from models.clocks.policy import Policy, Variant
from models.clocks.rules import ClockStage, LevelName


class TextFault(NamedTuple):
    """What is wrong with the text, and where."""

    line: int
    """Counted from 1; the nearest line that stands there, for what is missing."""
    key: str
    message: str
    """In English, as whoever found it says it."""
    kind: str = ""
    """pydantic's word for the kind of fault; empty for broken syntax."""
    context: Mapping[str, Any] = {}
    """What the kind of fault speaks of."""


_SYNTAX: Final = re.compile(r"\(at line (\d+), column \d+\)")
_TABLE: Final = re.compile(r"^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}")
_KEY: Final = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that TOML takes in writing only."""


def to_text(policy: Policy) -> str:
    """The policy as people edit it: only what it says itself, in the order in which it is read."""
    return "\n".join(_policy(policy)) + "\n"


def from_text(text: str) -> Policy | tuple[TextFault, ...]:
    """The policy written in `text`, or everything that is wrong with it."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        return (TextFault(line, "", _SYNTAX.sub("", str(error)).strip()),)
    except ValidationError as error:
        return tuple(
            TextFault(
                line_of(text, fault["loc"]),
                ".".join(str(step) for step in fault["loc"] if step != "[key]"),
                fault["msg"].removeprefix("Value error, "),
                fault["type"],
                fault.get("ctx", {}),
            )
            for fault in error.errors()
        )


def line_of(text: str, location: Sequence[int | str]) -> int:
    """The line on which `location` (as pydantic names it) is written, or the last of what leads there."""
    wanted = tuple(str(step) for step in location if step != "[key]" and not isinstance(step, int))
    best, deepest, table = 1, 0, ()  # type: int, int, tuple[str, ...]
    for number, line in enumerate(text.splitlines(), start=1):
        header = _TABLE.match(line)
        if header:
            table = _steps(header[1])
            path = table
        elif key := _KEY.match(line):
            path = table + _steps(key[1])
        else:
            continue
        shared = _shared(path, wanted)
        if shared > deepest:
            best, deepest = number, shared
    return best


def _steps(dotted: str) -> tuple[str, ...]:
    return tuple(step.strip().strip("\"'") for step in dotted.split("."))


def _shared(path: Sequence[str], wanted: Sequence[str]) -> int:
    """How many steps both begin with; nothing if the path leads elsewhere."""
    together = min(len(path), len(wanted))
    return together if tuple(path[:together]) == tuple(wanted[:together]) else 0


def _policy(policy: Policy) -> Iterator[str]:
    yield f"id = {_text(policy.id)}"
    yield f"version = {policy.version}"
    yield f"name = {_words(policy.name.model_dump())}"
    if policy.extends is not None:
        yield f"extends = {_text(policy.extends)}"
    if policy.default is not None:
        yield f"default = {_text(policy.default)}"
    yield "\n[provenance]"
    yield f"standing = {_text(policy.provenance.standing)}"
    yield f"source = {_words(policy.provenance.source.model_dump())}"
    if policy.provenance.note is not None:
        yield f"note = {_words(policy.provenance.note.model_dump())}"
    for key, variant in sorted(policy.variants.items(), key=_place):
        yield from _variant(f"variants.{_key(key)}", variant)


def _place(named: tuple[str, Variant]) -> tuple[int, str]:
    """Where a variant stands in the text: the most pressing first, then those that have names only."""
    key, variant = named
    ranks = [Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY]
    return (ranks.index(variant.urgency) if variant.urgency is not None else len(ranks), key)


def _variant(table: str, variant: Variant) -> Iterator[str]:
    said = variant.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    yield f"\n[{table}]"
    yield f"name = {_words(variant.name.model_dump())}"
    if variant.urgency is not None:
        yield f"urgency = {_text(variant.urgency)}"
    for limit in ("return_limit", "extension_limit"):
        if limit in said:
            yield f"{limit} = {_budget(Budget.model_validate(said[limit]))}"
    if variant.extensions_max is not None:
        yield f"extensions_max = {variant.extensions_max}"
    for part, order in (("stages", tuple(ClockStage)), ("levels", get_args(LevelName))):
        if said.get(part):
            yield f"\n[{table}.{part}]"
            for key in (key for key in order if key in said[part]):
                yield f"{_key(key)} = {_inline(said[part][key])}"
    for milestone in said.get("milestones", ()):
        yield f"\n[[{table}.milestones]]"
        for key, value in milestone.items():
            yield f"{_key(key)} = {_value(key, value)}"


def _budget(budget: Budget) -> str:
    """The budget as policy files write it, “5 working days”; as a table where it is no whole minutes."""
    if budget.kind is ClockKind.WORKING_DAYS:
        return _count(budget.amount, "working day")
    working = "working " if budget.kind is ClockKind.WORKING_HOURS else ""
    sizes = (() if working else (("day", DAY),)) + (("hour", HOUR), ("minute", MINUTE))
    for unit, size in sizes:
        if budget.amount % size == 0:
            return _count(budget.amount // size, f"{working}{unit}")
    return f'{{ kind = "{budget.kind}", amount = {budget.amount} }}'


def _count(amount: int, unit: str) -> str:
    return f'"{amount} {unit}"' if amount == 1 else f'"{amount} {unit}s"'


def _inline(terms: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_value(key, value)}" for key, value in terms.items()) + " }"


def _value(key: str, value: Any) -> str:
    if key == "budget":
        return _budget(Budget.model_validate(value))
    if isinstance(value, dict):
        return _words(value)
    if isinstance(value, list):
        return "[" + ", ".join(_text(each) for each in value) + "]"
    return _text(value) if isinstance(value, str) else str(value)


def _words(words: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_text(value)}" for key, value in words.items()) + " }"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(value: str) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    written = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return f'"{written}"'
