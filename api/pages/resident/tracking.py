"""`/track`: how far has my report come? No account, no name: whoever holds the code may know."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import House
from api.errors import TooManyRequests
from api.pages.commanding import new_key
from api.pages.forms import Form
from api.pages.rendering import wants_fragment
from api.pages.resident.addresses import tracking_path
from api.pages.resident.following import code_form, follow, too_many, tracking_page, unknown

router: Final = APIRouter(include_in_schema=False)


@router.get("/track")
async def ask(request: Request) -> Response:
    """The code, please."""
    return code_form(request, "")


@router.post("/track")
async def look_up(request: Request, house: House) -> Response:
    """On to the report's own page, which can be kept."""
    typed = (await Form.of(request))["code"]
    try:
        followed = await follow(request, house, typed)
    except TooManyRequests as error:
        return too_many(request, error)
    if followed is None:
        return unknown(request, typed)
    return RedirectResponse(tracking_path(followed.code), status_code=303)


@router.get("/track/{code}")
async def look(request: Request, code: str, house: House) -> Response:
    """How far it has come. A page that is open asks for what changes, with what it has seen."""
    try:
        followed = await follow(request, house, code)
    except TooManyRequests as error:
        return too_many(request, error)
    if followed is None:
        return unknown(request)
    if wants_fragment(request) and request.query_params.get("seen") == followed.seen:
        return Response(status_code=204)
    form = Form.empty(key=new_key())
    return tracking_page(request, house, followed, form, new="new" in request.query_params)
