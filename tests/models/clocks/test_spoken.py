"""Dates and durations as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.base import Words
from models.clocks import spoken

HOURS_8 = timedelta(hours=8)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 10, 13, 10, tzinfo=UTC), "2026-10-13 18:00"),
        (datetime(2026, 12, 31, 16, 0, 48, tzinfo=UTC), "2027-01-01 00:00:48"),
    ],
)
def test_instants_are_beijing_time(at: datetime, said: str) -> None:
    assert spoken.instant(at) == said


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (date(2026, 1, 4), date(2026, 1, 4), "1月4日", "4 January"),
        (date(2026, 10, 1), date(2026, 10, 7), "10月1日至7日", "1–7 October"),
        (date(2026, 1, 28), date(2026, 2, 4), "1月28日至2月4日", "28 January–4 February"),
        (date(2027, 1, 1), date(2027, 1, 3), "2027年1月1日至3日", "1–3 January 2027"),
        (date(2026, 12, 31), date(2027, 1, 2), "12月31日至2027年1月2日", "31 December 2026–2 January 2027"),
    ],
)
def test_runs_of_days_name_the_year_only_if_it_is_another(first: date, last: date, zh: str, en: str) -> None:
    assert spoken.days(first, last, 2026) == Words(zh=zh, en=en)


def test_weekdays() -> None:
    assert spoken.weekday(date(2026, 10, 10)) == Words(zh="周六", en="Saturday")
    assert spoken.weekday(date(2026, 10, 12)) == Words(zh="周一", en="Monday")


@pytest.mark.parametrize(
    ("time", "day", "zh", "en"),
    [
        (timedelta(hours=3, minutes=30), None, "3小时30分", "3 h 30 min"),
        (timedelta(minutes=1, seconds=12), None, "1分12秒", "1 min 12 s"),
        (timedelta(hours=30), None, "30小时", "30 h"),
        (timedelta(), None, "0分", "0 min"),
        (timedelta(hours=8), HOURS_8, "1个工作日", "1 working day"),
        (timedelta(hours=18, minutes=5), HOURS_8, "2个工作日2小时5分", "2 working days 2 h 5 min"),
    ],
)
def test_durations(time: timedelta, day: timedelta | None, zh: str, en: str) -> None:
    assert spoken.duration(time, day) == Words(zh=zh, en=en)
