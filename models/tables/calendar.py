"""The working calendar: the days that are not as their weekday would have it, year by year.

The three tables together hold a `models.clocks.calendar.CalendarSlice`; `models.queries.calendar` reads it.
"""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import Table
from models.tables.types import text_enum


class DayKind(StrEnum):
    """How a day departs from its weekday."""

    HOLIDAY = "holiday"  # 放假
    WORKDAY = "workday"  # 调休上班


class CalendarRow(Table, table=True):
    """The calendar as a whole; there is one, called `city`."""

    __tablename__ = "calendars"

    id: str = Field(primary_key=True, sa_type=Text)
    version: str = Field(sa_type=Text)
    """Changes with every change of a day or a window, so that a case can say which one it reckoned with."""
    windows: list[list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    """Office windows, Asia/Shanghai: `[["08:00", "12:00"], ["14:00", "18:00"]]`."""


class CalendarYearRow(Table, table=True):
    """One year's arrangement and where it comes from."""

    __tablename__ = "calendar_years"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    published: bool
    """Whether the official arrangement is out; until then the year's days are provisional."""
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """A `clocks.calendar.CalendarYear`, with the number of the official notice if there is one."""


class CalendarDayRow(Table, table=True):
    """One day that is a holiday, or a weekend day that is worked."""

    __tablename__ = "calendar_days"

    day: datetime.date = Field(primary_key=True)
    kind: DayKind = Field(sa_column=Column(text_enum(DayKind), nullable=False))
    name: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    """What a holiday is called, as `Words`; a make-up day has no name."""
