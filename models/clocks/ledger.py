"""The ledger of a clock: the stretches during which it ran, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Self

from pydantic import model_validator

from models.base import Frozen
from models.clocks.budget import ClockKind
from models.clocks.calendar import CalendarSlice
from models.clocks.measure import NOTHING, advance, begins, elapsed


class Span(Frozen):
    """A stretch during which the clock ran; `end` is none while it runs."""

    start: datetime
    end: datetime | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(
                f"a span ends after it starts: {self.start.isoformat()} – {self.end.isoformat()}"
            )
        return self


Spans = tuple[Span, ...]
"""Oldest first; only the last one may be open."""


def consumed(
    kind: ClockKind, calendar: CalendarSlice, origin: datetime, spans: Spans, at: datetime
) -> timedelta:
    """What the spans hold by the instant `at`, in the measured time of `kind`."""
    held = (
        elapsed(kind, calendar, begin, min(end or at, at))
        for begin, end in _flows(kind, origin, spans)
        if begin < at
    )
    return sum(held, NOTHING)


def reach(
    kind: ClockKind, calendar: CalendarSlice, origin: datetime, spans: Spans, need: timedelta
) -> datetime | None:
    """When the spans reach `need`: in the past, or to come if the last one is open; none if they never do."""
    for begin, end in _flows(kind, origin, spans):
        if end is None:
            return advance(kind, calendar, begin, need)
        held = elapsed(kind, calendar, begin, end)
        if need <= held:
            return advance(kind, calendar, begin, need)
        need -= held
    return None


def _flows(kind: ClockKind, origin: datetime, spans: Spans) -> Iterator[tuple[datetime, datetime | None]]:
    """The parts of the spans in which time flows: a limit in days skips the day of its origin."""
    flow = begins(kind, origin)
    for span in spans:
        if span.end is None or span.end > flow:
            yield max(span.start, flow), span.end
