"""`GET /desk`: what comes next at a desk of staff: to claim, to do, to answer; the nearest red first."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.glossary import LIGHTS, SECTIONS, URGENCIES
from api.pages.desk.query import DeskQuery
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from models.base import Words
from models.queries.names import names
from models.queries.tasks import served
from models.queries.worklist import Pile, list_work
from models.queries.worklist_overview import Overview, overview

router: Final = APIRouter(include_in_schema=False)

PILES: Final[dict[Pile, Words]] = {
    Pile.POOL: Words(zh="待认领", en="To claim"),
    Pile.MINE: Words(zh="我的任务", en="Mine"),
    Pile.WAITING: Words(zh="待我答复", en="Waiting for me"),
}


@router.get("/desk")
async def desk(
    request: Request, reader: SignedInReader, session: ReadSession, query: Annotated[DeskQuery, Query()]
) -> Response:
    """The desk; for htmx the list alone, and only the rows that follow where `cursor` says so."""
    at, who = datetime.now(UTC), reader.principal
    work = await list_work(
        session, who, at, query.wanted, piles=query.piles, cursor=query.cursor, limit=query.rows
    )
    glance = await overview(session, who, at, query.wanted)
    people = set().union(*(line.people for line in work.items))
    return page(
        request,
        "desk/desk.html",
        block="rows" if query.cursor else "desk",
        reader=reader,
        headers={} if query.cursor else _address(request, query),
        query=query,
        lines=work.items,
        names=await names(session, people),
        more=query.address(cursor=work.next) if work.next else None,
        tabs=tabs(query, glance),
        fields=_fields(glance),
        serves=bool(served(reader.principal.posts)),
        empty=empty_words(reader, query),
    )


def _address(request: Request, query: DeskQuery) -> dict[str, str]:
    """The address to stand in the browser: a tab is a step to go back from, a letter typed is not."""
    typed = request.headers.get("hx-source", "").endswith("#filters")
    return {"HX-Replace-Url" if typed else "HX-Push-Url": query.address(cursor=None)}


def tabs(query: DeskQuery, glance: Overview) -> list[dict[str, Any]]:
    """The piles, with what fits the filter in each."""
    everything = {
        "key": "all",
        "href": query.address(list=None, cursor=None),
        "words": Words(zh="全部", en="All"),
        "count": glance.total,
        "current": query.pile is None,
    }
    return [everything] + [
        {
            "key": pile.value,
            "href": query.address(list=pile.value, cursor=None),
            "words": words,
            "count": glance.piles[pile],
            "current": query.pile is pile,
        }
        for pile, words in PILES.items()
    ]


def _fields(glance: Overview) -> dict[str, Any]:
    """What the filter's lists offer: only what there is on the desk."""
    return {
        "urgency": list(URGENCIES.items()),
        "light": list(LIGHTS.items()),
        "matters": [
            (f"section:{section}", SECTIONS[section], list(found))
            for section, found in groupby(glance.matters, key=lambda matter: matter.section)
        ],
        "places": glance.places,
    }


def empty_words(reader: Reader, query: DeskQuery) -> tuple[Words, Words]:
    """What an empty list says: that it is empty, and what to do."""
    if query.narrowed:
        return (
            Words(zh="没有符合筛选条件的事项", en="Nothing fits the filter"),
            Words(zh="放宽或清除筛选条件再看", en="Loosen or clear the filter"),
        )
    match query.pile:
        case Pile.POOL:
            return (
                Words(zh="池中没有待认领的任务", en="Nothing to claim"),
                Words(
                    zh="新任务派到本单位后会自动出现在这里",
                    en="New tasks of your unit appear here by themselves",
                ),
            )
        case Pile.MINE:
            return (
                Words(zh="您手上没有任务", en="You have no task in hand"),
                Words(zh="到“待认领”里认领一件", en="Claim one under “To claim”"),
            )
        case Pile.WAITING:
            return (
                Words(zh="没有等您答复的事项", en="Nobody waits for your answer"),
                Words(
                    zh="吹哨、督办和审批申请会出现在这里",
                    en="Whistles, supervision orders and requests appear here",
                ),
            )
    if not served(reader.principal.posts):
        return (
            Words(zh="您的岗位没有工作台任务", en="Your post has no tasks at a desk"),
            Words(zh="从左侧导航进入您的页面", en="Your pages are in the navigation"),
        )
    return (
        Words(zh="都办完了", en="All done"),
        Words(zh="新任务会自动出现在这里，无需刷新", en="New work appears here by itself; no need to reload"),
    )
