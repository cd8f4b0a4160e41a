"""`/overdue.xlsx`, `/supervision.xlsx`, `/reviews/{kind}.xlsx`: what the pages show, as workbooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import structlog
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from api import glossary
from api.dependencies import ReadSession
from api.errors import InputInvalid, NotFound
from api.language import language_of
from api.pages.forms import Form
from api.pages.reader import Reader
from api.pages.supervise import board as boards
from api.pages.supervise import reviews, supervision
from api.pages.supervise.access import Watcher
from api.pages.supervise.columns import order_columns, overdue_columns, review_columns
from api.pages.supervise.definitions import ANSWERS, LEADS, OVERDUE, REVIEWS
from api.pages.supervise.workbook import MOST_ROWS, Column, TooManyRows, write_workbook
from models.base import Language, Words
from models.clocks.calendar import CITY_ZONE
from models.queries.cases import Page
from models.queries.names import names
from models.queries.orders import list_orders
from models.queries.overdue import list_overdue
from models.queries.review_facts import Review
from models.queries.reviews import list_reviews

router: Final = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

T = TypeVar("T")
BATCH: Final = 1_000
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARAMS: Final = {
    "at": Words(zh="时刻", en="Instant"),
    "unit": Words(zh="地域", en="Place"),
    "holder": Words(zh="承办单位", en="Holder"),
    "level": Words(zh="层级", en="Level"),
    "matter": Words(zh="事项", en="Matter"),
    "policy": Words(zh="时限规则", en="Policy"),
    "urgency": Words(zh="紧急程度", en="Urgency"),
    "section": Words(zh="板块", en="Section"),
    "q": Words(zh="词语", en="Words"),
    "drill": Words(zh="演练", en="Drills"),
    "tab": Words(zh="状态", en="State"),
    "owner": Words(zh="责任单位", en="Owner"),
    "hand": Words(zh="范围", en="Range"),
    "by": Words(zh="单位", en="Unit"),
    "outcome": Words(zh="结果", en="Outcome"),
    "from": Words(zh="起始日期", en="First day"),
    "to": Words(zh="截止日期", en="Last day"),
}
_JURISDICTION: Final = Words(zh="导出人岗位可见的案件", en="Cases that the posts of who exported may see")
_UNITS: Final = ("unit", "holder", "owner", "by")


@router.get("/overdue.xlsx")
async def overdue(request: Request, reader: Watcher, session: ReadSession) -> Response:
    """The overdue cases of the board, the longest overdue first."""
    now, language = datetime.now(UTC), language_of(request)
    board = boards.asked(request.query_params, language, now)
    _require_sense(board.form)
    title = Words(zh="超期案件", en="Overdue cases")

    async def read(cursor: str | None) -> Page[Any]:
        return await list_overdue(
            session, reader.principal, board.wanted, board.at, now, cursor=cursor, limit=BATCH
        )

    about = await _about(session, reader, title, board.address.params, board.at, [OVERDUE], now)
    return await _answer(title, overdue_columns(language), read, about, language, board.at)


@router.get("/supervision.xlsx")
async def orders(request: Request, reader: Watcher, session: ReadSession) -> Response:
    """The supervision orders of the page, with their answers."""
    now, language = datetime.now(UTC), language_of(request)
    it = supervision.asked(request.query_params, language, now)
    _require_sense(it.form)
    title = Words(zh="督办单", en="Supervision orders")

    async def read(cursor: str | None) -> Page[Any]:
        return await list_orders(session, reader.principal, it.wanted, now, cursor=cursor, limit=BATCH)

    about = await _about(session, reader, title, it.address.params, now, [ANSWERS], now)
    return await _answer(title, order_columns(language), read, about, language, now)


@router.get("/reviews/{kind}.xlsx")
async def review(request: Request, kind: str, reader: Watcher, session: ReadSession) -> Response:
    """One view of a period."""
    if kind not in set(Review):
        raise NotFound
    now, language = datetime.now(UTC), language_of(request)
    it = reviews.asked(Review(kind), request.query_params, language, now)
    _require_sense(it.form)

    async def read(cursor: str | None) -> Page[Any]:
        return await list_reviews(
            session, reader.principal, it.kind, it.wanted, now, cursor=cursor, limit=BATCH
        )

    said = {**it.address.params, "from": it.period.first.isoformat(), "to": it.period.last.isoformat()}
    about = await _about(session, reader, REVIEWS[it.kind], said, now, [LEADS[it.kind]], now)
    return await _answer(REVIEWS[it.kind], review_columns(it.kind), read, about, language, now)


def _require_sense(form: Form) -> None:
    if form.wrong:
        words = "；".join([*form.faults.values(), *([form.refusal] if form.refusal else [])])
        raise InputInvalid(Words(zh=words, en=words))


async def _about(
    session: Any,
    reader: Reader,
    title: Words,
    params: dict[str, str],
    at: datetime,
    definitions: Sequence[Words],
    now: datetime,
) -> list[tuple[Words, object]]:
    """The second sheet: what it is, of which instant, how narrowed, what the words mean, and who made it."""
    known = await names(session, (params.get(name) for name in _UNITS))
    posts = "；".join(f"{post.unit.name} {glossary.ROLES[post.role].zh}" for post in reader.principal.posts)
    filters = [(_PARAMS[name], known.get(value, value)) for name, value in params.items()]
    return [
        (Words(zh="内容", en="Contents"), title),
        (Words(zh="数据时刻（北京时间）", en="As of (Beijing time)"), at),
        *[(Words(zh=f"条件：{name.zh}", en=f"Filter: {name.en}"), value) for name, value in filters],
        *[(Words(zh="定义", en="Definition"), definition) for definition in definitions],
        (Words(zh="范围", en="Jurisdiction"), _JURISDICTION),
        (Words(zh="导出人", en="Exported by"), f"{reader.name}（{posts}）"),
        (Words(zh="导出时间（北京时间）", en="Exported at (Beijing time)"), now),
    ]


async def _answer(
    title: Words,
    columns: Sequence[Column[Any]],
    read: Callable[[str | None], Awaitable[Page[Any]]],
    about: Sequence[tuple[Words, object]],
    language: Language,
    at: datetime,
) -> Response:
    try:
        path, rows = await write_workbook(columns, _batches(read), about, title, language)
    except TooManyRows as error:
        most = f"{MOST_ROWS:,}"
        words = Words(
            zh=f"超过 {most} 行，无法一次导出：请缩小辖区、时间或其他条件后再试",
            en=f"More than {most} rows cannot be exported at once: narrow the place, the time or the rest",
        )
        raise InputInvalid(words) from error
    log.info("exported", what=title.en, rows=rows)
    stamp = at.astimezone(CITY_ZONE).strftime("%Y-%m-%d_%H%M")
    return FileResponse(
        path,
        media_type=XLSX,
        filename=f"{title.in_language(language)}_{stamp}.xlsx",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


async def _batches(read: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[Sequence[T]]:
    cursor: str | None = None
    while True:
        page = await read(cursor)
        yield page.items
        cursor = page.next
        if cursor is None:
            return
