"""Stays: how long a case was where, stage by stage and holder by holder, with its pauses set apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.base import Frozen
from models.case.sealing import SealedFact
from models.case.state import Stage
from models.clocks.ledger import Span


class Stay(Frozen):
    """One stretch of a round in which neither the stage nor the holder changed."""

    round: int
    stage: Stage
    holder: str
    """The id of the unit that held the case."""
    since: datetime
    until: datetime | None = None
    """None: it is there still."""
    pauses: tuple[Span, ...] = ()
    """The parts of it in which the case was suspended."""

    def paused(self, at: datetime) -> timedelta:
        """How much of it, up to the instant `at`, was suspended."""
        ends = min(self.until or at, at)
        held = (min(span.end or ends, ends) - span.start for span in self.pauses if span.start < ends)
        return sum(held, timedelta())

    def spent(self, at: datetime) -> timedelta:
        """How much of it, up to the instant `at`, was not."""
        return min(self.until or at, at) - self.since - self.paused(at)


SUSPENDS = frozenset({"suspended"})
"""The kinds of fact that begin a pause."""
RESUMES = frozenset({"resumed", "voided"})
"""The kinds of fact that end one."""


def stays(facts: Iterable[SealedFact]) -> tuple[Stay, ...]:
    """The stays that the facts tell of, in order; those that ended in the instant they began are left out.

    `models.queries.stays` tells the same of many cases at once.
    """
    found: list[Stay] = []
    suspended = False
    for fact in facts:
        kind, was = fact.body["fact"], suspended
        suspended = kind in SUSPENDS or (was and kind not in RESUMES)
        here = found[-1] if found else None
        if here is None or (here.round, here.stage, here.holder) != (fact.round, fact.stage, fact.holder):
            if here is not None:
                pauses = _closed(here.pauses, fact.at)
                found[-1] = here.model_copy(update={"until": fact.at, "pauses": pauses})
            found.append(_begun(fact, suspended=suspended))
        elif suspended and not was:
            found[-1] = here.model_copy(update={"pauses": (*here.pauses, Span(start=fact.at))})
        elif was and not suspended:
            found[-1] = here.model_copy(update={"pauses": _closed(here.pauses, fact.at)})
    return tuple(stay for stay in found if stay.until != stay.since)


def _begun(fact: SealedFact, *, suspended: bool) -> Stay:
    return Stay(
        round=fact.round,
        stage=Stage(fact.stage),
        holder=fact.holder,
        since=fact.at,
        pauses=(Span(start=fact.at),) if suspended else (),
    )


def _closed(pauses: tuple[Span, ...], at: datetime) -> tuple[Span, ...]:
    return tuple(span if span.end is not None else Span(start=span.start, end=at) for span in pauses)
