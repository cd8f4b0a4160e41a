"""The picture of a case: a band per stay in a stage, and one per clock against its budget, on one axis.

Pure geometry: places and widths are per cent of the picture's width, rows are for the template. So the
same picture is drawn on a phone, on a wall and on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Final

from api.pages.cases.axis import Axis, Tick, axis, midnights, ticks
from api.pages.cases.lanes import Lane, lanes
from api.pages.cases.marks import Mark, marks
from models.base import Frozen
from models.case.state import OPEN, Case
from models.case.stays import Stay
from models.case.timeline import Timeline
from models.clocks.calendar import CalendarSlice
from models.clocks.clock import ClockState

LEAST: Final = 0.35
"""Per cent of the width that even the shortest band has, so that it can be seen and pointed at."""
AT_FIRST: Final = 12
"""Rows of clocks that are drawn at once; of more, the last in which nothing happened are folded away."""
NARROWEST: Final = 6.5
"""Pixels for one per cent of the width, on the narrowest picture (650 pixels); below that it is scrolled."""
_LATIN: Final = 0x2E7F
"""Signs after this one are as wide as they are high."""


class Box(Frozen):
    """A stretch of the picture."""

    x: float
    width: float


class StageBand(Frozen):
    """A stay, drawn."""

    box: Box
    stay: Stay
    pauses: tuple[Box, ...]
    last: bool
    """Whether the case stands there still."""


class HolderBand(Frozen):
    """Neighbouring stays with the same holder, drawn."""

    box: Box
    holder: str
    """The unit's id."""


class RoundMark(Frozen):
    """Where a later round begins."""

    x: float
    round: int
    at: datetime


class Picture(Frozen):
    """Everything that is drawn."""

    axis: Axis
    ticks: tuple[Tick, ...]
    midnights: tuple[float, ...]
    stages: tuple[StageBand, ...]
    holders: tuple[HolderBand, ...]
    rounds: tuple[RoundMark, ...]
    marks: tuple[Mark, ...]
    lanes: tuple[Lane, ...]
    folded: tuple[Lane, ...]
    """Rows of clocks that kept their limit without a word, when there are too many to show at once."""
    now: float | None
    """Where now stands; none for a case that has ended."""

    @staticmethod
    def fits(text: str, width: float) -> bool:
        """Whether a text of 12 pixels surely stands inside a band of `width` per cent."""
        pixels = sum(12.5 if ord(sign) > _LATIN else 6.9 for sign in text)
        return pixels + 10 <= width * NARROWEST


def picture(told: Timeline, case: Case, calendar: CalendarSlice, now: datetime) -> Picture:
    """The picture of a case at the instant `now`."""
    stays = _drawn_stays(told.bands.stays)
    if not stays:  # everything happened in the instant it was reported
        first = told.entries[0]
        stays = (Stay(round=case.round, stage=case.stage, holder=case.holder.id, since=first.at),)
    end = _end(told, stays, now)
    steps = _steps(stays)
    clocks = told.bands.clocks
    moments = [
        at
        for band in clocks
        for at in (band.clock.yellow_at, band.clock.red_at, band.clock.stopped_at)
        if at is not None
    ]
    drawn = axis(stays[0].since, end, steps, moments, now)
    shown = stays if case.stage in OPEN or len(stays) == 1 else stays[:-1]
    rows = lanes(clocks, drawn, case, stays, calendar, now)
    kept = _kept(rows)
    return Picture(
        axis=drawn,
        ticks=ticks(drawn, steps, now),
        midnights=tuple(drawn.x(at) for at in midnights(drawn)),
        stages=tuple(_stage_bands(drawn, shown, now)),
        holders=tuple(_holder_bands(drawn, shown, now)),
        rounds=tuple(
            RoundMark(x=drawn.x(here.since), round=here.round, at=here.since)
            for before, here in pairwise(stays)
            if before.round != here.round
        ),
        marks=marks(drawn, told.entries),
        lanes=tuple(row for row in rows if row in kept),
        folded=tuple(row for row in rows if row not in kept),
        now=drawn.x(now) if case.stage in OPEN else None,
    )


def _drawn_stays(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """The stays up to the end of the matter: what follows that is only the wait for the archive."""
    kept = list(stays)
    while len(kept) > 1 and kept[-1].stage not in OPEN and kept[-2].stage not in OPEN:
        kept.pop()
    return tuple(kept)


def _end(told: Timeline, stays: Sequence[Stay], now: datetime) -> datetime:
    """The right edge: what is promised for an open case, the end of the matter for a closed one."""
    if stays[-1].stage not in OPEN:
        return stays[-1].since
    running = (band.clock for band in told.bands.clocks if band.clock.state is ClockState.RUNNING)
    return max([now, *(clock.red_at for clock in running if clock.red_at is not None)])


def _steps(stays: Iterable[Stay]) -> list[datetime]:
    """The instants between which something is to be seen: changes of stage, and pauses."""
    found = []
    for stay in stays:
        found.append(stay.since)
        for pause in stay.pauses:
            found += [pause.start, *([pause.end] if pause.end else [])]
    return found


def _box(drawn: Axis, since: datetime, until: datetime) -> Box:
    x = drawn.x(since)
    width = max(drawn.x(until) - x, LEAST)
    return Box(x=round(min(x, 100 - width), 3), width=round(width, 3))


def _until(stay: Stay, now: datetime) -> datetime:
    return stay.until or max(now, stay.since)


def _stage_bands(drawn: Axis, stays: Sequence[Stay], now: datetime) -> Iterator[StageBand]:
    for stay in stays:
        pauses = tuple(_box(drawn, pause.start, pause.end or _until(stay, now)) for pause in stay.pauses)
        yield StageBand(
            box=_box(drawn, stay.since, _until(stay, now)), stay=stay, pauses=pauses, last=stay.until is None
        )


def _holder_bands(drawn: Axis, stays: Sequence[Stay], now: datetime) -> Iterator[HolderBand]:
    for holder, together in groupby(stays, key=lambda stay: stay.holder):
        held = list(together)
        yield HolderBand(box=_box(drawn, held[0].since, _until(held[-1], now)), holder=holder)


def _kept(rows: Sequence[Lane]) -> tuple[Lane, ...]:
    """The rows that are drawn at once: all in which something happened, and others while there is room."""
    room = AT_FIRST - sum(row.matters for row in rows)
    quiet = [row for row in rows if not row.matters][: max(room, 0)]
    return tuple(row for row in rows if row.matters or row in quiet)
