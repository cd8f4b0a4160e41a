"""Evolve: the case after a fact. Pure, total, and the only way a case ever changes."""

from __future__ import annotations

from models.case.facts import Fact, Reported
from models.case.facts.base import Stamp
from models.case.state import Case


def evolve(case: Case | None, fact: Fact, stamp: Stamp) -> Case:
    """The case after `fact`; only a report needs no case before it."""
    if isinstance(fact, Reported):
        if case is not None:
            raise ValueError("a case is reported once")
        return fact.open(stamp)
    if case is None:
        raise ValueError("a case begins with its report")
    return fact.apply(case, stamp)
