"""Changing a unit: its name, what stands below it, closing and reopening it, its public contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page, require_reason
from api.pages.admin.units import show_unit
from api.pages.answers import done
from api.pages.forms import Form
from api.rest.unit_changes import UnitNameBody
from models.base import Words
from models.case.refusals import Refusal
from models.city.administering import Deed
from models.city.data_files import load_departments, load_sections
from models.city.units import GridType, UnitKind, UnitSource
from models.queries.admin_refusals import KindUnfit
from models.queries.journal import note
from models.queries.post_admin import administered_unit
from models.queries.unit_admin import BELOW, UnitDetail, unit_detail
from models.queries.unit_changes import NewUnit, add_unit, close_unit, next_suffix, rename_unit, reopen_unit
from models.queries.unit_contacts import (
    NewUnitContact,
    UnitContactNotFound,
    publish_contact,
    withdraw_contact,
)
from models.queries.units import UnitNotFound

router: Final = APIRouter(include_in_schema=False)


@router.post("/admin/units/{unit_id}/name")
async def rename(unit_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Give the unit the name people use."""
    form = await Form.of(request)
    body = form.read(UnitNameBody)
    if body is not None:
        try:
            async with house.sessions.write() as session:
                await rename_unit(session, who.by, unit_id, body.name, datetime.now(UTC), body.reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done(request, f"/admin/units/{unit_id}", Words(zh="名称已更改", en="Renamed"))
    async with house.sessions.read() as session:
        return await show_unit(request, who, session, unit_id, form)


@router.get("/admin/units/{unit_id}/add")
async def add_page(unit_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The form for a desk, a grid or a micro-grid below a unit."""
    parent = await _open_unit(session, who, unit_id)
    kinds = BELOW[parent.unit.kind]
    if not kinds:
        raise NotFound
    try:
        suffix = await next_suffix(session, unit_id, kinds[0])
    except KindUnfit:
        suffix = ""
    form = Form.empty(kind=kinds[0].value, suffix=suffix, grid_type=GridType.RESIDENTIAL.value)
    return _add_page(request, who, parent, form)


@router.post("/admin/units/{unit_id}/add")
async def add(unit_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Add it."""
    form = await Form.of(request)
    body = form.read(NewUnit, parent=unit_id)
    if body is not None:
        try:
            async with house.sessions.write() as session:
                made = await add_unit(session, who.by, body, datetime.now(UTC))
        except KindUnfit as refusal:
            field = "suffix" if body.suffix is None else "kind"
            form.fault(field, refusal.words.in_language(form.language))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done(request, f"/admin/units/{made}", Words(zh="单位已增设", en="The unit was added"))
    async with house.sessions.read() as session:
        return _add_page(request, who, await _open_unit(session, who, unit_id), form)


def _add_page(request: Request, who: Admin, parent: UnitDetail, form: Form) -> Response:
    known = {
        UnitKind.SECTION: [(desk.suffix, desk.name) for desk in load_sections().chosen(None).desks],
        UnitKind.DEPARTMENT: [(desk.suffix, desk.name) for desk in load_departments()],
    }
    return admin_page(
        request,
        "unit_add.html",
        who,
        form=form,
        parent=parent,
        kinds=BELOW[parent.unit.kind],
        known=known.get(BELOW[parent.unit.kind][0], []),
        grid_types=list(GridType),
    )


@router.get("/admin/units/{unit_id}/close")
async def close_page(unit_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """What closing it would mean, before it is done."""
    return _close_page(request, who, await _open_unit(session, who, unit_id), Form.empty())


@router.post("/admin/units/{unit_id}/close")
async def close(unit_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Close it, with all below it."""
    form = await Form.of(request)
    reason = require_reason(form)
    if not form.wrong:
        try:
            async with house.sessions.write() as session:
                number = await close_unit(session, who.by, unit_id, datetime.now(UTC), reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = Words(zh=f"已停用 {number} 个单位", en=f"{number} units closed")
            return done(request, f"/admin/units/{unit_id}", words)
    async with house.sessions.read() as session:
        return _close_page(request, who, await _open_unit(session, who, unit_id), form)


def _close_page(request: Request, who: Admin, line: UnitDetail, form: Form) -> Response:
    official = line.source is UnitSource.OFFICIAL
    return admin_page(request, "unit_close.html", who, form=form, line=line, official=official)


@router.post("/admin/units/{unit_id}/reopen")
async def reopen(unit_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Open a closed unit again."""
    form = await Form.of(request)
    try:
        async with house.sessions.write() as session:
            await reopen_unit(session, who.by, unit_id, datetime.now(UTC), form["reason"])
    except Refusal as refusal:
        form.refuse(refusal)
        async with house.sessions.read() as session:
            return await show_unit(request, who, session, unit_id, form)
    return done(request, f"/admin/units/{unit_id}", Words(zh="单位已恢复", en="The unit is open again"))


@router.post("/admin/units/{unit_id}/contacts")
async def publish(unit_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Publish a contact, for the QR codes of the unit and of all below it."""
    form = await Form.of(request)
    fields = {"name": form["contact_name"], "phone": form["phone"], "note": form["note"]}
    typed = Form({"kind": [form["kind"]]}, language=form.language)
    contact = typed.read(NewUnitContact, **fields)
    for field, message in typed.faults.items():
        form.fault("contact_name" if field == "name" else field, message)
    if contact is not None and not (contact.name or contact.phone):
        words = Words(zh="请填写姓名或电话", en="Give a name or a phone number")
        form.fault("contact_name", words.in_language(form.language))
    if contact is not None and not form.wrong:
        try:
            async with house.sessions.write() as session:
                now = datetime.now(UTC)
                row = await administered_unit(session, who.by, unit_id)
                await publish_contact(session, unit_id, contact, who.by.person, now)
                await note(
                    session, who.by, Deed.UNIT_CONTACTS, subject=unit_id, name=row.name, at=now,
                    path=row.path, after=contact.model_dump(mode="json"),
                )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            to = f"/admin/units/{unit_id}#contacts"
            return done(request, to, Words(zh="联系方式已公布", en="The contact is published"))
    async with house.sessions.read() as session:
        return await show_unit(request, who, session, unit_id, form)


@router.post("/admin/units/{unit_id}/contacts/{contact_id}/withdraw")
async def withdraw(
    unit_id: str, contact_id: int, request: Request, who: SignedInAdmin, house: House
) -> Response:
    """Take a published contact down."""
    try:
        async with house.sessions.write() as session:
            row = await administered_unit(session, who.by, unit_id)
            await withdraw_contact(session, unit_id, contact_id)
            await note(
                session, who.by, Deed.UNIT_CONTACTS, subject=unit_id, name=row.name,
                at=datetime.now(UTC), path=row.path, before={"contact": contact_id},
            )  # fmt: skip
    except UnitContactNotFound as missing:
        raise NotFound from missing
    to = f"/admin/units/{unit_id}#contacts"
    return done(request, to, Words(zh="联系方式已撤下", en="The contact is no longer published"))


async def _open_unit(session: AsyncSession, who: Admin, unit_id: str) -> UnitDetail:
    """An active unit of the area. Raises NotFound."""
    try:
        found = await unit_detail(session, who.by, unit_id, datetime.now(UTC))
    except UnitNotFound as missing:
        raise NotFound from missing
    if not (found.theirs and found.active):
        raise NotFound
    return found
