"""Medians, percentiles and bars."""

from __future__ import annotations

import statistics

import pytest

from bench.figures import Bar, Figure, median, percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile([7.0], 99) == 7
    assert percentile([3.0, 1.0, 2.0], 100) == 3


def test_nothing_has_no_percentile_and_no_median() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)
    with pytest.raises(statistics.StatisticsError):
        median("a", [])


def test_a_median_keeps_its_rounds_and_their_spread() -> None:
    figure = median("a.b", [3.0, 1.0, 2.0], "ms")
    assert (figure.value, figure.unit, figure.spread) == (2, "ms", (1, 3))
    assert Figure(key="once", value=1).spread is None


def test_a_bar_holds_at_its_limit() -> None:
    least, most = Bar(key="a", must_be="at least", limit=0.7), Bar(key="a", must_be="at most", limit=60)
    assert (least.holds(0.7), least.holds(0.69)) == (True, False)
    assert (most.holds(60), most.holds(61)) == (True, False)
