"""Golden tables of the three kinds of time, each row checkable with a paper calendar, and their laws."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import CITY_ZONE, CalendarSlice, load_calendar
from models.clocks.measure import advance, begins, elapsed, worth

CALENDAR = load_calendar()
QUARTER = timedelta(minutes=15)
CONTINUOUS, HOURS, DAYS = ClockKind.CONTINUOUS, ClockKind.WORKING_HOURS, ClockKind.WORKING_DAYS


def beijing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)


def ends(budget: Budget, start: str) -> str:
    """When a limit that starts then is used up, in Beijing time."""
    begin = begins(budget.kind, beijing(start))
    end = advance(budget.kind, CALENDAR, begin, worth(budget.kind, budget.amount, CALENDAR))
    return end.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # A plain week: Monday 10:00, one day is all of Tuesday; Friday's next day is Monday.
        ("2026-03-02 10:00", 1, "2026-03-03 18:00"),
        ("2026-03-02 10:00", 3, "2026-03-05 18:00"),
        ("2026-03-06 10:00", 1, "2026-03-09 18:00"),
        # The hour of the start does not matter, up to and including its day's edge.
        ("2026-03-02 00:00", 1, "2026-03-03 18:00"),
        ("2026-03-02 23:59", 1, "2026-03-03 18:00"),
        ("2026-03-03 00:00", 1, "2026-03-04 18:00"),
        # Start on a Saturday or Sunday: Monday is the first day that counts.
        ("2026-03-07 11:00", 1, "2026-03-09 18:00"),
        ("2026-03-08 11:00", 2, "2026-03-10 18:00"),
        # 国庆 2025: 28 September (Sun) worked, 1–8 October off, 11 October (Sat) worked.
        ("2025-09-26 10:00", 1, "2025-09-28 18:00"),  # Friday → the make-up Sunday
        ("2025-09-29 10:00", 1, "2025-09-30 18:00"),
        ("2025-09-30 10:00", 1, "2025-10-09 18:00"),
        ("2025-09-30 10:00", 3, "2025-10-11 18:00"),  # 9, 10, and Saturday 11
        ("2025-09-30 10:00", 5, "2025-10-14 18:00"),  # Sunday 12 is off again
        ("2025-10-04 10:00", 1, "2025-10-09 18:00"),  # reported in the holiday
        ("2025-10-11 10:00", 1, "2025-10-13 18:00"),  # reported on the make-up Saturday
        # 春节 2026: 14 February (Sat) worked, 15–23 off, 28 February (Sat) worked.
        ("2026-02-12 09:00", 2, "2026-02-14 18:00"),
        ("2026-02-13 09:00", 2, "2026-02-24 18:00"),
        ("2026-02-14 09:00", 1, "2026-02-24 18:00"),
        ("2026-02-17 09:00", 5, "2026-02-28 18:00"),  # 24–27, and Saturday 28
        ("2026-02-27 09:00", 2, "2026-03-02 18:00"),  # Saturday 28, Monday 2
        # 国庆 2026: 20 September (Sun) worked, 1–7 October off, 10 October (Sat) worked.
        ("2026-09-18 16:00", 1, "2026-09-20 18:00"),
        ("2026-09-20 16:00", 1, "2026-09-21 18:00"),
        ("2026-09-24 10:00", 1, "2026-09-28 18:00"),  # 25–27 is 中秋
        ("2026-09-30 10:00", 5, "2026-10-13 18:00"),  # 8, 9, Saturday 10, 12, 13
        ("2026-10-01 10:00", 3, "2026-10-10 18:00"),
        # 元旦 2026: 1–3 January off, Sunday 4 worked; and into 2027, which is not announced:
        ("2025-12-31 10:00", 1, "2026-01-04 18:00"),
        ("2026-12-31 10:00", 1, "2027-01-04 18:00"),  # Friday 1 January is off by law, then a weekend
    ],
)
def test_working_days(start: str, days: int, end: str) -> None:
    assert ends(Budget.working_days(days), start) == end


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 08:00", 4, "2026-03-02 12:00"),  # used up exactly at the lunch break
        ("2026-03-02 08:00", 5, "2026-03-02 15:00"),
        ("2026-03-02 10:00", 4, "2026-03-02 16:00"),  # two before lunch, two after
        ("2026-03-02 12:30", 1, "2026-03-02 15:00"),  # started in the lunch break
        ("2026-03-02 14:00", 4, "2026-03-02 18:00"),  # closing time, not the next morning
        ("2026-03-02 17:00", 1, "2026-03-02 18:00"),
        ("2026-03-02 17:00", 2, "2026-03-03 09:00"),  # over the day's edge
        ("2026-03-02 18:00", 1, "2026-03-03 09:00"),
        ("2026-03-02 23:59", 1, "2026-03-03 09:00"),
        ("2026-03-03 00:00", 8, "2026-03-03 18:00"),
        ("2026-03-06 17:00", 2, "2026-03-09 09:00"),  # over a weekend
        ("2026-03-07 10:00", 1, "2026-03-09 09:00"),  # started on a Saturday
        ("2025-09-28 17:00", 2, "2025-09-29 09:00"),  # a make-up Sunday is worked
        ("2025-09-30 17:00", 2, "2025-10-09 09:00"),  # over 国庆 2025
        ("2025-10-10 17:00", 2, "2025-10-11 09:00"),  # into the make-up Saturday
        ("2026-02-14 16:00", 4, "2026-02-24 10:00"),  # over 春节 2026
        ("2026-10-01 10:00", 4, "2026-10-08 12:00"),  # started in 国庆 2026
        ("2026-10-10 16:00", 4, "2026-10-12 10:00"),  # from the make-up Saturday to Monday
        ("2026-12-31 17:00", 2, "2027-01-04 09:00"),  # into the year not announced
    ],
)
def test_working_hours(start: str, hours: int, end: str) -> None:
    assert ends(Budget.working_hours(hours), start) == end


@pytest.mark.parametrize(
    ("start", "budget", "end"),
    [
        ("2026-10-01 03:00", Budget.minutes(5), "2026-10-01 03:05"),
        ("2026-12-31 23:30", Budget.hours(1), "2027-01-01 00:30"),
        ("2026-02-14 18:00", Budget.days(7), "2026-02-21 18:00"),
    ],
)
def test_continuous_time_knows_no_holidays(start: str, budget: Budget, end: str) -> None:
    assert ends(budget, start) == end


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 12:00", "2026-03-02 14:00", 0),  # the lunch break
        ("2026-03-02 18:00", "2026-03-03 08:00", 0),  # the night
        ("2026-03-02 11:00", "2026-03-02 15:00", 2),
        ("2026-03-02 07:00", "2026-03-02 20:00", 8),
        ("2026-03-02 10:00", "2026-03-04 10:00", 16),
        ("2025-09-30 18:00", "2025-10-09 08:00", 0),  # 国庆 2025
        ("2025-09-26 18:00", "2025-09-29 08:00", 8),  # a weekend with a make-up Sunday
        ("2026-02-09 00:00", "2026-03-02 00:00", 8 * 11),  # 9–14 and 24–28 February
    ],
)
def test_office_time_between_two_instants(start: str, end: str, hours: int) -> None:
    for kind in (HOURS, DAYS):
        assert elapsed(kind, CALENDAR, beijing(start), beijing(end)) == timedelta(hours=hours)


def test_other_office_windows_make_another_day() -> None:
    shop = CalendarSlice(version="1", windows=((time(9), time(21)),))
    assert worth(DAYS, 2, shop) == timedelta(hours=24)
    assert advance(HOURS, shop, beijing("2026-03-02 20:00"), timedelta(hours=2)) == beijing(
        "2026-03-03 10:00"
    )


def test_results_are_utc() -> None:
    assert begins(CONTINUOUS, beijing("2026-03-02 10:00")).tzinfo is UTC
    assert begins(DAYS, beijing("2026-03-02 10:00")) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    for kind in ClockKind:
        assert advance(kind, CALENDAR, beijing("2026-03-02 10:00"), timedelta(hours=9)).tzinfo is UTC


def test_time_runs_forward() -> None:
    later, earlier = beijing("2026-03-02 10:00"), beijing("2026-03-02 09:59")
    with pytest.raises(ValueError, match="time runs forward"):
        elapsed(HOURS, CALENDAR, later, earlier)
    with pytest.raises(ValueError, match="time runs forward"):
        advance(HOURS, CALENDAR, later, timedelta(microseconds=-1))


def test_an_instant_needs_a_time_zone() -> None:
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="needs a time zone"):
        elapsed(HOURS, CALENDAR, naive, naive)


kinds = st.sampled_from(ClockKind)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(), timedelta(days=20))
patiently = settings(deadline=None)


@patiently
@given(kind=kinds, three=st.tuples(instants, instants, instants))
def test_elapsed_is_additive_and_monotone(
    kind: ClockKind, three: tuple[datetime, datetime, datetime]
) -> None:
    a, b, c = sorted(three)
    first, second = elapsed(kind, CALENDAR, a, b), elapsed(kind, CALENDAR, b, c)
    assert first + second == elapsed(kind, CALENDAR, a, c)
    assert timedelta() <= first <= elapsed(kind, CALENDAR, a, c)


@patiently
@given(kind=kinds, start=instants, amount=amounts)
def test_advance_finds_the_earliest_instant_by_which_the_amount_has_flowed(
    kind: ClockKind, start: datetime, amount: timedelta
) -> None:
    end = advance(kind, CALENDAR, start, amount)
    assert elapsed(kind, CALENDAR, start, end) == amount
    if amount:
        assert elapsed(kind, CALENDAR, start, end - timedelta(microseconds=1)) < amount
    else:
        assert end == start


@patiently
@given(kind=kinds, start=instants, first=amounts, second=amounts)
def test_advance_in_two_steps_is_advance_in_one(
    kind: ClockKind, start: datetime, first: timedelta, second: timedelta
) -> None:
    halfway = advance(kind, CALENDAR, start, first)
    assert advance(kind, CALENDAR, halfway, second) == advance(kind, CALENDAR, start, first + second)


@settings(deadline=None, max_examples=50)
@given(
    start=st.integers(0, 4 * 24 * 365 * 3 - 1).map(
        lambda n: datetime(2024, 1, 1, tzinfo=CITY_ZONE) + n * QUARTER
    ),
    length=st.integers(0, 4 * 24 * 25),
)
def test_office_time_agrees_with_counting_quarters_of_an_hour(start: datetime, length: int) -> None:
    """An independent count: another library's days, and the windows written out."""
    end = min(start + length * QUARTER, datetime(2026, 12, 31, tzinfo=CITY_ZONE))
    count, moment = 0, start
    while moment < end:
        in_office = 8 <= moment.hour < 12 or 14 <= moment.hour < 18
        count += in_office and chinese_calendar.is_workday(moment.date())
        moment += QUARTER
    assert elapsed(HOURS, CALENDAR, start, end) == count * QUARTER
