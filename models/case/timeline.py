"""The timeline of a case: every fact in order, in words, and the bands that draw it.

It is made from sealed facts alone, so it is the same whether they come from PostgreSQL or from the workflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.base import Frozen, Words
from models.case.facts import ClockSet, ThresholdPassed
from models.case.facts.timing import Cause
from models.case.sealing import SealedFact
from models.case.stays import Stay, stays
from models.city.people import Actor
from models.clocks.clock import Clock
from models.clocks.explain import words as explained


class Entry(Frozen):
    """One fact, as people read it."""

    seq: int
    at: datetime
    """When it was recorded, UTC."""
    kind: str
    words: Words
    actor: Actor
    command: str
    """The identity of the command it came from; `clock` for the deadlines' own."""
    round: int
    stage: str
    """The stage after it."""
    holder: str
    """The id of the holding unit after it."""
    scheduled: datetime | None = None
    """For what a deadline did: the instant it was due, whenever it was recorded."""
    clock: str | None = None
    """The id of the clock it set, moved or fired."""
    why: Words | None = None
    """The rule behind the dates it set: policy, version, kind of time, what was stepped over."""
    attachments: tuple[str, ...] = ()
    hash: str

    @property
    def short(self) -> Words:
        """The words without the rule behind the dates, for whoever shows that beside them."""
        if self.why is None:
            return self.words
        return Words(
            zh=self.words.zh.removesuffix(f"。{self.why.zh}"),
            en=self.words.en.removesuffix(f". {self.why.en}"),
        )


class Promise(Frozen):
    """What a clock promised from `at` on, and why it did so."""

    at: datetime
    cause: Cause
    yellow_at: datetime | None
    red_at: datetime | None


class ClockBand(Frozen):
    """One clock from its start to its end: its last state, which holds the ledger, and all it promised."""

    clock: Clock
    promises: tuple[Promise, ...] = ()


class Bands(Frozen):
    """The data of the picture: a band per stay, and one per clock against its budget."""

    stays: tuple[Stay, ...]
    clocks: tuple[ClockBand, ...]


class Timeline(Frozen):
    """Everything that happened to a case."""

    entries: tuple[Entry, ...]
    bands: Bands
    complete: bool = True
    """False when the oldest facts are missing: a long case's workflow keeps only its newest."""


def timeline(facts: Sequence[SealedFact], *, complete: bool = True) -> Timeline:
    """The timeline that the facts tell, in their order."""
    return Timeline(
        entries=tuple(map(entry, facts)),
        bands=Bands(stays=stays(facts), clocks=clock_bands(facts)),
        complete=complete,
    )


def entry(sealed: SealedFact) -> Entry:
    """One fact, as people read it."""
    fact = sealed.fact
    timed = fact if isinstance(fact, ClockSet | ThresholdPassed) else None
    why = fact.why if isinstance(fact, ClockSet) else None
    return Entry(
        seq=sealed.seq,
        at=sealed.at,
        kind=fact.fact,
        words=fact.words(),
        actor=sealed.actor,
        command=sealed.command,
        round=sealed.round,
        stage=sealed.stage,
        holder=sealed.holder,
        scheduled=getattr(fact, "scheduled", None),
        clock=timed.clock.id if timed else None,
        why=explained(why) if why else None,
        attachments=getattr(fact, "attachments", ()),
        hash=sealed.hash,
    )


def clock_bands(facts: Iterable[SealedFact]) -> tuple[ClockBand, ...]:
    """A band per clock, in the order in which they were first set."""
    bands: dict[str, ClockBand] = {}
    for sealed in facts:
        kind = sealed.body["fact"]
        if kind == "clock_set":
            set_ = ClockSet.model_validate(sealed.body)
            clock = set_.clock
            promise = Promise(at=sealed.at, cause=set_.cause, yellow_at=clock.yellow_at, red_at=clock.red_at)
            bands[clock.id] = ClockBand(clock=clock, promises=(*_promises(bands, clock), promise))
        elif kind == "threshold_passed":
            clock = ThresholdPassed.model_validate(sealed.body).clock
            bands[clock.id] = ClockBand(clock=clock, promises=_promises(bands, clock))
    return tuple(bands.values())


def _promises(bands: Mapping[str, ClockBand], clock: Clock) -> tuple[Promise, ...]:
    return bands[clock.id].promises if clock.id in bands else ()
