"""The front door: people who are signed in are led to where their day begins."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages.answers import done
from api.pages.navigation import home
from api.pages.reader import MaybeReader
from api.pages.rendering import page

router: Final = APIRouter(include_in_schema=False)


@router.get("/")
async def front_door(request: Request, reader: MaybeReader) -> Response:
    """What this is, and where to go."""
    if reader is not None:
        return done(request, home(reader))
    return page(request, "account/front_door.html")
