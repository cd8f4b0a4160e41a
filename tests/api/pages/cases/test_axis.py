"""The time axis: true to the order of things, and never too narrow to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.pages.cases.axis import SEEN, TIME_WIDE, TO_COME, Axis, axis, midnights, ticks
from tests.support.world import MONDAY, beijing

INSTANTS = st.datetimes(datetime(2026, 10, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
SEVERAL = st.lists(INSTANTS, min_size=2, max_size=40)


def drawn(instants: list[datetime], now: datetime) -> Axis:
    half = len(instants) // 2
    return axis(min(instants), max(instants), instants[:half], instants[half:], now)


@given(SEVERAL, INSTANTS, INSTANTS, INSTANTS)
def test_the_order_of_time_is_the_order_of_places(
    instants: list[datetime], now: datetime, one: datetime, other: datetime
) -> None:
    made = drawn(instants, now)
    earlier, later = sorted((one, other))
    assert 0 <= made.x(earlier) <= made.x(later) <= 100
    assert (made.x(made.start), made.x(made.end)) == (0, 100)


@given(SEVERAL, INSTANTS)
def test_places_rise_strictly_from_edge_to_edge(instants: list[datetime], now: datetime) -> None:
    made = drawn(instants, now)
    assert len(made.knots) == len(made.places) >= 2
    assert (made.places[0], made.places[-1]) == (0.0, 100.0)
    assert all(before < after for before, after in pairwise(made.places))
    assert all(before < after for before, after in pairwise(made.knots))


@given(SEVERAL, INSTANTS)
def test_what_is_to_come_never_crowds_out_what_happened(instants: list[datetime], now: datetime) -> None:
    made = drawn(instants, now)
    if not made.to_scale and made.start < now < made.end:
        assert made.x(now) >= 100 - TO_COME - 0.01


@given(SEVERAL, INSTANTS)
def test_labels_do_not_run_into_each_other(instants: list[datetime], now: datetime) -> None:
    made = drawn(instants, now)
    places = []
    for tick in ticks(made, instants, now):
        left = {"start": tick.x, "middle": tick.x - TIME_WIDE / 2, "end": tick.x - TIME_WIDE}[tick.anchor]
        places.append((left, left + TIME_WIDE))
    assert places
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(places))
    assert min(left for left, _ in places) >= -1e-6
    assert max(right for _, right in places) <= 100 + 1e-6


def test_a_case_whose_steps_can_all_be_seen_is_drawn_to_scale() -> None:
    steps = [MONDAY, MONDAY + timedelta(minutes=2), MONDAY + timedelta(minutes=10)]
    made = axis(steps[0], steps[-1], steps, (), steps[-1])
    assert made.to_scale
    assert made.x(steps[1]) == 20


def test_of_a_long_case_its_first_hour_is_seen_nevertheless() -> None:
    accepted, end = MONDAY + timedelta(hours=1), MONDAY + timedelta(days=90)
    made = axis(MONDAY, end, [MONDAY, accepted], (), end)
    assert not made.to_scale
    assert made.x(accepted) > SEEN


def test_nothing_but_the_report_is_a_picture_too() -> None:
    made = axis(MONDAY, MONDAY, [MONDAY], (), MONDAY)
    assert made.x(MONDAY) == 0
    assert made.end > made.start


def test_dates_stand_where_they_change_and_seconds_where_they_matter() -> None:
    end = beijing(2026, 10, 14, 9)
    made = axis(MONDAY, end, [], (), end)
    labels = ticks(made, [], end)
    assert [(t.day.zh if t.day else None, t.time) for t in labels] == [
        ("10月12日", "09:00"), ("10月13日", "00:00"), ("10月14日", "00:00"), (None, "09:00"),
    ]  # fmt: skip
    short = axis(MONDAY, MONDAY + timedelta(minutes=5), [], (), MONDAY)
    assert [t.time for t in ticks(short, [], MONDAY)] == ["09:00:00", "09:05:00"]


def test_midnights_are_the_citys_and_not_too_many() -> None:
    made = axis(MONDAY, MONDAY + timedelta(days=2), [], (), MONDAY)
    assert midnights(made) == (beijing(2026, 10, 13), beijing(2026, 10, 14))
    year = axis(MONDAY, MONDAY + timedelta(days=365), [], (), MONDAY)
    assert midnights(year) == ()
