"""Clocks as bands: what each used of its budget, where it stood still, where it was late, what it promised.

Clocks of one kind that follow each other share a row (a lane): acceptance at the community, then the street.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from api.pages.cases.axis import Axis
from models.base import Frozen, Words
from models.case.facts.timing import CAUSES, Cause
from models.case.owners import HOLDERS_OWN, owner_of
from models.case.state import Case
from models.case.stays import Stay
from models.case.timeline import ClockBand
from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import CalendarSlice
from models.clocks.clock import Clock, ClockState, Light, consumed, light
from models.clocks.explain import stage_name
from models.clocks.measure import worth
from models.clocks.policy import ClockStage

_MOVES: Final = frozenset({Cause.EXTENDED, Cause.REGRADED, Cause.SPECIAL, Cause.RULES_CHANGED, Cause.RESUMED})
"""The causes for which a promised date is another one afterwards."""
_ALWAYS: Final = frozenset({ClockStage.HANDLE, ClockStage.LEVEL})
"""The clocks people look for first."""
_PARTIES: Final = frozenset({ClockStage.SIGN, ClockStage.REPORT_IN, ClockStage.FINISH, ClockStage.RATE})
"""Clocks that several whistled departments have side by side: each department has rows of its own."""


class Look(StrEnum):
    """How a piece of a band is drawn."""

    USED = "used"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    LEFT = "left"
    """What is left, up to yellow; to come."""
    LEFT_YELLOW = "left-yellow"
    """From yellow to red; to come."""
    SPARED = "spared"
    """Budget that was not needed."""


class Piece(Frozen):
    """A stretch of a band."""

    x: float
    width: float
    look: Look


class Move(Frozen):
    """Where a promised date was moved, and from where."""

    x: float
    at: datetime
    cause: Words
    before: datetime | None
    after: datetime | None
    ghost: float | None
    """Where the old red instant stands, if the picture reaches it."""


class Bar(Frozen):
    """One clock, drawn."""

    clock: Clock
    name: Words
    owner: str
    """The id of the unit whose lateness it measures."""
    x: float
    end: float
    room: float
    """Per cent of the width up to the next bar of the row: how long its text may be."""
    pieces: tuple[Piece, ...]
    moves: tuple[Move, ...]
    light: Light
    used: timedelta
    """In the measured time of the budget's kind."""
    used_days: float | None
    """For a limit in working days: how many of them that is."""
    share: int
    """What was used, in per cent of the budget with its extensions."""
    allowed: Words
    """Budget and extensions."""
    over: timedelta | None
    """How long after its red instant it ended, or is still running; to end in that instant is late, too."""

    @property
    def running(self) -> bool:
        """Whether it still counts."""
        return self.clock.state is ClockState.RUNNING


class Lane(Frozen):
    """A row of bars of one kind."""

    name: Words
    owner: str | None
    """The unit's id, if they are all one unit's."""
    bars: tuple[Bar, ...]

    @property
    def matters(self) -> bool:
        """Whether there is more to it than a limit kept in silence."""
        return any(
            bar.clock.state is not ClockState.STOPPED
            or bar.light is not Light.GREEN
            or bar.moves
            or bar.clock.stage in _ALWAYS
            for bar in self.bars
        )


def lanes(
    clocks: Sequence[ClockBand],
    drawn: Axis,
    case: Case,
    stays: Sequence[Stay],
    calendar: CalendarSlice,
    now: datetime,
) -> tuple[Lane, ...]:
    """The rows, in the order of the closed loop."""
    rows: list[tuple[tuple[int, str, str], list[Bar]]] = []
    order = {stage: place for place, stage in enumerate(ClockStage)}
    for band in sorted(clocks, key=lambda band: (order[band.clock.stage], band.clock.origin)):
        bar = _bar(band, drawn, _owner(case, band, stays), calendar, now)
        key = (order[band.clock.stage], bar.name.zh, bar.owner if band.clock.stage in _PARTIES else "")
        free = (bars for other, bars in rows if other == key and bars[-1].end <= bar.x + 0.01)
        place = next(free, None)
        if place is None:
            rows.append((key, [bar]))
        else:
            place.append(bar)
    return tuple(_lane(bars) for _, bars in sorted(rows, key=lambda row: (row[0], row[1][0].x)))


def _lane(bars: Sequence[Bar]) -> Lane:
    """The row, with nothing of one bar reaching into the next."""
    owners = {bar.owner for bar in bars}
    fitted = [_before(bar, following.x) for bar, following in pairwise(bars)]
    return Lane(name=bars[0].name, owner=owners.pop() if len(owners) == 1 else None, bars=(*fitted, bars[-1]))


def _before(bar: Bar, edge: float) -> Bar:
    """The bar, cut off at the place where the next one begins."""
    pieces = tuple(
        piece.model_copy(update={"width": round(min(piece.width, edge - piece.x), 3)})
        for piece in bar.pieces
        if piece.x < edge
    )
    return bar.model_copy(update={"pieces": pieces, "room": round(edge - bar.x, 3)})


def _owner(case: Case, band: ClockBand, stays: Sequence[Stay]) -> str:
    """Whose lateness it measures: for a holder's own clock, the holder at the time."""
    clock = band.clock
    if clock.stage in HOLDERS_OWN and band.promises:
        set_ = band.promises[0].at
        then = (stay for stay in stays if stay.since <= set_ and (stay.until is None or set_ < stay.until))
        held = next(then, None)
        if held is not None:
            return held.holder
    return owner_of(case, clock).id


def _bar(band: ClockBand, drawn: Axis, owner: str, calendar: CalendarSlice, now: datetime) -> Bar:
    clock = band.clock
    at = min(clock.stopped_at or now, drawn.end)
    used = consumed(clock, max(at, clock.origin), calendar)
    total = worth(clock.budget.kind, clock.budget.amount + clock.extension, calendar)
    in_days = clock.budget.kind is ClockKind.WORKING_DAYS
    red = clock.red or clock.red_at
    x = drawn.x(clock.origin)
    return Bar(
        clock=clock,
        name=clock.name or stage_name(clock.stage),
        owner=owner,
        x=x,
        end=drawn.x(at),
        room=round(100 - x, 3),
        pieces=tuple(_pieces(clock, drawn, now)),
        moves=tuple(_moves(band, drawn)),
        light=light(clock, now),
        used=used,
        used_days=round(used / calendar.day_length, 1) if in_days else None,
        share=round(100 * (used / total)),
        allowed=Budget(kind=clock.budget.kind, amount=clock.budget.amount + clock.extension).words(),
        over=at - red if red is not None and red <= at else None,
    )


def _pieces(clock: Clock, drawn: Axis, now: datetime) -> Iterator[Piece]:
    """The band from its beginning to its end, and what is or was left of the budget."""
    yellow, red = clock.yellow or clock.yellow_at, clock.red or clock.red_at
    end = clock.stopped_at or now
    flowing = [(span.start, span.end or end) for span in clock.spans if span.start < end]
    for start, stop in flowing:
        yield from _coloured(drawn, start, min(stop, end), yellow, red)
    gaps = [(before[1], after[0]) for before, after in pairwise(flowing)]
    if flowing and flowing[-1][1] < end:
        gaps.append((flowing[-1][1], end))
    for start, stop in gaps:
        yield from _piece(drawn, start, stop, Look.PAUSED)
    if red is None or red <= end:
        return
    if clock.state is ClockState.STOPPED:
        yield from _piece(drawn, end, red, Look.SPARED)
    elif clock.state is ClockState.RUNNING:
        turns = max(min(yellow or red, red), end)
        yield from _piece(drawn, end, turns, Look.LEFT)
        yield from _piece(drawn, turns, red, Look.LEFT_YELLOW)


def _coloured(
    drawn: Axis, start: datetime, stop: datetime, yellow: datetime | None, red: datetime | None
) -> Iterator[Piece]:
    """A stretch in which the clock ran, by its lights."""
    turns_red = min(max(red or stop, start), stop)
    turns_yellow = min(max(yellow or turns_red, start), turns_red)
    yield from _piece(drawn, start, turns_yellow, Look.USED)
    yield from _piece(drawn, turns_yellow, turns_red, Look.YELLOW)
    yield from _piece(drawn, turns_red, stop, Look.RED)


def _piece(drawn: Axis, start: datetime, stop: datetime, look: Look) -> Iterator[Piece]:
    if stop <= start:
        return
    x, end = drawn.x(start), drawn.x(stop)
    if end > x:
        yield Piece(x=x, width=round(end - x, 3), look=look)


def _moves(band: ClockBand, drawn: Axis) -> Iterator[Move]:
    before = None
    for promise in band.promises:
        moved = promise.cause in _MOVES and before != promise.red_at
        if moved and promise.at <= drawn.end:
            ghost = drawn.x(before) if before is not None and before <= drawn.end else None
            yield Move(
                x=drawn.x(promise.at),
                at=promise.at,
                cause=CAUSES[promise.cause],
                before=before,
                after=promise.red_at,
                ghost=ghost,
            )
        before = promise.red_at or before
