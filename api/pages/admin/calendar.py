"""`/admin/calendar/{year}`: the year by months, single days changed, and a whole arrangement brought as text.

A change is written as the year it leads to: shown first, and published on confirmation.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from api.administering.rules import put_year_in_force
from api.dependencies import House, ReadSession
from api.errors import ApiError, NotFound
from api.pages.admin.frame import Admin, CityAdmin, SignedInAdmin, admin_page, asked, day, require_reason
from api.pages.answers import done
from api.pages.forms import Form
from models.base import Words
from models.clocks.calendar import CalendarYear, assemble, city_date
from models.clocks.calendar_edit import (
    DAY_WORDS,
    ChangedDay,
    DayIs,
    DayUnfit,
    changes,
    kinds_of,
    with_days,
)
from models.clocks.notice import read_notice, words_of
from models.queries.calendar import stored_years
from models.queries.policy_preview import open_cases_under

router: Final = APIRouter(include_in_schema=False)

FIRST: Final = 2000
LAST: Final = 2100
LONGEST: Final = 20_000
"""Characters of an arrangement's text."""


class Day(NamedTuple):
    """One day of a month's sheet."""

    day: date
    kind: DayIs
    name: Words | None
    changed: bool


class Notice(BaseModel):
    """Where an arrangement comes from."""

    notice: str | None = Field(default=None, max_length=80)
    issued: date | None = None


@router.get("/admin/calendar")
async def this_year(_who: SignedInAdmin) -> Response:
    """On to the present year."""
    return RedirectResponse(f"/admin/calendar/{city_date(datetime.now(UTC)).year}", status_code=303)


@router.get("/admin/calendar/{year}")
async def year_page(year: int, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The year, and the form for single days."""
    form = asked(request)
    initial = Form.empty(first=form["day"], last=form["day"], kind=DayIs.HOLIDAY.value)
    return await _year_page(request, who, session, year, initial)


@router.post("/admin/calendar/{year}/days")
async def change_days(year: int, request: Request, who: CityAdmin, house: House) -> Response:
    """Make some days into something else: shown first, then published."""
    form = await Form.of(request)
    async with house.sessions.read() as session:
        known = await _known(session, year)
        changed = _with_days(form, known.get(year) or CalendarYear(year=year, holidays=()))
        if changed is None:
            return await _year_page(request, who, session, year, form)
    return await _publish(request, who, house, year, form, changed, "days")


@router.get("/admin/calendar/{year}/notice")
async def notice_page(year: int, request: Request, who: CityAdmin, session: ReadSession) -> Response:
    """The form for a whole year's arrangement."""
    known = await _known(session, year)
    before = known.get(year)
    form = Form.empty(
        text="\n".join(_row(off) for off in before.holidays) if before else "",
        notice=(before.notice or "") if before else "",
        issued=str(before.issued) if before and before.issued else "",
    )
    return admin_page(request, "calendar_notice.html", who, form=form, year=year, before=before)


@router.post("/admin/calendar/{year}/notice")
async def bring_notice(year: int, request: Request, who: CityAdmin, house: House) -> Response:
    """Read the arrangement; every line that does not fit is a fault with its number. Then as above."""
    form = await Form.of(request)
    read = read_notice(form["text"].replace("\r\n", "\n")[:LONGEST], _within(year))
    for fault in read.faults[:10]:
        where = Words(zh=f"第 {fault.line} 行：", en=f"Line {fault.line}: ").in_language(form.language)
        said = where + fault.words.in_language(form.language)
        form.faults["text"] = "；".join(filter(None, (form.faults.get("text"), said)))
        form.status = 422
    said_by = form.read(Notice)
    changed = None
    if said_by is not None and not form.wrong:
        changed = _checked(
            form,
            CalendarYear(year=year, notice=said_by.notice, issued=said_by.issued, holidays=read.holidays),
        )
    if changed is None:
        async with house.sessions.read() as session:
            before = (await _known(session, year)).get(year)
            return admin_page(request, "calendar_notice.html", who, form=form, year=year, before=before)
    return await _publish(request, who, house, year, form, changed, "notice")


async def _publish(
    request: Request, who: Admin, house: House, year: int, form: Form, changed: CalendarYear, kind: str
) -> Response:
    """Show what it comes to; publish it once that is confirmed with a reason."""
    if form["step"] == "publish":
        reason = require_reason(form)
        if not form.wrong:
            try:
                await put_year_in_force(house, who.by, changed, reason)
            except ApiError as error:
                form.refuse(error)
            else:
                words = Words(
                    zh=f"{year} 年日历已发布，在办案件正在重新推算",
                    en=f"The calendar of {year} is published; open cases are being projected anew",
                )
                return done(request, f"/admin/calendar/{year}", words)
    async with house.sessions.read() as session:
        before = (await _known(session, year)).get(year)
        moved = changes(before, changed)
        return admin_page(
            request,
            "calendar_publish.html",
            who,
            form=form,
            year=year,
            before=before,
            changed=changed,
            moved=moved,
            day_words=DAY_WORDS,
            months=_months(changed, moved),
            weekdays=WEEKDAYS,
            month_names=MONTHS,
            kind=kind,
            open_cases=await open_cases_under(session, None),
        )


def _with_days(form: Form, year: CalendarYear) -> CalendarYear | None:
    """The year that the form asks for; None with faults beside the fields."""
    first, last = day(form, "first"), day(form, "last")
    if not form["first"]:
        form.fault("first", Words(zh="此项必填", en="Required").in_language(form.language))
    kinds = {kind.value: kind for kind in (DayIs.HOLIDAY, DayIs.MAKE_UP, DayIs.WORKING)}
    kind = kinds.get(form["kind"])
    if kind is None:
        form.fault("kind", Words(zh="请选择", en="Choose one").in_language(form.language))
    if form.wrong or first is None or kind is None:
        return None
    name = words_of(form["name"][:40]) if form["name"] else None
    if name is not None and form["name_en"]:
        name = Words(zh=name.zh, en=form["name_en"][:60])
    try:
        return _checked(form, with_days(year, first, last or first, kind, name))
    except DayUnfit as unfit:
        field = "name" if kind is DayIs.HOLIDAY and name is None else "first"
        form.fault(field, unfit.words.in_language(form.language))
        return None


def _checked(form: Form, year: CalendarYear) -> CalendarYear | None:
    """The year, if its days do not contradict one another."""
    try:
        assemble([year])
    except (ValidationError, ValueError):
        words = Words(zh="有一天既放假又上班", en="Some day is both off and worked")
        form.fault("text" if "text" in form.values else "first", words.in_language(form.language))
        return None
    return year


async def _year_page(request: Request, who: Admin, session: AsyncSession, year: int, form: Form) -> Response:
    known = await _known(session, year)
    found = known.get(year)
    sheet = found or CalendarYear(year=year, holidays=())
    kinds = kinds_of(sheet)
    return admin_page(
        request,
        "calendar.html",
        who,
        form=form,
        year=year,
        years=sorted({*known, year}),
        stored=found,
        provisional=found is None or found.notice is None,
        months=_months(sheet, ()),
        weekdays=WEEKDAYS,
        month_names=MONTHS,
        day_words=DAY_WORDS,
        working=sum(kind in (DayIs.WORKING, DayIs.MAKE_UP) for kind, _ in kinds.values()),
        off=sum(kind is DayIs.HOLIDAY for kind, _ in kinds.values()),
        made_up=sum(kind is DayIs.MAKE_UP for kind, _ in kinds.values()),
        holidays=sheet.holidays,
        today=city_date(datetime.now(UTC)),
        open_cases=await open_cases_under(session, None),
    )


async def _known(session: AsyncSession, year: int) -> Mapping[int, CalendarYear]:
    _within(year)
    return {known.year: known for known in await stored_years(session)}


def _within(year: int) -> int:
    if not FIRST <= year <= LAST:
        raise NotFound
    return year


def _months(year: CalendarYear, moved: tuple[ChangedDay, ...]) -> list[list[list[Day | None]]]:
    """Twelve sheets of weeks, Monday first; None where a week belongs to another month."""
    kinds, changed = kinds_of(year), {each.day for each in moved}
    sheets: list[list[list[Day | None]]] = []
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year.year, month)
        sheets.append(
            [[Day(d, *kinds[d], d in changed) if d.month == month else None for d in week] for week in weeks]
        )
    return sheets


def _row(off: Any) -> str:
    work = " ".join(str(each) for each in off.work)
    return f"{off.name.zh},{off.first},{off.last},{work}".rstrip(",")


WEEKDAYS: Final = tuple(
    Words(zh=zh, en=en)
    for zh, en in zip("一二三四五六日", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True)
)
MONTHS: Final = tuple(
    Words(zh=f"{number}月", en=name)
    for number, name in enumerate(
        ("January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December"), start=1,
    )
)  # fmt: skip
