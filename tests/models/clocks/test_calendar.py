"""The calendar that ships, against the notices' facts and two independent libraries; and its mechanics."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest
from pydantic import ValidationError

from models.base import Words
from models.clocks.calendar import CalendarSlice, CalendarYear, DayOff, assemble, load_calendar, load_years
from models.clocks.files import DataFileError

CALENDAR = load_calendar()
DAY = timedelta(days=1)
NATIONAL_DAY = Words(zh="国庆节", en="National Day")


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + n * DAY for n in range((end - start).days + 1)}


def whole_year(year: int) -> list[date]:
    return sorted(days(f"{year}-01-01", f"{year}-12-31"))


# The facts of the three notices: days off, and weekend days worked.
NOTICES = {
    2024: (
        [
            ("2024-01-01", "2024-01-01"),
            ("2024-02-10", "2024-02-17"),
            ("2024-04-04", "2024-04-06"),
            ("2024-05-01", "2024-05-05"),
            ("2024-06-10", "2024-06-10"),
            ("2024-09-15", "2024-09-17"),
            ("2024-10-01", "2024-10-07"),
        ],
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        [
            ("2025-01-01", "2025-01-01"),
            ("2025-01-28", "2025-02-04"),
            ("2025-04-04", "2025-04-06"),
            ("2025-05-01", "2025-05-05"),
            ("2025-05-31", "2025-06-02"),
            ("2025-10-01", "2025-10-08"),
        ],
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        [
            ("2026-01-01", "2026-01-03"),
            ("2026-02-15", "2026-02-23"),
            ("2026-04-04", "2026-04-06"),
            ("2026-05-01", "2026-05-05"),
            ("2026-06-19", "2026-06-21"),
            ("2026-09-25", "2026-09-27"),
            ("2026-10-01", "2026-10-07"),
        ],
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


@pytest.mark.parametrize("year", NOTICES)
def test_holds_exactly_what_the_notice_says(year: int) -> None:
    runs, worked = NOTICES[year]
    off = set().union(*(days(first, last) for first, last in runs))
    made_up = {date.fromisoformat(f"{year}-{day}") for day in worked.split()}
    assert {day for day in whole_year(year) if CALENDAR.holiday(day)} == off
    assert {day for day in whole_year(year) if CALENDAR.is_make_up(day)} == made_up


@pytest.mark.parametrize("year", NOTICES)
def test_agrees_with_chinesecalendar_on_every_day(year: int) -> None:
    differing = [
        day for day in whole_year(year) if CALENDAR.is_working(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


@pytest.mark.parametrize("year", NOTICES)
def test_agrees_with_holidays_on_every_day(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    differing = [day for day in whole_year(year) if CALENDAR.is_working(day) != china.is_working_day(day)]
    assert differing == []


def test_the_year_to_come_has_its_statutory_days_and_is_provisional() -> None:
    china = holidays.country_holidays("CN", years=2027)
    statutory = {day for day in whole_year(2027) if day in china and "observed" not in china[day]}
    assert {day for day in whole_year(2027) if CALENDAR.holiday(day)} == statutory
    assert not any(CALENDAR.is_make_up(day) for day in whole_year(2027))
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 31))


def test_every_announced_year_names_its_notice() -> None:
    notices = {year.year: (year.notice, year.issued) for year in load_years()}
    assert notices == {
        2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
        2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
        2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
        2027: (None, None),
    }


def test_a_working_day_is_eight_hours_in_two_windows() -> None:
    assert CALENDAR.windows == ((time(8), time(12)), (time(14), time(18)))
    assert CALENDAR.day_seconds == 28_800


def test_a_slice_keeps_whole_years_and_answers_alike() -> None:
    part = CALENDAR.slice(date(2026, 9, 30), date(2027, 2, 1))
    for day in whole_year(2026) + whole_year(2027):
        assert part.is_working(day) == CALENDAR.is_working(day)
        assert part.holiday(day) == CALENDAR.holiday(day)
        assert part.is_provisional(day) == CALENDAR.is_provisional(day)
    assert part.version == CALENDAR.version
    assert part.is_provisional(date(2025, 12, 31))
    assert len(part.model_dump_json()) < 1_500


def test_a_slice_survives_json() -> None:
    part = CALENDAR.slice(date(2026, 1, 1), date(2026, 1, 1))
    assert part.is_working(date(2026, 1, 4))  # fills the look-up tables, which are not part of the value
    assert CalendarSlice.model_validate_json(part.model_dump_json()) == part


def test_a_slice_joins_neighbouring_days_of_one_name() -> None:
    singly = CalendarSlice(
        version="1",
        holidays=(
            *(DayOff(day=date(2026, 10, n), name=NATIONAL_DAY) for n in (3, 1, 2)),
            DayOff(day=date(2026, 10, 4), name=Words(zh="中秋节", en="Mid-Autumn Festival")),
            DayOff(day=date(2026, 10, 6), name=NATIONAL_DAY),
        ),
    )
    joined = singly.slice(date(2026, 1, 1), date(2026, 1, 1))
    assert [(off.day.day, off.days) for off in joined.holidays] == [(1, 3), (4, 1), (6, 1)]


def test_a_copy_forgets_the_look_up_tables_of_the_original() -> None:
    bare = CalendarSlice(version="1")
    assert bare.is_working(date(2026, 10, 1))
    changed = bare.model_copy(
        update={
            "holidays": (DayOff(day=date(2026, 10, 1), name=NATIONAL_DAY),),
            "windows": ((time(9), time(17)),),
        }
    )
    assert not changed.is_working(date(2026, 10, 1))
    assert changed.day_length == timedelta(hours=8)
    assert changed.spans == ((timedelta(hours=9), timedelta(hours=17)),)


@pytest.mark.parametrize(
    "windows",
    [(), ((time(12), time(8)),), ((time(8), time(12)), (time(11), time(18)))],
    ids=["none", "backwards", "overlapping"],
)
def test_impossible_office_windows_are_refused(windows: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValidationError, match="office windows must be given in order and apart"):
        CalendarSlice(version="1", windows=windows)


def test_a_day_cannot_be_off_and_worked() -> None:
    off = (DayOff(day=date(2026, 10, 1), name=NATIONAL_DAY, days=7),)
    with pytest.raises(ValidationError, match="2026-10-03 is both a day off and a make-up working day"):
        CalendarSlice(version="1", holidays=off, workdays=(date(2026, 10, 3),))


def test_the_version_follows_the_content() -> None:
    first, *others = load_years()
    assert assemble([first, *others]).version == CALENDAR.version
    assert CALENDAR.version.startswith("2026-")
    corrected = first.model_copy(update={"holidays": first.holidays[1:]})
    assert assemble([corrected, *others]).version != CALENDAR.version
    assert assemble([CalendarYear(year=2030, holidays=())]).version.startswith("0-")


def write(directory: Path, name: str, text: str) -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


HOLIDAY = '\n[[holidays]]\nname = { zh = "国庆节", en = "National Day" }\nfirst = 2030-10-01\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("year = 2030\nholidays = []\nnotise = 'x'", r"2030.toml: notise: Extra inputs"),
        ("year = 2031\nholidays = []", r"2030.toml: year: says 2031, which belongs in 2031.toml"),
        ("year = ", r"2030.toml: not TOML"),
        ("year = 2030" + HOLIDAY, r"2030.toml: holidays.0.last: Field required"),
        ("year = 2030" + HOLIDAY + "last = 2030-09-30", r"holidays.0: ends on 2030-09-30, before it begins"),
        (
            "year = 2030" + HOLIDAY + "last = 2030-10-07\nwork = [2030-10-08]",
            r"holidays.0: work: 2030-10-08 is no weekend day",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_key(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(DataFileError, match=problem):
        load_calendar(write(tmp_path, "2030.toml", text))


def test_an_empty_directory_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"holds no \.toml file"):
        load_calendar(tmp_path)
