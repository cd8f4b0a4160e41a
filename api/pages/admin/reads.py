"""`/admin/reads`: who read personal data, for administrators and auditors, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from api.dependencies import House, ReadSession
from api.glossary import ROLES
from api.language import language_of
from api.pages.admin.frame import SignedInWatcher, admin_page, asked, period
from api.pages.forms import Form
from api.pages.reader import Reader
from api.pages.supervise.workbook import SUSPECT, Column, Kind, write_workbook
from models.base import Words
from models.clocks.calendar import CITY_ZONE
from models.queries.contact_reads import EXPORTED, ReadFilter, Reading, all_reads, list_reads

router: Final = APIRouter(include_in_schema=False)

SHOWN: Final = 50
TITLE: Final = Words(zh="查阅记录", en="Readings of personal data")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final[Sequence[Column[Reading]]] = (
    Column(Words(zh="时间", en="Instant"), lambda r: r.at, Kind.INSTANT, 20),
    Column(Words(zh="查阅人", en="Reader"), lambda r: r.reader.name),
    Column(Words(zh="登录名", en="Login"), lambda r: r.login, width=20),
    Column(Words(zh="岗位", en="Role"), lambda r: ROLES[r.role], width=16),
    Column(Words(zh="案件", en="Case"), lambda r: r.case, width=20),
    Column(Words(zh="事由", en="Reason"), lambda r: r.reason, width=40),
)


@router.get("/admin/reads")
async def reads(request: Request, reader: SignedInWatcher, session: ReadSession) -> Response:
    """The readings for cases of the reader's areas, the newest first."""
    form = asked(request)
    wanted = _wanted(form)
    page = await list_reads(session, reader.principal, wanted, request.query_params.get("cursor"), SHOWN)
    query = request.url.query
    return admin_page(
        request,
        "reads.html",
        reader,
        block="list",
        asked=form,
        page=page,
        query=query,
        next_page=str(request.url.include_query_params(cursor=page.next)) if page.next else None,
        most=EXPORTED,
    )


@router.get("/admin/reads.csv")
async def as_csv(request: Request, reader: SignedInWatcher, house: House) -> Response:
    """The same as CSV (UTF-8 with a mark, which spreadsheets need), row by row."""
    language, wanted = language_of(request), _wanted(asked(request))

    async def rows() -> AsyncIterator[str]:
        yield "\ufeff" + _line([column.title.in_language(language) for column in COLUMNS])
        async with house.sessions.read() as session:
            async for reading in all_reads(session, reader.principal, wanted):
                yield _line([_cell(column.value(reading), language) for column in COLUMNS])

    return StreamingResponse(
        rows(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="reads-{_stamp()}.csv"'},
    )


@router.get("/admin/reads.xlsx")
async def as_workbook(request: Request, reader: SignedInWatcher, session: ReadSession) -> Response:
    """The same as a workbook."""
    form, language = asked(request), language_of(request)
    about: list[tuple[Words, object]] = [
        (Words(zh="导出时间", en="Exported"), datetime.now(UTC)),
        (Words(zh="导出人", en="By"), reader.name),
        (Words(zh="范围", en="Range"), _range(reader)),
        (Words(zh="筛选", en="Filter"), request.url.query or "—"),
    ]

    async def batches() -> AsyncIterator[Sequence[Reading]]:
        batch: list[Reading] = []
        async for reading in all_reads(session, reader.principal, _wanted(form)):
            batch.append(reading)
            if len(batch) == 500:
                yield batch
                batch = []
        yield batch

    path, _ = await write_workbook(COLUMNS, batches(), about, TITLE, language)
    return FileResponse(
        path,
        media_type=XLSX,
        filename=f"reads-{_stamp()}.xlsx",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _wanted(form: Form) -> ReadFilter:
    since, until = period(form)
    return ReadFilter(words=form["q"][:64], case=form["case"][:64] or None, since=since, until=until)


def _range(reader: Reader) -> Words:
    names = "、".join(post.unit.name for post in reader.principal.posts)
    return Words(zh=f"{names} 辖区内案件", en=f"Cases of {names}")


def _cell(value: Any, language: Any) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    text = value.in_language(language) if isinstance(value, Words) else str(value)
    return f"'{text}" if text.startswith(SUSPECT) else text


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _stamp() -> str:
    return datetime.now(CITY_ZONE).strftime("%Y%m%d-%H%M")
