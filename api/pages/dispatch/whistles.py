"""`/whistles`: the board of whistles: who was called, who has signed, reported in, finished, and how late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.pages.reader import SignedInReader
from api.pages.rendering import page
from models.queries.whistle_board import BoardRow, whistle_board

router: Final = APIRouter(include_in_schema=False)


@router.get("/whistles")
async def board(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """Every whistle in the reader's jurisdiction that somebody still owes something."""
    rows = await whistle_board(session, reader.principal, datetime.now(UTC))
    return page(
        request, "dispatch/whistles.html", block="board", reader=reader, rows=rows, figures=_figures(rows)
    )


def _figures(rows: tuple[BoardRow, ...]) -> dict[str, int]:
    """How many departments were called, and how many of them have done which step, or are late."""
    called = [called for row in rows for called in row.parties]
    done = {
        state: sum(step.at is not None for c in called for step in c.steps if step.state == state)
        for state in ("signed", "reported_in")
    }
    return {
        "called": len(called),
        **done,
        "late": sum(any(step.late and step.at is None for step in c.steps) for c in called),
    }
