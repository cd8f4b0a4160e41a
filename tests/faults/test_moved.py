"""What an extension must have done to a deadline, whenever it was approved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bench.faults.moved import MORE, ORDINARY, YELLOW, when_extended
from models.clocks import clock as clocks
from models.clocks.budget import Budget, ClockKind
from models.clocks.clock import Clock, Threshold
from tests.models.clocks.clockmaking import CALENDAR, beijing, limit, started

START = "2026-03-02 10:00"
SECONDS = Budget(kind=ClockKind.CONTINUOUS, amount=round(ORDINARY.total_seconds()))


def _fire(clock: Clock, until: datetime) -> tuple[Clock, list[tuple[Threshold, datetime]]]:
    """What the clock fires until then, as a case does it."""
    fired: list[tuple[Threshold, datetime]] = []
    while due := [pair for pair in clocks.instants(clock) if pair[0] <= until]:
        at, threshold = due[0]
        clock = clocks.mark(clock, threshold)
        fired.append((threshold, at))
    return clock, fired


@pytest.mark.parametrize("tenths", range(5, 160, 5))
def test_it_is_worked_out_as_the_clock_does_it(tenths: int) -> None:
    start = beijing(START)
    approved = start + timedelta(seconds=tenths / 10 + 0.05)
    clock, before = _fire(started(limit(SECONDS, yellow=YELLOW), START), approved)
    clock = clocks.extend(clock, round(MORE.total_seconds()), approved, CALENDAR)
    _, after = _fire(clock, start + timedelta(minutes=1))
    foretold = [
        (threshold, at)
        for threshold, share in ((Threshold.YELLOW, YELLOW), (Threshold.RED, 1.0))
        for at in when_extended(start, share, approved)
    ]
    assert sorted(foretold, key=lambda pair: pair[1]) == before + after
