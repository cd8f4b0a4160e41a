"""`/mine`: my tasks, what my grid may claim, what it holds, and what I have reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import House, ReadSession
from api.errors import ApiError
from api.gateway import Gone
from api.pages.fresh import after
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from api.pages.worker.cards import sorted_out
from api.services import Services
from models.case.jurisdiction import may_see
from models.case.state import OPEN, Case
from models.queries.case_filters import CaseFilter
from models.queries.held import held_cases
from models.queries.projection import has_version
from models.queries.reported_by import reported_by
from models.queries.tasks import served
from models.queries.worklist import Pile, WorkLine, list_work

router: Final = APIRouter(include_in_schema=False)

MOST: Final = 60
REPORTED: Final = 20


@router.get("/mine")
async def mine(request: Request, reader: SignedInReader, session: ReadSession, house: House) -> Response:
    """Everything that is the reader's, with the change just made even where the records lag behind."""
    at, who = datetime.now(UTC), reader.principal
    work = await list_work(session, who, at, CaseFilter(), piles=(Pile.MINE, Pile.POOL), limit=MOST)
    held = await held_cases(session, who, limit=MOST)
    reported = await reported_by(session, who, at, limit=REPORTED)
    lines = list(work.items)
    newer = await _newer(
        house, session, reader, request.query_params.get("after"), [line.case for line in lines]
    )
    if newer is not None:
        kept = newer.stage in OPEN and newer.holder.id in served(who.posts)
        held = (*(case for case in held if case.number != newer.number), *((newer,) if kept else ()))
        lines = _with(lines, WorkLine.of(newer, who, at))
    cards = sorted_out(lines, held, who, at)
    above = {one.line.case.number for group in cards.values() for one in group}
    return page(
        request,
        "worker/mine.html",
        block="lists",
        reader=reader,
        kept=False,
        cards=cards,
        reported=[line for line in reported if line.number not in above],
    )


@router.get("/mine/shell")
async def shell(request: Request, reader: SignedInReader) -> Response:
    """The page without anything of the city's in it: what the phone keeps for when there is no network."""
    nothing: dict[str, list[object]] = {"mine": [], "pool": [], "held": []}
    return page(request, "worker/mine.html", reader=reader, kept=True, cards=nothing, reported=())


def _with(lines: Sequence[WorkLine], newer: WorkLine) -> list[WorkLine]:
    """The lines with this one in its place, if it still belongs to the list."""
    others = [line for line in lines if line.case.number != newer.case.number]
    belongs = any(pile in newer.piles for pile in (Pile.MINE, Pile.POOL))
    return sorted([*others, newer], key=lambda line: str(line.red_at or "9")) if belongs else others


async def _newer(
    house: Services, session: AsyncSession, reader: Reader, asked: str | None, listed: Sequence[Case]
) -> Case | None:
    """The case that `asked` names as its workflow has it, if the records lag behind; else None.

    Where the workflow does not answer, the records stand.
    """
    wanted = after(asked)
    if wanted is None or any(
        (case.number, case.version) >= wanted for case in listed if case.number == wanted[0]
    ):
        return None
    if await has_version(await session.connection(), *wanted):
        return None
    try:
        case = await house.gateway.state(wanted[0])
    except (Gone, ApiError):
        return None
    return case if may_see(case, reader.principal) else None
