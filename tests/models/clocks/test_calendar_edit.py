"""Single days of a year changed by hand."""

from __future__ import annotations

from datetime import date

import pytest

from models.base import Words
from models.clocks.calendar import CalendarYear, assemble, load_years
from models.clocks.calendar_edit import DayIs, DayUnfit, changes, kinds_of, with_days

YEAR = next(year for year in load_years() if year.year == 2026)
"""国庆节 is off from 1 to 7 October, 20 September and 10 October are worked for it."""
FLOOD = Words(zh="抗洪停工", en="Flood")


def _kind(year: CalendarYear, month: int, day: int) -> DayIs:
    return kinds_of(year)[date(year.year, month, day)][0]


def test_every_day_of_the_year_is_something() -> None:
    kinds = kinds_of(YEAR)
    assert len(kinds) == 365
    assert kinds[date(2026, 10, 1)] == (DayIs.HOLIDAY, Words(zh="国庆节", en="National Day"))
    assert [_kind(YEAR, 10, day) for day in (8, 10, 11)] == [DayIs.WORKING, DayIs.MAKE_UP, DayIs.WEEKEND]


def test_a_day_becomes_a_holiday_and_again_as_the_week_has_it() -> None:
    changed = with_days(YEAR, date(2026, 7, 8), date(2026, 7, 9), DayIs.HOLIDAY, FLOOD)
    assert [(d.day.day, d.before, d.after, d.name) for d in changes(YEAR, changed)] == [
        (8, DayIs.WORKING, DayIs.HOLIDAY, FLOOD),
        (9, DayIs.WORKING, DayIs.HOLIDAY, FLOOD),
    ]
    again = with_days(changed, date(2026, 7, 8), date(2026, 7, 9), DayIs.WORKING)
    assert changes(YEAR, again) == ()


def test_a_run_that_loses_its_middle_becomes_two_and_keeps_its_make_up_days() -> None:
    changed = with_days(YEAR, date(2026, 10, 5), date(2026, 10, 5), DayIs.WORKING)
    assert [_kind(changed, 10, day) for day in (4, 5, 6, 10)] == [
        DayIs.HOLIDAY,
        DayIs.WORKING,
        DayIs.HOLIDAY,
        DayIs.MAKE_UP,
    ]
    assert assemble([changed]).holiday(date(2026, 10, 6)) == Words(zh="国庆节", en="National Day")


def test_a_make_up_day_is_given_up() -> None:
    changed = with_days(YEAR, date(2026, 10, 10), date(2026, 10, 10), DayIs.WEEKEND)
    assert _kind(changed, 10, 10) is DayIs.WEEKEND
    assert [d.day for d in changes(YEAR, changed)] == [date(2026, 10, 10)]


def test_a_weekend_day_is_worked_for_the_named_holiday_or_the_nearest() -> None:
    named = with_days(YEAR, date(2026, 10, 17), date(2026, 10, 18), DayIs.MAKE_UP, Words(zh="春节", en="x"))
    spring = next(off for off in named.holidays if off.name.zh == "春节")
    assert date(2026, 10, 17) in spring.work
    nearest = with_days(YEAR, date(2026, 10, 17), date(2026, 10, 17), DayIs.MAKE_UP)
    national = next(off for off in nearest.holidays if off.name.zh == "国庆节")
    assert date(2026, 10, 17) in national.work
    assert _kind(nearest, 10, 17) is DayIs.MAKE_UP


def test_a_renamed_holiday_keeps_the_days_worked_for_it() -> None:
    renamed = with_days(YEAR, date(2026, 10, 1), date(2026, 10, 7), DayIs.HOLIDAY, FLOOD)
    off = next(off for off in renamed.holidays if off.name == FLOOD)
    assert off.work == (date(2026, 9, 20), date(2026, 10, 10))


def test_a_holiday_for_which_days_are_worked_does_not_vanish_under_them() -> None:
    with pytest.raises(DayUnfit, match="worked for this holiday"):
        with_days(YEAR, date(2026, 10, 1), date(2026, 10, 7), DayIs.WORKING)


@pytest.mark.parametrize(
    ("first", "last", "kind", "name", "what"),
    [
        (date(2026, 7, 8), date(2026, 7, 8), DayIs.HOLIDAY, None, "name"),
        (date(2026, 7, 8), date(2026, 7, 7), DayIs.HOLIDAY, FLOOD, "before the first"),
        (date(2025, 12, 31), date(2026, 1, 1), DayIs.HOLIDAY, FLOOD, "Not in 2026"),
        (date(2026, 7, 8), date(2026, 7, 8), DayIs.MAKE_UP, None, "no weekend day"),
    ],
)
def test_what_a_day_cannot_be(first: date, last: date, kind: DayIs, name: Words | None, what: str) -> None:
    with pytest.raises(DayUnfit, match=what):
        with_days(YEAR, first, last, kind, name)


def test_without_a_holiday_there_is_nothing_to_work_for() -> None:
    empty = CalendarYear(year=2030, holidays=())
    with pytest.raises(DayUnfit, match="no holiday"):
        with_days(empty, date(2030, 7, 6), date(2030, 7, 6), DayIs.MAKE_UP)
    assert len(changes(None, with_days(empty, date(2030, 7, 3), date(2030, 7, 3), DayIs.HOLIDAY, FLOOD))) == 1
