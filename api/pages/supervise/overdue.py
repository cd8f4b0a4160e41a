"""`/overdue`: the overdue board, now or on a past date, from the city down to the grid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.language import language_of
from api.pages.commanding import new_key
from api.pages.reader import Reader
from api.pages.rendering import page
from api.pages.supervise.access import Watcher
from api.pages.supervise.board import Board, asked, fill
from api.pages.supervise.definitions import OVERDUE
from api.pages.supervise.times import typed
from models.clocks.explain import stage_name

router: Final = APIRouter(include_in_schema=False)


@router.get("/overdue")
async def overdue(request: Request, reader: Watcher, session: ReadSession) -> Response:
    """The board. What makes no sense in the address is shown as typed, with the fault beside it, and 422."""
    board = asked(request.query_params, language_of(request), datetime.now(UTC))
    if not board.form.wrong:
        await fill(board, session, reader, request.query_params.get("cursor"))
    return show(request, reader, board)


def show(request: Request, reader: Reader, board: Board) -> Response:
    """The page of the board."""
    board.form.values.setdefault("key", [new_key()])
    return page(
        request,
        "supervise/overdue.html",
        status=board.form.status,
        reader=reader,
        board=board,
        form=board.form,
        latest=typed(board.now),
        stage_name=stage_name,
        definition=OVERDUE,
    )
