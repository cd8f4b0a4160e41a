"""What a measurement yields, and the bars some of the figures must clear."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Literal

from models.base import Frozen

#: Tells whoever waits what is going on, in a line.
Say = Callable[[str], None]


class Figure(Frozen):
    """One measured number under its key in the file of figures, such as `closed_loop.gateway.ratio`.

    `rounds` are the values of the single rounds where the figure is a median of several; `unit` is empty for
    ratios and counts. A figure never stands for something that was not measured: leave it out instead.
    """

    key: str
    value: float
    unit: str = ""
    rounds: tuple[float, ...] = ()

    @property
    def spread(self) -> tuple[float, float] | None:
        """Smallest and largest round; None for a figure that was taken once."""
        return (min(self.rounds), max(self.rounds)) if self.rounds else None


def median(key: str, rounds: Sequence[float], unit: str = "") -> Figure:
    """The median of several rounds. Raises StatisticsError without any."""
    return Figure(key=key, value=statistics.median(rounds), unit=unit, rounds=tuple(rounds))


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that `percent` of 100 of all `values` do not exceed (nearest rank).

    Raises ValueError without any.
    """
    ranked = sorted(values)
    if not ranked:
        raise ValueError("a percentile of nothing")
    rank = max(1, -(-len(ranked) * percent // 100))
    return ranked[int(rank) - 1]


class Bar(Frozen):
    """What a figure must be for the product to be called fast or safe. `aim` is what we would like better."""

    key: str
    must_be: Literal["at most", "at least"]
    limit: float
    aim: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a measured value clears the bar."""
        return value <= self.limit if self.must_be == "at most" else value >= self.limit


#: One measurement: it says what it does, and yields its figures.
Measure = Callable[[Say], Awaitable[list[Figure]]]
