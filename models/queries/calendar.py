"""The working calendar in SQL: stored day by day, read back as the slice that a case carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from models.base import Words
from models.clocks.calendar import CalendarSlice, CalendarYear, DayOff, assemble
from models.tables.calendar import CalendarDayRow, CalendarRow, CalendarYearRow, DayKind

CITY_CALENDAR: Final = "city"


async def calendar_between(session: AsyncSession, first: date, last: date) -> CalendarSlice:
    """The calendar of the whole years from `first` to `last`, in one query. LookupError if there is none."""
    years = (first.year, last.year)
    published = (
        select(func.array_agg(col(CalendarYearRow.year)))
        .where(col(CalendarYearRow.published), col(CalendarYearRow.year).between(*years))
        .scalar_subquery()
    )
    in_years = col(CalendarDayRow.day).between(date(years[0], 1, 1), date(years[1], 12, 31))
    statement = (
        select(
            col(CalendarRow.version),
            col(CalendarRow.windows),
            published.label("published"),
            col(CalendarDayRow.day),
            col(CalendarDayRow.kind),
            col(CalendarDayRow.name),
        )
        .select_from(CalendarRow)
        .outerjoin(CalendarDayRow, in_years)
        .where(col(CalendarRow.id) == CITY_CALENDAR)
        .order_by(col(CalendarDayRow.day))
    )
    rows = (await session.execute(statement)).mappings().all()
    if not rows:
        raise LookupError("no working calendar is stored: the database was never seeded")
    days = [row for row in rows if row["day"] is not None]
    return CalendarSlice(
        version=rows[0]["version"],
        windows=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in rows[0]["windows"]),
        holidays=_runs((row["day"], row["name"]) for row in days if row["kind"] is DayKind.HOLIDAY),
        workdays=tuple(row["day"] for row in days if row["kind"] is DayKind.WORKDAY),
        published=tuple(sorted(rows[0]["published"] or ())),
    )


async def stored_years(session: AsyncSession) -> tuple[CalendarYear, ...]:
    """Every year as it was written down, in order."""
    statement = select(col(CalendarYearRow.body)).order_by(col(CalendarYearRow.year))
    return tuple(CalendarYear.model_validate(body) for body in (await session.execute(statement)).scalars())


async def store_calendar(connection: AsyncConnection, years: Sequence[CalendarYear]) -> None:
    """Make these years, given in order, the stored calendar, in place of whatever was there."""
    calendar = assemble(years)
    for table in (CalendarRow, CalendarYearRow, CalendarDayRow):
        await connection.execute(delete(table))
    windows = [
        [opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in calendar.windows
    ]
    await connection.execute(
        insert(CalendarRow).values(id=CITY_CALENDAR, version=calendar.version, windows=windows)
    )
    await connection.execute(
        insert(CalendarYearRow),
        [
            {
                "year": year.year,
                "published": year.notice is not None,
                "body": year.model_dump(mode="json"),
            }
            for year in years
        ],
    )
    days = [
        {"day": day, "kind": DayKind.HOLIDAY, "name": off.name.model_dump()}
        for off in calendar.holidays
        for day in off.dates()
    ]
    days += [{"day": day, "kind": DayKind.WORKDAY, "name": None} for day in calendar.workdays]
    await connection.execute(insert(CalendarDayRow), days)


def _runs(days: Iterable[tuple[date, Mapping[str, str]]]) -> tuple[DayOff, ...]:
    """Days off in order, neighbours of the same name put together again: a case carries them."""
    runs: list[DayOff] = []
    for day, name in days:
        words = Words.model_validate(name)
        last = runs[-1] if runs else None
        if last is not None and last.name == words and last.day + timedelta(days=last.days) == day:
            runs[-1] = last.model_copy(update={"days": last.days + 1})
        else:
            runs.append(DayOff(day=day, name=words))
    return tuple(runs)
