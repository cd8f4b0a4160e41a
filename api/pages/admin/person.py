"""`/admin/people/{id}`: one person, the account, and the posts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.administering.people import close, correct, give_new_password, reopen
from api.dependencies import House, ReadSession
from api.errors import ApiError, NotFound
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page, require_reason
from api.pages.admin.people import once
from api.pages.answers import done
from api.pages.forms import Form
from api.rest.people import CorrectionBody
from models.base import Words
from models.case.refusals import Refusal
from models.queries.account_changes import closing
from models.queries.journal import JournalFilter, read_journal
from models.queries.people_admin import PersonDetail, PersonNotFound, find_person

router: Final = APIRouter(include_in_schema=False)

PAST: Final = 10
"""Entries of the person's journal that the page shows."""


@router.get("/admin/people/{person_id}")
async def person(person_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The person with every post, present ones first, and what was changed lately."""
    return await _show(request, who, session, person_id, None)


@router.post("/admin/people/{person_id}")
async def change(person_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Correct name and phone."""
    form = await Form.of(request)
    body = form.read(CorrectionBody)
    if body is not None:
        try:
            await correct(house, who.by, person_id, name=body.name, phone=body.phone, reason=body.reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done(request, f"/admin/people/{person_id}", Words(zh="已保存", en="Saved"))
    async with house.sessions.read() as session:
        return await _show(request, who, session, person_id, form)


async def _show(
    request: Request, who: Admin, session: AsyncSession, person_id: str, form: Form | None
) -> Response:
    now = datetime.now(UTC)
    found = await _found(session, who, person_id)
    wanted = JournalFilter(subject=person_id)
    history = await read_journal(session, who.reader.principal, wanted, None, PAST)
    return admin_page(
        request,
        "person.html",
        who,
        form=form or Form.empty(name=found.name, phone=found.phone or ""),
        person=found,
        present=[post for post in found.posts if not post.over(now)],
        past=[post for post in reversed(found.posts) if post.over(now)],
        past_entries=history.items,
        myself=found.id == who.by.person,
    )


@router.get("/admin/people/{person_id}/close")
async def close_page(person_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """What closing the account would mean, before it is done."""
    return await _close_page(request, who, session, person_id, Form.empty())


@router.post("/admin/people/{person_id}/close")
async def do_close(person_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Close the account."""
    form = await Form.of(request)
    reason = require_reason(form)
    if not form.wrong:
        try:
            ended = await close(house, who.by, person_id, reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = Words(
                zh=f"账号已停用，结束登录 {ended} 处", en=f"The account is closed; {ended} sessions ended"
            )
            return done(request, f"/admin/people/{person_id}", words)
    async with house.sessions.read() as session:
        return await _close_page(request, who, session, person_id, form)


async def _close_page(
    request: Request, who: Admin, session: AsyncSession, person_id: str, form: Form
) -> Response:
    found = await _found(session, who, person_id)
    told = await closing(session, person_id, datetime.now(UTC))
    return admin_page(request, "person_close.html", who, form=form, person=found, told=told)


@router.post("/admin/people/{person_id}/reopen")
async def do_reopen(person_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Open the account again."""
    form = await Form.of(request)
    try:
        await reopen(house, who.by, person_id, form["reason"])
    except Refusal as refusal:
        form.refuse(refusal)
        async with house.sessions.read() as session:
            return await _show(request, who, session, person_id, form)
    return done(request, f"/admin/people/{person_id}", Words(zh="账号已恢复", en="The account is open again"))


@router.get("/admin/people/{person_id}/password")
async def password_page(
    person_id: str, request: Request, who: SignedInAdmin, session: ReadSession
) -> Response:
    """What a new password would mean, before it is given."""
    found = await _found(session, who, person_id)
    return admin_page(request, "password_reset.html", who, form=Form.empty(), person=found)


@router.post("/admin/people/{person_id}/password")
async def reset(person_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Give a first password again, and show it: once, here."""
    form = await Form.of(request)
    reason = require_reason(form)
    async with house.sessions.read() as session:
        found = await _found(session, who, person_id)
    if not form.wrong:
        try:
            given = await give_new_password(house, who.by, person_id, reason)
        except (ApiError, Refusal) as error:
            form.refuse(error)
        else:
            return once(request, who, given.password, found.login, found.name, person_id)
    return admin_page(request, "password_reset.html", who, form=form, person=found)


async def _found(session: AsyncSession, who: Admin, person_id: str) -> PersonDetail:
    try:
        return await find_person(session, who.by, person_id, datetime.now(UTC))
    except PersonNotFound as missing:
        raise NotFound from missing
