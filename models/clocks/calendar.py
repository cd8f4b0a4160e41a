"""The working calendar: office windows, holidays and the make-up working weekends (调休)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, model_validator

from models.base import Frozen, Words
from models.clocks.files import DATA, DataFileError, parse, read

CITY_ZONE: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has been at +08:00 without summer time since 1992. A fixed offset keeps the core free of the
machine's time-zone files, so that an old case replays alike on every machine."""

Window = tuple[time, time]
"""From (inclusive) and to (exclusive), Asia/Shanghai, within one day."""

OFFICE_WINDOWS: Final[tuple[Window, ...]] = ((time(8), time(12)), (time(14), time(18)))
SATURDAY: Final = 5
CALENDAR: Final = DATA / "calendar"


class DayOff(Frozen):
    """A holiday: one day, or a run of `days` days from `day` on."""

    day: date
    name: Words
    days: int = Field(default=1, ge=1)

    def dates(self) -> tuple[date, ...]:
        """Every day of the run."""
        return tuple(self.day + timedelta(days=n) for n in range(self.days))


class CalendarSlice(Frozen):
    """Which days and hours are worked. Small enough to travel with a case; `slice` cuts it to some years.

    A day is off if it lies in `holidays`, or is a weekend day that is not in `workdays`. In a year whose
    official arrangement is not in `published` the answer is provisional.
    """

    version: str
    windows: tuple[Window, ...] = OFFICE_WINDOWS
    holidays: tuple[DayOff, ...] = ()
    workdays: tuple[date, ...] = ()
    """Make-up working days: weekend days that are worked."""
    published: tuple[int, ...] = ()
    """The years whose arrangement the State Council's General Office has announced."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        edges = [edge for window in self.windows for edge in window]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("office windows must be given in order and apart, and at least one")
        both = sorted(set(self._off) & set(self.workdays))
        if both:
            raise ValueError(f"{both[0]} is both a day off and a make-up working day")
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As in pydantic, but without the look-up tables of the original, which would outlive their days."""
        copied = super().model_copy(update=update, deep=deep)
        for table in ("_off", "_made_up", "spans", "day_length"):
            copied.__dict__.pop(table, None)
        return copied

    @cached_property
    def _off(self) -> dict[date, Words]:
        return {day: off.name for off in self.holidays for day in off.dates()}

    @cached_property
    def _made_up(self) -> frozenset[date]:
        return frozenset(self.workdays)

    @cached_property
    def spans(self) -> tuple[tuple[timedelta, timedelta], ...]:
        """The office windows as offsets from midnight."""
        return tuple((_offset(opens), _offset(closes)) for opens, closes in self.windows)

    @cached_property
    def day_length(self) -> timedelta:
        """The office time of one working day."""
        return sum((closes - opens for opens, closes in self.spans), timedelta())

    @property
    def day_seconds(self) -> float:
        """The office time of one working day, in seconds (28 800 with the default windows)."""
        return self.day_length.total_seconds()

    def is_working(self, day: date) -> bool:
        """Whether the office is open on `day` (Asia/Shanghai)."""
        if day in self._off:
            return False
        return day.weekday() < SATURDAY or day in self._made_up

    def is_make_up(self, day: date) -> bool:
        """Whether `day` is a weekend day that is worked (调休上班)."""
        return day in self._made_up

    def holiday(self, day: date) -> Words | None:
        """The name of the holiday that `day` belongs to, if any."""
        return self._off.get(day)

    def is_provisional(self, day: date) -> bool:
        """Whether the arrangement of the year of `day` is still to be announced."""
        return day.year not in self.published

    def slice(self, first: date, last: date) -> CalendarSlice:
        """The same calendar cut to the whole years from `first` to `last`; its version stays.

        Whole years, because a year that is only partly there could not be told from a year without holidays.
        Years that were cut away are provisional. Neighbouring days off of one name become one run.
        """
        years = range(first.year, last.year + 1)
        runs: list[DayOff] = []
        for day, name in sorted(self._off.items(), key=lambda item: item[0]):
            if day.year not in years:
                continue
            if runs and runs[-1].name == name and runs[-1].dates()[-1] + timedelta(days=1) == day:
                runs[-1] = DayOff(day=runs[-1].day, name=name, days=runs[-1].days + 1)
            else:
                runs.append(DayOff(day=day, name=name))
        return CalendarSlice(
            version=self.version,
            windows=self.windows,
            holidays=tuple(runs),
            workdays=tuple(day for day in self.workdays if day.year in years),
            published=tuple(year for year in self.published if year in years),
        )


def city_date(at: datetime) -> date:
    """The day in the city (Asia/Shanghai) on which the instant `at` falls."""
    return at.astimezone(CITY_ZONE).date()


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in the city."""
    return datetime.combine(day, time(), tzinfo=CITY_ZONE)


def _offset(of_day: time) -> timedelta:
    return timedelta(hours=of_day.hour, minutes=of_day.minute, seconds=of_day.second)


class Arrangement(Frozen):
    """One holiday as a notice arranges it: the run of days off, and the weekend days worked for it."""

    name: Words
    first: date
    last: date
    work: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")
        weekday = next((day for day in self.work if day.weekday() < SATURDAY), None)
        if weekday is not None:
            raise ValueError(f"work: {weekday} is no weekend day, so it is worked anyway")
        return self


class CalendarYear(Frozen):
    """One year as it is written down. Without a notice it has the statutory days only, and is provisional."""

    year: int
    notice: str | None = None
    """The number of the notice of the State Council's General Office; none: not announced yet."""
    issued: date | None = None
    holidays: tuple[Arrangement, ...]


def assemble(years: Iterable[CalendarYear], windows: tuple[Window, ...] = OFFICE_WINDOWS) -> CalendarSlice:
    """The calendar of several years, given in order.

    Its version names the last announced year and the content, so that a corrected date is another version
    without anybody having to count.
    """
    known = tuple(years)
    calendar = CalendarSlice(
        version="",
        windows=windows,
        holidays=tuple(
            DayOff(day=off.first, name=off.name, days=(off.last - off.first).days + 1)
            for year in known
            for off in year.holidays
        ),
        workdays=tuple(sorted(day for year in known for off in year.holidays for day in off.work)),
        published=tuple(year.year for year in known if year.notice is not None),
    )
    content = hashlib.sha256(calendar.model_dump_json().encode()).hexdigest()
    return calendar.model_copy(update={"version": f"{max(calendar.published, default=0)}-{content[:8]}"})


def load_years(directory: Path = CALENDAR) -> tuple[CalendarYear, ...]:
    """Every year that ships, in order, with its source. Raises DataFileError naming the file and key."""
    years = []
    for file, text in read(directory).items():
        year = parse(CalendarYear, text, file)
        if file != f"{year.year}.toml":
            raise DataFileError(f"{file}: year: says {year.year}, which belongs in {year.year}.toml")
        years.append(year)
    return tuple(years)


def load_calendar(directory: Path = CALENDAR) -> CalendarSlice:
    """The calendar that ships. Raises DataFileError naming the file and key of what is wrong."""
    return assemble(load_years(directory))
