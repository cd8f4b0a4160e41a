"""`POST /desk/changes`: what has changed on a desk since it was shown, as the few rows that differ.

The browser says which rows it shows, in which version, and of which cases it has heard. It is sent as a form
because hundreds of rows do not fit an address; nothing is changed by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import House
from api.pages.answers import done
from api.pages.desk.desk import tabs
from api.pages.desk.leaving import left
from api.pages.desk.query import FIRST_ROWS, MOST_ROWS, DeskQuery
from api.pages.desk.reading import newest
from api.pages.forms import Form
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page, wants_fragment
from api.services import Services
from models.queries.names import names
from models.queries.worklist import WorkLine, lines_of, list_work
from models.queries.worklist_overview import overview

router: Final = APIRouter(include_in_schema=False)

MOST: Final = 1_000
"""Cases that one question may name; who shows more rows than that hears of the first."""
_CASE: Final = re.compile(r"([0-9]{8}-[0-9]{6,12}):([0-9]{1,9})")


@router.post("/desk/changes")
async def changes(
    request: Request, reader: SignedInReader, house: House, query: Annotated[DeskQuery, Query()]
) -> Response:
    """The rows that differ, each for its place; and the counts.

    `shown` are the rows as `NUMBER:VERSION`; `changed` likewise the cases heard of, or nothing: then the
    whole list is compared. Without htmx it is the desk itself that is answered with.
    """
    if not wants_fragment(request):
        return done(request, query.address())
    form = await Form.of(request)
    shown, heard = _named(form["shown"]), _named(form["changed"])
    at, who = datetime.now(UTC), reader.principal
    async with house.sessions.read() as session:
        numbers = set(heard)
        if not heard:
            limit = min(max(len(shown), FIRST_ROWS), MOST_ROWS)
            work = await list_work(session, who, at, query.wanted, piles=query.piles, limit=limit)
            numbers = {line.case.number for line in work.items} | set(shown)
        found = await lines_of(session, who, at, sorted(numbers), query.wanted, query.piles)
        glance = await overview(session, who, at, query.wanted)
        lines = await _caught_up(house, reader, found, heard, at)
        people = set().union(*(line.people for line, _ in lines))
        known = await names(session, people)
    different = [(line, fits) for line, fits in lines if shown.get(line.case.number) != line.case.version]
    on_the_desk = [(line, fits) for line, fits in different if line.piles]
    return page(
        request,
        "desk/changes.html",
        block="changes",
        reader=reader,
        query=query,
        tabs=tabs(query, glance),
        names=known,
        # A row that no longer fits the filter stays where it is being read, for as long as it is one's work.
        changed=[line for line, _ in on_the_desk if line.case.number in shown],
        fresh=[line for line, fits in on_the_desk if fits and line.case.number not in shown],
        gone=[
            left(line, who, known) for line, _ in different if not line.piles and line.case.number in shown
        ],
        unknown=sorted((numbers & set(shown)) - {line.case.number for line, _ in lines}),
    )


def _named(text: str) -> dict[str, int]:
    return {number: int(version) for number, version in _CASE.findall(text)[:MOST]}


async def _caught_up(
    house: Services,
    reader: Reader,
    found: list[tuple[WorkLine, bool]],
    heard: Mapping[str, int],
    at: datetime,
) -> list[tuple[WorkLine, bool]]:
    """The lines, with those that are older than what was heard as their workflow has them."""
    lines = []
    for line, fits in found:
        case = None
        if line.case.version < heard.get(line.case.number, 0):
            case = await newest(house, reader, line.case.number)
        lines.append((WorkLine.of(case, reader.principal, at), fits) if case else (line, fits))
    return lines
