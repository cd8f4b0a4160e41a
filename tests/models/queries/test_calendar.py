"""The working calendar in SQL."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from models.base import Words
from models.clocks.calendar import Arrangement, CalendarYear, assemble, load_years
from models.queries.calendar import calendar_between, store_calendar
from models.tables.calendar import CalendarDayRow, CalendarYearRow, DayKind
from runtime.database import Sessions

NEW_YEAR = Arrangement(
    name=Words(zh="元旦", en="New Year's Day"),
    first=date(2029, 12, 31),
    last=date(2030, 1, 2),
    work=(date(2030, 1, 5),),
)
YEARS = (
    CalendarYear(year=2029, holidays=()),
    CalendarYear(year=2030, notice="国办发明电〔2029〕1号", issued=date(2029, 11, 1), holidays=(NEW_YEAR,)),
)


async def test_without_a_calendar_it_says_so(sessions: Sessions) -> None:
    async with sessions.read() as session:
        with pytest.raises(LookupError, match="never seeded"):
            await calendar_between(session, date(2026, 1, 1), date(2026, 1, 2))


async def test_what_was_stored_is_read_back(engine: AsyncEngine, sessions: Sessions) -> None:
    async with engine.begin() as connection:
        await store_calendar(connection, load_years())
        await store_calendar(connection, YEARS)
    async with sessions.read() as session:
        both = await calendar_between(session, date(2029, 6, 1), date(2030, 6, 1))
        later = await calendar_between(session, date(2030, 6, 1), date(2030, 6, 1))
        empty = await calendar_between(session, date(2040, 1, 1), date(2040, 1, 1))
    whole = assemble(YEARS)
    assert both == whole
    assert later == whole.slice(date(2030, 1, 1), date(2030, 12, 31))
    assert later.is_make_up(date(2030, 1, 5))
    assert (empty.holidays, empty.published, empty.version) == ((), (), whole.version)


async def test_provenance_is_kept_and_make_up_days_have_no_name(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    async with engine.begin() as connection:
        await store_calendar(connection, YEARS)
    async with sessions.read() as session:
        year = await session.get_one(CalendarYearRow, 2030)
        provisional = await session.get_one(CalendarYearRow, 2029)
        nameless = await session.scalar(
            select(func.count()).where(
                col(CalendarDayRow.name).is_(None), col(CalendarDayRow.kind) == DayKind.WORKDAY
            )
        )
    assert year.body["notice"] == "国办发明电〔2029〕1号"
    assert year.body["issued"] == "2029-11-01"
    assert year.published
    assert not provisional.published
    assert nameless == 1
