"""`/cases`: every case the reader may see, searched and narrowed by the address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import glossary
from api.dependencies import House
from api.pages.cases.asked import ORDERS, PERIODS, STATES, Asked
from api.pages.fresh import fresh
from api.pages.reader import SignedInReader
from api.pages.rendering import page
from models.case.wording import STAGES
from models.queries.cases import list_cases
from models.queries.catalogue import active_matters
from models.queries.cursors import BadCursor
from models.queries.surroundings import roots, surroundings

router: Final = APIRouter(include_in_schema=False)
ROWS: Final = 50


@router.get("/cases")
async def list_page(request: Request, reader: SignedInReader, house: House) -> Response:
    """The list. Three queries, whatever is asked; what cannot be read in the address is ignored and said."""
    now = datetime.now(UTC)
    asked = Asked.of(request.query_params)
    cursor = request.query_params.get("cursor") or None
    async with house.sessions.read() as session:
        try:
            found = await list_cases(
                session,
                reader.principal,
                asked.wanted(now),
                now,
                order=asked.order,
                cursor=cursor,
                limit=ROWS,
            )
        except BadCursor:  # an old or a mangled link: the beginning is better than an error
            cursor = None
            found = await list_cases(
                session, reader.principal, asked.wanted(now), now, order=asked.order, limit=ROWS
            )
        around = await surroundings(session, roots(reader.principal.posts), asked.unit)
        matters = await active_matters(session)
    lines = await fresh(house, reader, found.items, request.query_params.get("after"))
    return page(
        request,
        "cases/list.html",
        block="rows",
        reader=reader,
        asked=asked,
        lines=lines,
        next_href=asked.address(cursor=found.next) if found.next else None,
        first_page=cursor is None,
        around=around,
        matters=matters,
        stages=STAGES,
        states=STATES,
        urgencies=glossary.URGENCIES,
        lights=glossary.LIGHTS,
        levels=glossary.LEVELS,
        periods=PERIODS,
        orders=ORDERS,
    )
