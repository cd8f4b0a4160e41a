"""The small timeline of a row: a band of the stays since the report, and below it where a limit was over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from api.pages.wording import Speech
from models.base import Words
from models.case.wording import STAGES
from models.clocks.explain import stage_name
from models.queries.overdue import OverdueCase

WIDTH: Final = 240.0
"""Units of the drawing; it is stretched to the room there is."""
THINNEST: Final = 1.5
"""What lasted for a moment only is still to be seen."""


class Bar(NamedTuple):
    """One stretch: from `x`, so wide; `look` is a stage, `paused` or `late`."""

    x: float
    width: float
    look: str
    words: str
    """What it is and how long it lasted, for who points at it."""


class Spark(NamedTuple):
    """The drawing, and the same in words for who does not see it."""

    stays: tuple[Bar, ...]
    late: tuple[Bar, ...]
    words: str


def spark(item: OverdueCase, at: datetime, speech: Speech) -> Spark:
    """The timeline of `item` up to the instant `at`."""
    start = item.stays[0].since if item.stays else item.case.reported_at
    scale = _Scale(start, at)
    stays = tuple(_stays(item, at, scale, speech))
    late = tuple(_late(item, at, scale, speech))
    return Spark(stays, late, "；".join(bar.words for bar in (*stays, *late)))


class _Scale:
    """Instants as places along the drawing."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._length = max((end - start).total_seconds(), 1.0)

    def bar(self, since: datetime, until: datetime, look: str, words: str) -> Bar:
        x = self._place(since)
        width = max(self._place(until) - x, THINNEST)
        return Bar(round(min(x, WIDTH - width), 2), round(width, 2), look, words)

    def _place(self, instant: datetime) -> float:
        share = (instant - self._start).total_seconds() / self._length
        return max(0.0, min(share, 1.0)) * WIDTH


def _stays(item: OverdueCase, at: datetime, scale: _Scale, speech: Speech) -> Iterator[Bar]:
    for stay in item.stays:
        words = f"{stay.holder.name} {speech.say(STAGES[stay.stage])} {speech.duration(stay.spent)}"
        yield scale.bar(stay.since, stay.until or at, stay.stage.value, words)
        for pause in stay.pauses:
            lasted = speech.duration((pause.end or at) - pause.start)
            words = speech.say(Words(zh=f"挂起 {lasted}", en=f"suspended {lasted}"))
            yield scale.bar(pause.start, pause.end or at, "paused", words)


def _late(item: OverdueCase, at: datetime, scale: _Scale, speech: Speech) -> Iterator[Bar]:
    for clock in item.clocks:
        name, late = stage_name(clock.stage), speech.duration(clock.late)
        words = speech.say(Words(zh=f"{name.zh}超期 {late}", en=f"{name.en} late by {late}"))
        yield scale.bar(clock.since, at, "late", words)
