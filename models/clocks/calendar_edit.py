"""Changing single days of a year's arrangement, and what a change comes to, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from models.base import Frozen, Words
from models.clocks.calendar import SATURDAY, Arrangement, CalendarYear, assemble


class DayIs(StrEnum):
    """What a day is."""

    WORKING = "working"  # 工作日
    WEEKEND = "weekend"  # 周末
    HOLIDAY = "holiday"  # 放假
    MAKE_UP = "make_up"  # 调休上班


DAY_WORDS: dict[DayIs, Words] = {
    DayIs.WORKING: Words(zh="工作日", en="working day"),
    DayIs.WEEKEND: Words(zh="周末", en="weekend"),
    DayIs.HOLIDAY: Words(zh="放假", en="holiday"),
    DayIs.MAKE_UP: Words(zh="调休上班", en="make-up working day"),
}
"""What people call them."""


class DayUnfit(ValueError):
    """The day cannot be that; `words` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class ChangedDay(Frozen):
    """A day that is not what it was."""

    day: date
    before: DayIs
    after: DayIs
    name: Words | None
    """The holiday it belongs to afterwards, or belonged to before."""


def kinds_of(year: CalendarYear) -> dict[date, tuple[DayIs, Words | None]]:
    """What every day of the year is, and the holiday's name where there is one."""
    calendar = assemble([year])
    found = {}
    day = date(year.year, 1, 1)
    while day.year == year.year:
        found[day] = (_kind(day, calendar.is_working(day), calendar.holiday(day)), calendar.holiday(day))
        day += timedelta(days=1)
    return found


def with_days(
    year: CalendarYear, first: date, last: date, kind: DayIs, name: Words | None = None
) -> CalendarYear:
    """The year with the days from `first` to `last` made into `kind`; a holiday is called `name`.

    WORKING and WEEKEND mean: as the week has it. A make-up day is worked for the holiday called `name`, or
    for the nearest one. Raises DayUnfit.
    """
    days = _days(year, first, last)
    if kind is DayIs.HOLIDAY:
        if name is None:
            raise DayUnfit(Words(zh="请填写节假日名称", en="Give the holiday a name"))
        kept, unowned = _without(year, days)
        return _ordered(year, [*kept, Arrangement(name=name, first=first, last=last, work=unowned)])
    if kind is not DayIs.MAKE_UP:
        kept, unowned = _without(year, days)
        if unowned:
            raise DayUnfit(
                Words(
                    zh=f"{unowned[0]} 是为这一假日调休的上班日，请先改为按星期",
                    en=f"{unowned[0]} is worked for this holiday: make it as the week has it first",
                )
            )
        return _ordered(year, kept)
    weekday = next((day for day in days if day.weekday() < SATURDAY), None)
    if weekday is not None:
        raise DayUnfit(
            Words(
                zh=f"{weekday} 不是周末，本来就上班；请选“按星期”",
                en=f"{weekday} is no weekend day and is worked anyway: choose “as the week has it”",
            )
        )
    return _worked(year, days, name)


def changes(before: CalendarYear | None, after: CalendarYear) -> tuple[ChangedDay, ...]:
    """The days of the year that are not what they were; all that depart from the week, if it is new."""
    old = kinds_of(before or CalendarYear(year=after.year, holidays=()))
    return tuple(
        ChangedDay(day=day, before=old[day][0], after=kind, name=name or old[day][1])
        for day, (kind, name) in kinds_of(after).items()
        if kind is not old[day][0] or name != old[day][1]
    )


def _kind(day: date, working: bool, holiday: Words | None) -> DayIs:
    if holiday is not None:
        return DayIs.HOLIDAY
    weekend = day.weekday() >= SATURDAY
    if working:
        return DayIs.MAKE_UP if weekend else DayIs.WORKING
    return DayIs.WEEKEND


def _days(year: CalendarYear, first: date, last: date) -> list[date]:
    if last < first:
        raise DayUnfit(Words(zh="结束日期早于开始日期", en="The last day comes before the first"))
    if first.year != year.year or last.year != year.year:
        raise DayUnfit(Words(zh=f"日期不在 {year.year} 年", en=f"Not in {year.year}"))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _without(year: CalendarYear, days: Iterable[date]) -> tuple[list[Arrangement], tuple[date, ...]]:
    """The holidays without these days, and the days that were worked for one of which nothing is left.

    A run that loses its middle becomes two.
    """
    taken = set(days)
    kept: list[Arrangement] = []
    unowned: list[date] = []
    for off in year.holidays:
        work = tuple(day for day in off.work if day not in taken)
        runs = _runs(off, taken)
        kept += [
            off.model_copy(update={"first": first, "last": last, "work": () if place else work})
            for place, (first, last) in enumerate(runs)
        ]
        if not runs:
            unowned += work
    return kept, tuple(sorted(unowned))


def _runs(off: Arrangement, taken: set[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    day = off.first
    while day <= off.last:
        if day not in taken:
            if runs and runs[-1][1] + timedelta(days=1) == day:
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        day += timedelta(days=1)
    return runs


def _worked(year: CalendarYear, days: list[date], name: Words | None) -> CalendarYear:
    """The year with these weekend days worked for the holiday of that name, or the nearest."""
    kept, unowned = _without(year, days)
    fitting = [off for off in kept if name is None or off.name.zh == name.zh] or kept
    if not fitting:
        raise DayUnfit(
            Words(zh="当年没有任何节假日可供调休", en="There is no holiday in the year to work for")
        )
    nearest = min(fitting, key=lambda off: abs((off.first - days[0]).days))
    worked = tuple(sorted({*nearest.work, *days, *unowned}))
    return _ordered(
        year, [off.model_copy(update={"work": worked}) if off is nearest else off for off in kept]
    )


def _ordered(year: CalendarYear, holidays: list[Arrangement]) -> CalendarYear:
    return year.model_copy(update={"holidays": tuple(sorted(holidays, key=lambda off: off.first))})
