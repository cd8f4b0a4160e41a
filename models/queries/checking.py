"""Checking one case: do its facts hold, and does the read model say what they say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from models.base import Frozen
from models.case.evolve import evolve
from models.case.facts import ClockSet
from models.case.owners import owner_of
from models.case.sealing import SealedFact, broken_link
from models.case.state import Case
from models.clocks.clock import ClockState
from models.queries.case_rows import case_row, clock_row, end, givers, order_rows, task_rows, words_row


class Discrepancy(Frozen):
    """Something that is not as it must be."""

    number: str
    """The case."""
    kind: str
    """Stable: `chain`, `facts`, `row`, `words`, `tasks`, `orders`, `clocks`, `workflow`, `behind`,
    `unanswered`."""
    words: str
    """What is wrong, for whoever has to find out why."""


class Retold(Frozen):
    """A case as its facts tell it: its state, and the revisions of its clocks."""

    case: Case
    clocks: dict[tuple[str, int], dict[str, Any]]
    givers: dict[str, str]
    """Who gave its supervision orders, by the order's id."""


def retell(number: str, facts: Sequence[SealedFact]) -> Retold:
    """The case and its clocks from its facts, fact by fact.

    Raises ValueError when they cannot be told: a fact that nobody understands, or none at all.
    """
    case: Case | None = None
    revisions: dict[tuple[str, int], dict[str, Any]] = {}
    open_: dict[str, dict[str, Any]] = {}
    for sealed in facts:
        try:
            fact = sealed.fact
        except ValidationError as error:
            raise ValueError(f"fact {sealed.seq} cannot be read: {error.error_count()} faults") from error
        if isinstance(fact, ClockSet) and fact.clock.id in open_:
            before = open_.pop(fact.clock.id)
            end(before, sealed.at)
            _owned(before, case)
        case = evolve(case, fact, sealed.stamp).but(version=sealed.seq, head=sealed.hash)
        if isinstance(fact, ClockSet) and fact.clock.state is ClockState.RUNNING:
            row = clock_row(case, fact.clock, sealed)
            open_[fact.clock.id] = revisions[fact.clock.id, sealed.seq] = row
    if case is None:
        raise ValueError("there are no facts")
    for row in open_.values():
        _owned(row, case)
    if case.number != number:
        raise ValueError(f"the facts tell of case {case.number}")
    return Retold(case=case, clocks=revisions, givers=givers(facts))


def _owned(row: dict[str, Any], case: Case | None) -> None:
    """Say whose lateness a revision measures, in the last state in which it holds."""
    clock = case.clock(row["clock_id"]) if case else None
    if case and clock:
        row["owner_id"] = owner_of(case, clock).id


def check_chain(number: str, facts: Sequence[SealedFact]) -> Iterator[Discrepancy]:
    """Whether the facts are all there, in order, and unchanged."""
    broken = broken_link(number, facts)
    if broken is None:
        return
    there = {fact.seq for fact in facts}
    what = (
        "is missing" if broken not in there else "was changed after it was sealed, or the one before it was"
    )
    yield Discrepancy(number=number, kind="chain", words=f"the chain breaks at fact {broken}, which {what}")


def check_rows(
    retold: Retold,
    row: Mapping[str, Any] | None,
    words: Mapping[str, Any] | None,
    tasks: Sequence[Mapping[str, Any]],
    orders: Sequence[Mapping[str, Any]],
    clocks: Sequence[Mapping[str, Any]],
) -> Iterator[Discrepancy]:
    """Whether the rows of the read model say what the facts say. Owners of closed revisions are not asked:
    they depend on how many facts were written at a time."""
    number = retold.case.number
    if row is None:
        yield Discrepancy(number=number, kind="row", words="the case has facts but no row")
        return
    if row["version"] != retold.case.version or row["head"] != retold.case.head:
        told = f"the row is at version {row['version']}, the facts are at {retold.case.version}"
        yield Discrepancy(number=number, kind="facts", words=told)
        return
    yield from _differences(number, "row", "the row", case_row(retold.case), row)
    if words is None:
        yield Discrepancy(
            number=number, kind="words", words="it cannot be found by its words: they are missing"
        )
    else:
        yield from _differences(number, "words", "the words it is found by", words_row(retold.case), words)
    expected_tasks = {(task["id"],): task for task in task_rows(retold.case)}
    yield from _sets(number, "tasks", "task", expected_tasks, {(task["id"],): task for task in tasks})
    expected_orders = {(order["id"],): order for order in order_rows(retold.case, retold.givers)}
    yield from _sets(number, "orders", "order", expected_orders, {(order["id"],): order for order in orders})
    stored = {(clock["clock_id"], clock["revision"]): clock for clock in clocks}
    expected = {
        key: {name: value for name, value in clock.items() if name != "owner_id" or not clock["valid_until"]}
        for key, clock in retold.clocks.items()
    }
    yield from _sets(number, "clocks", "revision", expected, stored)


def _sets(
    number: str,
    kind: str,
    what: str,
    expected: Mapping[tuple[Any, ...], Mapping[str, Any]],
    stored: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> Iterator[Discrepancy]:
    for key in sorted(expected.keys() | stored.keys()):
        name = f"{what} {' '.join(map(str, key))}"
        if key not in stored:
            yield Discrepancy(number=number, kind=kind, words=f"{name} is missing")
        elif key not in expected:
            yield Discrepancy(number=number, kind=kind, words=f"{name} is there without a fact")
        else:
            yield from _differences(number, kind, name, expected[key], stored[key])


def _differences(
    number: str, kind: str, name: str, expected: Mapping[str, Any], stored: Mapping[str, Any]
) -> Iterator[Discrepancy]:
    wrong = sorted(field for field, value in expected.items() if _plain(stored[field]) != _plain(value))
    if wrong:
        # Which, not what: values may hold what people wrote.
        yield Discrepancy(
            number=number, kind=kind, words=f"{name} differs from the facts in {', '.join(wrong)}"
        )


def _plain(value: Any) -> Any:
    """A value as JSON has it: instants in one spelling, sequences as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
