"""The working calendar of a year: holidays, make-up working days (调休), office windows."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.dependencies import ReadSession, caller
from api.errors import CalendarMissing
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.base import Words
from models.queries.calendar import calendar_between

router: Final = APIRouter(
    prefix=f"{API}/calendar",
    tags=["calendar"],
    dependencies=[Depends(caller)],
    responses=problems(*SIGNED_IN),
)


#: Not of the JSON schema's format `time`, which has to say its zone.
CityTime = Annotated[time, WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d:\d\d$"})]


class Window(BaseModel):
    """Office hours, Asia/Shanghai."""

    opens: CityTime
    closes: CityTime = Field(description="Exclusive.")


class Holiday(BaseModel):
    """A day off by name."""

    day: date
    name: Words


class YearView(BaseModel):
    """Which days of a year are worked. Everything else follows the week."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "year": 2026,
                    "version": "2026",
                    "provisional": False,
                    "windows": [{"opens": "08:00:00", "closes": "12:00:00"}],
                    "holidays": [{"day": "2026-01-01", "name": {"zh": "元旦", "en": "New Year"}}],
                    "make_up_days": ["2026-01-04"],
                    "working_days": 248,
                }
            ]
        }
    )

    year: int
    version: str = Field(description="Clocks name the calendar they were reckoned with by this.")
    provisional: bool = Field(
        description="Whether the year's official arrangement is still to come; its dates may then move."
    )
    windows: list[Window]
    holidays: list[Holiday]
    make_up_days: list[date] = Field(description="Weekend days that are worked.")
    working_days: int = Field(description="How many days of the year are worked.")


@router.get("/{year}", operation_id="getCalendarYear", summary="The working calendar of a year")
async def get_year(
    year: Annotated[int, Path(ge=2000, le=2100, examples=[2026])], session: ReadSession
) -> YearView:
    """Holidays and make-up days of `year`, and whether they are final."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        calendar = await calendar_between(session, first, last)
    except LookupError as error:
        raise CalendarMissing from error
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return YearView(
        year=year,
        version=calendar.version,
        provisional=calendar.is_provisional(first),
        windows=[Window(opens=opens, closes=closes) for opens, closes in calendar.windows],
        holidays=[Holiday(day=day, name=name) for day in days if (name := calendar.holiday(day))],
        make_up_days=[day for day in days if calendar.is_make_up(day)],
        working_days=sum(calendar.is_working(day) for day in days),
    )
