"""The time axis of a case's picture: where an instant stands, in per cent of the width.

A case may be over in five minutes or take three months, and most of a long one is waiting. To scale, its
first hour would be a hair's breadth. So there are two axes:

- *to scale*, whenever every step of the case is wide enough to be seen that way;
- *squeezed* otherwise: time flows evenly between two neighbouring marks, and the longer the stretch between
  them, the tighter it is packed (by the logarithm of its minutes). The order of things and what fell together
  stay true; lengths are to be read from the ticks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import log2
from typing import Final

from models.base import Frozen, Words
from models.clocks.calendar import CITY_ZONE, city_date, midnight
from models.clocks.measure import DAY

SEEN: Final = 3.0
"""Per cent of the width that the shortest step must have for an axis to scale."""
FLOOR: Final = 40.0
"""Per cent of the width that are shared out evenly when the axis is squeezed, so that nothing vanishes."""
TO_COME: Final = 38.0
"""Per cent of the width that promises may take up when the axis is squeezed; the rest is what happened."""
TIME_WIDE: Final = 8.4
"""Per cent of the width that a tick's label takes up, on the narrowest picture."""
SECONDS_BELOW: Final = timedelta(minutes=12)
"""A picture of less than this has ticks to the second."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Axis(Frozen):
    """Where instants stand. `places` has the per cent of each of the `knots`; between them it is even."""

    knots: tuple[datetime, ...]
    places: tuple[float, ...]
    to_scale: bool

    @property
    def start(self) -> datetime:
        """The instant at the left edge."""
        return self.knots[0]

    @property
    def end(self) -> datetime:
        """The instant at the right edge."""
        return self.knots[-1]

    def x(self, at: datetime) -> float:
        """The place of the instant, 0 to 100; what lies outside stands at the edge."""
        if at <= self.start:
            return 0.0
        if at >= self.end:
            return 100.0
        right = bisect_right(self.knots, at)
        before, after = self.knots[right - 1], self.knots[right]
        left, room = self.places[right - 1], self.places[right] - self.places[right - 1]
        return round(left + room * ((at - before) / (after - before)), 3)


class Tick(Frozen):
    """A labelled instant on the axis."""

    x: float
    anchor: str
    """How the label stands to its place, as SVG calls it: `start`, `middle` or `end`."""
    time: str
    day: Words | None
    """The date, where it is another than the tick's before."""


def axis(
    start: datetime, end: datetime, steps: Iterable[datetime], marks: Iterable[datetime], now: datetime
) -> Axis:
    """The axis from `start` to `end`.

    `steps` are the instants between which something is to be seen, `marks` further ones worth a place of
    their own. After `now` there are only promises. An empty span is drawn as one second.
    """
    end = max(end, start + timedelta(seconds=1))
    shown = sorted({start, end, *(at for at in steps if start < at < end)})
    total = end - start
    if all((after - before) / total * 100 >= SEEN for before, after in pairwise(shown)):
        return Axis(knots=(start, end), places=(0.0, 100.0), to_scale=True)
    inside = {at for at in (*marks, now) if start < at < end}
    knots = sorted({*shown, *inside})
    return Axis(knots=tuple(knots), places=tuple(_places(knots, now)), to_scale=False)


def _places(knots: Sequence[datetime], now: datetime) -> Iterator[float]:
    """Each knot's per cent: strictly rising from 0 to 100."""
    weights = [log2(1 + (after - before) / timedelta(minutes=1)) for before, after in pairwise(knots)]
    even = FLOOR / len(weights)
    widths = [even + (100 - FLOOR) * weight / sum(weights) for weight in weights]
    past = [width for width, before in zip(widths, knots, strict=False) if before < now]
    future = 100 - sum(past)
    if past and future > TO_COME:
        shrink, grow = TO_COME / future, (100 - TO_COME) / sum(past)
        widths = [
            width * (grow if before < now else shrink) for width, before in zip(widths, knots, strict=False)
        ]
    place = 0.0
    yield place
    for width in widths[:-1]:
        place += width
        yield place
    yield 100.0


def ticks(drawn: Axis, steps: Iterable[datetime], now: datetime) -> tuple[Tick, ...]:
    """Labels that do not run into each other: the edges first, then now, the steps, and midnights."""
    wide = TIME_WIDE * (1.1 if drawn.end - drawn.start < SECONDS_BELOW else 1)
    chosen: list[tuple[float, float, datetime, str]] = []
    for at in (drawn.start, drawn.end, now, *steps, *midnights(drawn)):
        if not drawn.start <= at <= drawn.end:
            continue
        x = drawn.x(at)
        anchor = "start" if x < wide / 2 else "end" if x > 100 - wide / 2 else "middle"
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
        if all(left >= taken + wide or left + wide <= taken for taken, *_ in chosen):
            chosen.append((left, x, at, anchor))
    return tuple(_labelled(sorted(chosen), seconds=drawn.end - drawn.start < SECONDS_BELOW))


def midnights(drawn: Axis) -> tuple[datetime, ...]:
    """The midnights of the city inside the axis; none where there would be more than four months of them."""
    day, found = city_date(drawn.start) + DAY, []
    while (at := midnight(day)) < drawn.end:
        found.append(at)
        if len(found) > 124:
            return ()
        day += DAY
    return tuple(found)


def _labelled(chosen: list[tuple[float, float, datetime, str]], *, seconds: bool) -> Iterator[Tick]:
    last = None
    for _, x, at, anchor in chosen:
        here = at.astimezone(CITY_ZONE)
        day = here.date()
        words = Words(zh=f"{day.month}月{day.day}日", en=f"{day.day} {_MONTHS[day.month - 1]}")
        yield Tick(
            x=x,
            anchor=anchor,
            time=here.strftime("%H:%M:%S" if seconds else "%H:%M"),
            day=words if day != last else None,
        )
        last = day
