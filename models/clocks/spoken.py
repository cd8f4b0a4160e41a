"""Dates and durations as people say them, in both languages. Always Beijing time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from models.base import Words
from models.clocks.calendar import CITY_ZONE

# Written out, because the standard library's names follow the machine's locale.
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS: Final = (
    ("周一", "Monday"), ("周二", "Tuesday"), ("周三", "Wednesday"), ("周四", "Thursday"),
    ("周五", "Friday"), ("周六", "Saturday"), ("周日", "Sunday"),
)  # fmt: skip


def instant(at: datetime) -> str:
    """2026-10-13 18:00, the same in both languages; with seconds where they matter."""
    local = at.astimezone(CITY_ZONE)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def weekday(day: date) -> Words:
    """周六 / Saturday."""
    zh, en = _WEEKDAYS[day.weekday()]
    return Words(zh=zh, en=en)


def days(first: date, last: date, year: int) -> Words:
    """One day or a run of days: 10月1日至7日 / 1–7 October. The year is said if it is not `year`."""
    zh_first, en_last = _day(first, year).zh, _day(last, year).en
    if first == last:
        return Words(zh=zh_first, en=en_last)
    if (first.year, first.month) == (last.year, last.month):
        return Words(zh=f"{zh_first}至{last.day}日", en=f"{first.day}–{en_last}")
    return Words(zh=f"{zh_first}至{_day(last, first.year).zh}", en=f"{_day(first, last.year).en}–{en_last}")


def duration(time: timedelta, working_day: timedelta | None) -> Words:
    """Measured time, to the second: 2个工作日3小时30分 / 2 working days 3 h 30 min.

    `working_day` is what a working day is worth, for time that is counted in them.
    """
    whole, rest = divmod(time, working_day) if working_day else (0, time)
    minutes, seconds = divmod(int(rest.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        (whole, "个工作日", " working day" if whole == 1 else " working days"),
        (hours, "小时", " h"),
        (minutes, "分", " min"),
        (seconds, "秒", " s"),
    )
    said = [part for part in parts if part[0]] or [parts[2]]
    return Words(
        zh="".join(f"{n}{unit}" for n, unit, _ in said), en=" ".join(f"{n}{unit}" for n, _, unit in said)
    )


def _day(day: date, year: int) -> Words:
    zh, en = f"{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]}"
    return Words(zh=zh, en=en) if day.year == year else Words(zh=f"{day.year}年{zh}", en=f"{en} {day.year}")
