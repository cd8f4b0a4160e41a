"""`POST /wall/pins`: a commander or dispatcher puts a case on the wall, or takes it down (置顶)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import HouseSettings, ReadSession, WriteSession
from api.errors import NotAllowed, NotFound
from api.pages.answers import done, own_path
from api.pages.command.scope import PINNERS, may_pin, own_wall, scope_of
from api.pages.command.wall import show
from api.pages.forms import Form
from api.pages.reader import SignedInReader
from api.pages.rendering import page, wants_fragment
from api.rest.commands import CaseNumber
from models.base import Words
from models.queries.cases import CaseNotFound
from models.queries.pins import MOST, TooManyPins, is_pinned, pin, unpin

router: Final = APIRouter(include_in_schema=False)

PINNED: Final = Words(zh="已置顶", en="Pinned")
PINNED_ALREADY: Final = Words(zh="该案件已在置顶中", en="It is pinned already")
TAKEN_DOWN: Final = Words(zh="已取消置顶", en="Taken down")
NOT_PINNED: Final = Words(zh="该案件不在置顶中", en="It was not pinned")
FULL: Final = Words(zh=f"置顶已满 {MOST} 件，请先取消一件", en=f"{MOST} are up: take one down first")
UNKNOWN: Final = Words(zh="没有这件案件，或您无权查看", en="No such case, or not yours to see")


@router.get("/wall/pins/{number}")
async def pin_of_case(
    request: Request, number: CaseNumber, reader: SignedInReader, session: ReadSession
) -> Response:
    """The button that puts a case on the reader's own wall; for htmx, as the case's page asks, it alone."""
    unit = own_wall(reader)
    if unit is None:
        raise NotAllowed
    try:
        pinned = await is_pinned(session, reader.principal, unit, number)
    except CaseNotFound as error:
        raise NotFound from error
    return page(
        request, "command/pinning.html", block="pin", reader=reader, number=number, unit=unit, pinned=pinned
    )


@router.post("/wall/pins")
async def change_pins(
    request: Request, reader: SignedInReader, session: WriteSession, settings: HouseSettings
) -> Response:
    """Pin the case `number` on the wall of `unit`, or with `take=down` unpin it.

    Answered with the wall for htmx; else one is led to `back`, where the words are shown.
    """
    form = await Form.of(request)
    scope = await scope_of(session, reader, form["unit"] or None, PINNERS)
    if not may_pin(reader, scope.unit):
        raise NotAllowed
    number, at, status = form["number"], datetime.now(UTC), 200
    try:
        if form["take"] == "down":
            changed = await unpin(session, reader.person, scope.unit.id, number, at)
            words = TAKEN_DOWN if changed else NOT_PINNED
        else:
            changed = await pin(session, reader.principal, scope.unit.id, number, at)
            words = PINNED if changed else PINNED_ALREADY
    except TooManyPins:
        words, status = FULL, 409
    except CaseNotFound:
        words, status = UNKNOWN, 422
    if wants_fragment(request):
        return await show(request, reader, session, settings, scope, said=words, status=status)
    return done(request, own_path(form["back"], f"/wall?unit={scope.unit.id}"), words)
