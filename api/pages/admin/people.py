"""`/admin/people`: finding people, and opening accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.administering.people import hire
from api.dependencies import House, ReadSession
from api.errors import ApiError
from api.pages.admin.appointing import unit_choice
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page, asked
from api.pages.forms import Form
from api.rest.people import HiringBody
from models.case.refusals import Refusal
from models.city.people import Role
from models.queries.people_admin import AccountState, PeopleFilter, list_people
from models.queries.units import UnitNotFound, unit_ref

router: Final = APIRouter(include_in_schema=False)

SHOWN: Final = 50
_NOT_GIVEN: Final = (Role.SYSTEM, Role.RESIDENT)


@router.get("/admin/people")
async def people(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The people of the area: searched by name or login, narrowed by unit, role and account."""
    form = asked(request)
    unit = None
    if form["unit"]:
        try:
            unit = await unit_ref(session, form["unit"])
        except UnitNotFound:
            form.values.pop("unit")
    wanted = PeopleFilter(
        words=form["q"][:64],
        within=unit.path if unit else None,
        role=Role(form["role"]) if form["role"] in set(Role) else None,
        state=AccountState(form["state"]) if form["state"] in set(AccountState) else None,
    )
    page = await list_people(
        session, who.by, wanted, datetime.now(UTC), request.query_params.get("cursor"), SHOWN
    )
    return admin_page(
        request,
        "people.html",
        who,
        block="list",
        asked=form,
        unit=unit,
        people=page,
        roles=[role for role in Role if role not in _NOT_GIVEN],
        states=list(AccountState),
        next_page=_next(request, page.next),
    )


def _next(request: Request, cursor: str | None) -> str | None:
    return str(request.url.include_query_params(cursor=cursor)) if cursor else None


@router.get("/admin/people/new")
async def new_page(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The form for a new account: first the unit, then what fits it."""
    form = asked(request)
    return admin_page(request, "person_new.html", who, form=form, **await _choice(session, who, form))


@router.post("/admin/people/new")
async def create(request: Request, who: SignedInAdmin, house: House) -> Response:
    """Open the account, and show the first password: once, here."""
    form = await Form.of(request)
    if not form["pick"]:
        body = form.read(HiringBody)
        if body is not None:
            try:
                given = await hire(house, who.by, body.person())
            except (ApiError, Refusal) as error:
                form.refuse(error)
            except ValidationError as error:
                form.take(error)
            else:
                return once(request, who, given.password, body.login, body.name, given.person)
    async with house.sessions.read() as session:
        return admin_page(request, "person_new.html", who, form=form, **await _choice(session, who, form))


def once(request: Request, who: Admin, password: str, login: str, name: str, person: str) -> Response:
    """The page that shows a first password. No cache keeps it, and going back does not bring it again."""
    answer = admin_page(
        request, "password_once.html", who, password=password, login=login, name=name, person=person
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _choice(session: AsyncSession, who: Admin, form: Form) -> dict[str, Any]:
    return {"choice": await unit_choice(session, who.by, form)}
