"""`/r/{code}/report`: 随手拍. A photo, a line, and nothing that must be filled in besides."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import House
from api.glossary import SECTIONS
from api.pages.forms import Form
from api.pages.rendering import page
from api.pages.resident import ticket as tickets
from api.pages.resident.addresses import EMERGENCIES, client_address, tracking_path
from api.pages.resident.place import PlaceCode, no_such_place
from api.pages.resident.sending import MOST_PHOTOS, MOST_WORDS, TRAP, report
from api.services import Services
from models.base import Words
from models.case.tracking_code import grouped
from models.city.catalogue import OTHER
from models.queries.catalogue import active_matters
from models.queries.public_units import PublicPlace, public_place
from models.queries.units import UnitNotFound

router: Final = APIRouter(include_in_schema=False)


@router.get("/r/{code}/report")
async def ask(request: Request, code: PlaceCode, house: House) -> Response:
    """The form."""
    place = await _place(house, code)
    return no_such_place(request) if place is None else await _form(request, house, place, Form.empty())


@router.post("/r/{code}/report")
async def send(request: Request, code: PlaceCode, house: House) -> Response:
    """Report it: on to the tracking page, or the form again with what is wrong and what was given."""
    place = await _place(house, code)
    if place is None:
        return no_such_place(request)
    form = await Form.of(request)
    ticket = tickets.read(house, form["ticket"], code)
    if not await report(house, place.unit, form, ticket, client_address(request)):
        return await _form(request, house, place, form, keep=ticket is not None)
    assert ticket is not None  # noqa: S101 - `report` refuses a form without one
    return RedirectResponse(f"{tracking_path(grouped(ticket.code))}?new=1", status_code=303)


async def _form(
    request: Request, house: Services, place: PublicPlace, form: Form, *, keep: bool = False
) -> Response:
    """The form; `keep` its ticket, under which photos may have been stored already."""
    async with house.sessions.read() as session:
        matters = await active_matters(session)
    sections: list[tuple[Words, list[tuple[str, Words]]]] = [
        (SECTIONS[section], [(matter.key, matter.name) for matter in found if matter.key != OTHER])
        for section, found in groupby(matters, lambda matter: matter.section)
    ]
    if not keep:
        form.values["ticket"] = [tickets.issue(house, place.unit.id)]
        form.values.pop("attachments", None)  # they were stored under the old ticket's identity
    return page(
        request,
        "resident/report.html",
        status=form.status,
        form=form,
        place=place,
        sections=sections,
        trap=TRAP,
        most_photos=MOST_PHOTOS,
        most_words=MOST_WORDS,
        emergencies=EMERGENCIES,
    )


async def _place(house: Services, code: str) -> PublicPlace | None:
    async with house.sessions.read() as session:
        try:
            return await public_place(session, code, datetime.now(UTC))
        except UnitNotFound:
            return None
