"""The facts of a case as people follow them: step by step, what one command led to told together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from models.base import Frozen
from models.case.decide import CLOCK
from models.case.facts.timing import Cause
from models.case.sealing import SealedFact
from models.case.timeline import Entry
from models.city.people import Actor
from models.clocks.clock import Threshold

PUNCTUAL: Final = timedelta(seconds=1)
"""A deadline's fact that was recorded within this time of its instant is not called late."""
_TONES: Final = {Threshold.YELLOW.value: "yellow", Threshold.RED.value: "red"}


class ClockLine(Frozen):
    """What a step did to one clock."""

    entry: Entry
    cause: Cause
    yellow_at: datetime | None
    red_at: datetime | None
    """What it promises from now on; none where it stopped or stands still."""


class Line(Frozen):
    """One thing that happened in a step."""

    entry: Entry
    tone: str | None
    """`yellow` or `red` where a light turned."""
    behind: timedelta | None
    """How much later than its instant a deadline's fact was recorded, if that is worth a word."""


class Step(Frozen):
    """What one command, or one instant of the clocks, led to."""

    at: datetime
    actor: Actor
    by_clock: bool
    """Whether time did it, not a person and not another case."""
    round: int
    lines: tuple[Line, ...]
    clocks: tuple[ClockLine, ...]
    pictures: tuple[str, ...]
    first: int
    last: int
    """The numbers of its facts."""
    hash: str
    """That of its last fact, which vouches for all before it."""

    @property
    def red(self) -> bool:
        """Whether a light turned red in it."""
        return any(line.tone == "red" for line in self.lines)


def steps(facts: Sequence[SealedFact], entries: Sequence[Entry]) -> tuple[Step, ...]:
    """The steps that the facts make, oldest first; `entries` are the facts as people read them, in order."""
    told = zip(facts, entries, strict=True)
    by_command = groupby(told, key=lambda both: (both[0].command, both[0].at))
    return tuple(_step(list(together)) for _, together in by_command)


def _step(told: Sequence[tuple[SealedFact, Entry]]) -> Step:
    last, _ = told[-1]
    pictures = (picture for _, said in told for picture in said.attachments)
    return Step(
        at=last.at,
        actor=last.actor,
        by_clock=last.command == CLOCK,
        round=last.round,
        lines=tuple(_lines(told)),
        clocks=tuple(_clock_lines(told)),
        pictures=tuple(dict.fromkeys(pictures)),
        first=told[0][0].seq,
        last=last.seq,
        hash=last.hash,
    )


def _lines(told: Sequence[tuple[SealedFact, Entry]]) -> Iterator[Line]:
    """What happened; a step that only moved clocks is told by them."""
    only_clocks = all(fact.body["fact"] == "clock_set" for fact, _ in told)
    for fact, said in told:
        if fact.body["fact"] == "clock_set" and not only_clocks:
            continue
        if only_clocks and said is not told[0][1]:
            return
        behind = said.at - said.scheduled if said.scheduled is not None else None
        yield Line(
            entry=said,
            tone=_TONES.get(fact.body.get("threshold", "")),
            behind=behind if behind is not None and behind > PUNCTUAL else None,
        )


def _clock_lines(told: Sequence[tuple[SealedFact, Entry]]) -> Iterator[ClockLine]:
    for fact, said in told:
        if fact.body["fact"] != "clock_set":
            continue
        cause, clock = Cause(fact.body["cause"]), fact.body["clock"]
        over = cause in (Cause.STOPPED, Cause.PAUSED)
        yield ClockLine(
            entry=said,
            cause=cause,
            yellow_at=None if over else _instant(clock.get("yellow_at")),
            red_at=None if over else _instant(clock.get("red_at")),
        )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
