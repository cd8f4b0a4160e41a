"""Deadlines judged: each fired once, under the instant that was promised last, and none is still owed.

The promises are read from the facts that set the clocks, and their arithmetic is done here once more, from
the spans of the ledger, for limits in continuous time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bench.faults.evidence import Told
from bench.faults.findings import Fault, Finding
from models.base import Frozen
from models.case.facts import ClockSet, Escalated, ThresholdPassed
from models.case.sealing import SealedFact
from models.clocks.budget import ClockKind
from models.clocks.clock import Clock, ClockState, Threshold
from models.clocks.policy import ClockStage

LATEST: Final = timedelta(seconds=20)
"""How long after its instant a deadline may still be unrecorded while everything runs."""


class Fired(Frozen):
    """A deadline that fired."""

    number: str
    clock: str
    stage: ClockStage
    threshold: Threshold
    scheduled: datetime
    recorded: datetime


def fired(told: Told) -> list[Fired]:
    """The deadlines of a case that fired, in order."""
    found = []
    for sealed in told.facts:
        fact = sealed.fact
        if isinstance(fact, ThresholdPassed):
            found.append(
                Fired(
                    number=told.number,
                    clock=fact.clock.id,
                    stage=fact.clock.stage,
                    threshold=fact.threshold,
                    scheduled=fact.scheduled,
                    recorded=sealed.at,
                )
            )
    return found


def judge_deadlines(told: Told, now: datetime) -> Iterator[Finding]:
    """Everything that is wrong with a case's deadlines at `now` (UTC), a moment when everything had run."""
    clocks: dict[str, Clock] = {}
    seen: set[tuple[str, Threshold, datetime]] = set()
    for sealed in told.facts:
        fact = sealed.fact
        if isinstance(fact, ClockSet):
            before = clocks.get(fact.clock.id)
            if before is not None:
                yield from _owed(told, before, _until(fact, sealed))
            yield from _untold(told, before, fact.clock)
            yield from _arithmetic(told, fact.clock, sealed)
            clocks[fact.clock.id] = fact.clock
        elif isinstance(fact, ThresholdPassed):
            name = f"{fact.clock.id} {fact.threshold}"
            before = clocks.get(fact.clock.id)
            promised = getattr(before, f"{fact.threshold}_at") if before is not None else None
            if promised != fact.scheduled:
                words = f"{name} fired for {fact.scheduled}, promised was {promised}"
                yield _found(Fault.DEADLINE, told, words)
            if sealed.at < fact.scheduled:
                yield _found(Fault.DEADLINE, told, f"{name} fired before its time")
            yield from _untold(told, before, fact.clock, fact.threshold)
            key = (fact.clock.id, fact.threshold, fact.scheduled)
            if key in seen:
                yield _found(Fault.DOUBLED, told, f"{name} fired twice for {fact.scheduled}")
            seen.add(key)
            clocks[fact.clock.id] = fact.clock
        elif isinstance(fact, Escalated) and fact.automatic and fact.scheduled is None:
            yield _found(Fault.DEADLINE, told, f"fact {sealed.seq} climbs without its scheduled instant")
    for clock in clocks.values():
        yield from _owed(told, clock, now - LATEST)


def _found(fault: Fault, told: Told, words: str) -> Finding:
    return Finding(fault=fault, number=told.number, words=words)


def _until(fact: ClockSet, sealed: SealedFact) -> datetime:
    """Until when what a clock had promised before held."""
    return min(sealed.at, fact.clock.stopped_at or sealed.at)


def _owed(told: Told, clock: Clock, until: datetime) -> Iterator[Finding]:
    """What a clock promised before `until`, and has not done."""
    if clock.state is not ClockState.RUNNING:
        return
    for threshold, mark in _marks(clock):
        promised: datetime | None = getattr(clock, f"{threshold}_at")
        # On time means before: what ended at the very instant is decided by the order of the facts.
        if promised is not None and mark is None and promised < until:
            yield _found(Fault.LOST, told, f"{clock.id} {threshold} was due at {promised} and did not fire")


def _marks(clock: Clock) -> Iterator[tuple[Threshold, datetime | None]]:
    return zip(Threshold, (clock.substituted, clock.yellow, clock.red), strict=True)


def _untold(
    told: Told, before: Clock | None, clock: Clock, telling: Threshold | None = None
) -> Iterator[Finding]:
    """What is marked as fired, without a fact that says so."""
    known = dict(_marks(before)) if before is not None else {}
    for threshold, mark in _marks(clock):
        if mark is not None and known.get(threshold) != mark and threshold is not telling:
            yield _found(Fault.LOST, told, f"{clock.id} {threshold} fired at {mark}, and no fact says so")


def _arithmetic(told: Told, clock: Clock, sealed: SealedFact) -> Iterator[Finding]:
    """Red lies where the ledger reaches budget and extension."""
    if clock.budget.kind is not ClockKind.CONTINUOUS or clock.state is not ClockState.RUNNING:
        return
    left = timedelta(seconds=clock.budget.amount + clock.extension)
    reached: datetime | None = None
    for span in clock.spans:
        if span.end is None or span.end - span.start >= left:
            reached = span.start + left
            break
        left -= span.end - span.start
    if reached is not None and clock.floor is not None and clock.red is None:
        reached = max(reached, clock.floor)
    if clock.red is None and reached != clock.red_at:
        words = f"{clock.id} promises red at {clock.red_at} by fact {sealed.seq}, its ledger says {reached}"
        yield _found(Fault.DEADLINE, told, words)
