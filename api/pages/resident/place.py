"""`/r/{code}`: what the QR code on a building shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.pages.rendering import page
from api.pages.resident.addresses import EMERGENCIES
from models.city.people import Role
from models.queries.public_units import PublicPlace, public_place
from models.queries.units import UnitNotFound
from models.tables.unit_contacts import ContactKind

router: Final = APIRouter(include_in_schema=False)
PlaceCode = Annotated[str, Path(max_length=64)]


@router.get("/r/{code}")
async def look(request: Request, code: PlaceCode, session: ReadSession) -> Response:
    """The grid, its people, whom to call; and the two things to do."""
    try:
        place = await public_place(session, code, datetime.now(UTC))
    except UnitNotFound:
        return no_such_place(request)
    return page(
        request,
        "resident/place.html",
        place=place,
        emergencies=EMERGENCIES,
        grid=_grid_people(place),
        others=_others(place),
    )


def no_such_place(request: Request) -> Response:
    """What is shown for a code that no place has: what to do all the same."""
    return page(request, "resident/no_place.html", status=404, emergencies=EMERGENCIES)


def _grid_people(place: PublicPlace) -> list[tuple[Role, str, str, str]]:
    """Who looks after the grid: role, name, phone, note. What was published goes before the posts."""
    published = place.contact(ContactKind.GRID_WORKER)
    if published:
        return [(Role.GRID_WORKER, contact.name, contact.phone, contact.note) for contact in published]
    return [(person.role, person.name, "", "") for person in place.people]


def _others(place: PublicPlace) -> list[tuple[ContactKind, str, str, str]]:
    """Community, police and property: kind, name, phone, note."""
    found: list[tuple[ContactKind, str, str, str]] = [
        (contact.kind, contact.name, contact.phone, contact.note)
        for contact in place.contacts
        if contact.kind is not ContactKind.GRID_WORKER
    ]
    community = place.community
    if community is not None and not place.contact(ContactKind.COMMUNITY):
        found.insert(0, (ContactKind.COMMUNITY, community.name, "", ""))
    return found
