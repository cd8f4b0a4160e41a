"""How the lives of cases go, and how often: what the measure *Reading* fills a city's year with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.reading_lives import Life
from models.base import Urgency
from models.case.refusals import Refusal
from models.case.state import Stage
from models.city.data_files import load_catalogue
from models.city.units import Level


@dataclass(frozen=True)
class Plot:
    """How a life goes, and how many of a thousand lives go so."""

    steps: str
    weight: int
    urgency: Urgency = Urgency.ORDINARY
    on_the_spot: bool = False


_THERE: Final = "accept dispatch claim arrive"
CLOSED: Final = (
    Plot("verify", 790, on_the_spot=True),
    Plot(f"{_THERE} handle verify", 70),
    Plot(f"{_THERE} handle verify", 24, Urgency.URGENT),
    Plot(f"{_THERE} handle verify", 2, Urgency.CRITICAL),
    Plot("decline", 44),
    Plot("merge", 20),
    Plot(f"{_THERE} red answer handle verify", 20),
    Plot(f"{_THERE} red handle verify", 4),
    Plot("accept dispatch return dispatch claim arrive handle verify", 7),
    Plot(f"{_THERE} handle rework handle verify", 6),
    Plot(f"{_THERE} extend approve handle verify", 5),
    Plot(f"{_THERE} suspend approve resume handle verify", 2),
    Plot("accept whistle sign report-in dispatch claim arrive finish rate handle verify", 4, Urgency.URGENT),
    Plot(f"{_THERE} handle verify dissatisfied handle verify", 2),
    Plot("accept void approve", 2),
)
"""Most is solved where it was found (一格解决); call-back follows wherever there is somebody to call."""
OPEN: Final = (
    Plot("", 110),
    Plot("red", 15),
    Plot("accept", 90),
    Plot("accept", 30, Urgency.URGENT),
    Plot("accept dispatch", 170),
    Plot("accept dispatch", 60, Urgency.URGENT),
    Plot("accept dispatch red", 20),
    Plot("accept dispatch claim", 120),
    Plot(_THERE, 130),
    Plot(_THERE, 12, Urgency.CRITICAL),
    Plot(f"{_THERE} red", 30),
    Plot(f"{_THERE} red", 15, Urgency.URGENT),
    Plot(f"{_THERE} red answer", 30),
    Plot(f"{_THERE} supervise", 8),
    Plot(f"{_THERE} extend", 10),
    Plot(f"{_THERE} suspend approve", 25),
    Plot("accept whistle", 6, Urgency.URGENT),
    Plot("accept whistle sign", 5, Urgency.URGENT),
    Plot("accept whistle sign report-in", 5, Urgency.URGENT),
    Plot(f"{_THERE} handle", 70),
    Plot(f"{_THERE} handle rework", 10),
    Plot(f"{_THERE} handle verify", 29),
)


def lives(plots: Sequence[Plot], matters_each: int, random: Random) -> list[tuple[Life, float]]:
    """Lives of these plots, each about several matters of the catalogue, with their shares of all lives."""
    total = sum(plot.weight for plot in plots)
    found = []
    for plot in plots:
        share = plot.weight / total / matters_each
        lived = 0
        while lived < matters_each:
            try:
                life = _lived(plot, random, closes=plots is CLOSED)
            except Refusal:  # it climbed to somebody else before the next step was taken: another try
                continue
            if (life.case.closed_at is not None) is (plots is CLOSED):
                found.append((life, share))
                lived += 1
    return found


def _lived(plot: Plot, random: Random, *, closes: bool) -> Life:
    """One life. Raises Refusal when it went another way than its plot."""
    matter = random.choice(load_catalogue())
    if plot.on_the_spot:  # what a grid can handle by itself; and nobody else has to be told
        own = [matter for matter in load_catalogue() if matter.accepts(Level.GRID)]
        matter = random.choice(own).model_copy(update={"callback": False})
    life = Life(matter, plot.urgency, random, plot.on_the_spot)
    for step in plot.steps.split():
        life.pause()
        life.step(step)
    if closes and life.case.stage is Stage.CALLING_BACK:
        life.pause()
        life.step("call-back")
    if not closes:
        life.age()
    return life
