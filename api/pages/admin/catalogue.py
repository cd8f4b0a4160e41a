"""`/admin/catalogue`: the matters by section, searched, added, changed, retired."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.glossary import LEVELS, URGENCIES
from api.pages.admin.frame import Admin, CityAdmin, SignedInAdmin, admin_page, asked, require_reason
from api.pages.admin.matter_form import SECTIONS, from_matter, to_matter
from api.pages.answers import done
from api.pages.forms import Form
from api.pages.rendering import said
from models.base import Urgency, Words
from models.case.refusals import Refusal
from models.city.catalogue import OTHER, Section
from models.city.data_files import load_departments
from models.city.units import Level
from models.queries.catalogue_admin import (
    MatterLine,
    add_matter,
    all_matters,
    change_matter,
    find_matter,
    open_cases_of,
    retire_matter,
)
from models.queries.dossier import MatterNotFound
from models.queries.journal import JournalFilter, read_journal
from models.queries.policies import active_policies

router: Final = APIRouter(include_in_schema=False)

PAST: Final = 8


@router.get("/admin/catalogue")
async def matters(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The whole catalogue, retired matters at the end of their section."""
    form = asked(request)
    lines = [line for line in await all_matters(session) if _fits(line, form)]
    departments = {desk.suffix: desk.name for desk in load_departments()}
    return admin_page(
        request,
        "catalogue.html",
        who,
        block="list",
        asked=form,
        sections=[
            (section, SECTIONS[section], [line for line in lines if line.matter.section is section])
            for section in Section
            if form["section"] in ("", section)
        ],
        all_sections=SECTIONS,
        departments=departments,
        total=len(lines),
    )


def _fits(line: MatterLine, form: Form) -> bool:
    words, matter = form["q"].lower(), line.matter
    if form["section"] and matter.section != form["section"]:
        return False
    texts = (matter.key, matter.name.zh, matter.name.en.lower(), matter.policy, *matter.words)
    return not words or any(words in text for text in texts)


@router.get("/admin/catalogue/new")
async def new_page(request: Request, who: CityAdmin, session: ReadSession) -> Response:
    """The form for a matter that is to be added."""
    form = Form.empty(
        section=Section.LIVELIHOOD.value,
        urgency=Urgency.ORDINARY.value,
        policy="135",
        accepted_by=[level.value for level in Level if level is not Level.CITY],
        callback="on",
    )
    return await _form_page(request, who, session, form, None)


@router.post("/admin/catalogue/new")
async def add(request: Request, who: CityAdmin, house: House) -> Response:
    """Add the matter."""
    form = await Form.of(request)
    matter = to_matter(form)
    if matter is not None:
        try:
            async with house.sessions.write() as session:
                await add_matter(session, who.by, matter, datetime.now(UTC), form["reason"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = Words(zh=f"已增加“{matter.name.zh}”", en=f"“{matter.name.en}” was added")
            return done(request, f"/admin/catalogue/{matter.key}", words)
    async with house.sessions.read() as session:
        return await _form_page(request, who, session, form, None)


@router.get("/admin/catalogue/{key}")
async def matter_page(key: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """One matter, to read and to change."""
    line = await _found(session, key)
    return await _form_page(request, who, session, from_matter(line), line)


@router.post("/admin/catalogue/{key}")
async def change(key: str, request: Request, who: CityAdmin, house: House) -> Response:
    """Change the matter, unless somebody has done so since it was read."""
    form = await Form.of(request)
    matter = to_matter(form, key)
    version = int(form["version"]) if form["version"].isdecimal() else 0
    if matter is not None:
        try:
            async with house.sessions.write() as session:
                await change_matter(session, who.by, matter, version, datetime.now(UTC), form["reason"])
        except Refusal as refusal:
            form.refuse(refusal)
        except MatterNotFound as missing:
            raise NotFound from missing
        else:
            words = Words(zh="已保存；在办案件仍按原条款办理", en="Saved; open cases keep what they captured")
            return done(request, f"/admin/catalogue/{key}", words)
    async with house.sessions.read() as session:
        return await _form_page(request, who, session, form, await _found(session, key))


@router.get("/admin/catalogue/{key}/retire")
async def retire_page(key: str, request: Request, who: CityAdmin, session: ReadSession) -> Response:
    """What retiring a matter would mean, before it is done."""
    return await _retire_page(request, who, session, key, Form.empty())


@router.post("/admin/catalogue/{key}/retire")
async def retire(key: str, request: Request, who: CityAdmin, house: House) -> Response:
    """Take the matter out of what can be reported."""
    return await _retired(request, who, house, key, restore=False)


@router.post("/admin/catalogue/{key}/restore")
async def restore(key: str, request: Request, who: CityAdmin, house: House) -> Response:
    """Put the matter back."""
    return await _retired(request, who, house, key, restore=True)


async def _retired(request: Request, who: Admin, house: House, key: str, *, restore: bool) -> Response:
    form = await Form.of(request)
    reason = form["reason"] if restore else require_reason(form)
    if not form.wrong:
        try:
            async with house.sessions.write() as session:
                await retire_matter(session, who.by, key, datetime.now(UTC), reason, restore=restore)
        except Refusal as refusal:
            form.refuse(refusal)
        except MatterNotFound as missing:
            raise NotFound from missing
        else:
            restored = Words(zh="事项已恢复", en="The matter can be reported again")
            gone = Words(zh="事项已停用", en="The matter can no longer be reported")
            return done(request, f"/admin/catalogue/{key}", restored if restore else gone)
    async with house.sessions.read() as session:
        return await _retire_page(request, who, session, key, form)


async def _retire_page(request: Request, who: Admin, session: AsyncSession, key: str, form: Form) -> Response:
    line = await _found(session, key)
    return admin_page(
        request,
        "matter_retire.html",
        who,
        form=form,
        line=line,
        backstop=key == OTHER,
        open_cases=await open_cases_of(session, key),
    )


async def _form_page(
    request: Request, who: Admin, session: AsyncSession, form: Form, line: MatterLine | None
) -> Response:
    policies = await active_policies(session)
    values: dict[str, Any] = {"open_cases": 0, "past_entries": ()}
    if line is not None:
        wanted = JournalFilter(subject=line.matter.key)
        history = await read_journal(session, who.reader.principal, wanted, None, PAST)
        values = {"open_cases": await open_cases_of(session, line.matter.key), "past_entries": history.items}
    return admin_page(
        request,
        "matter.html",
        who,
        form=form,
        line=line,
        backstop=line is not None and line.matter.key == OTHER,
        section_options=[(key.value, said(request, words)) for key, words in SECTIONS.items()],
        department_options=[(desk.suffix, said(request, desk.name)) for desk in load_departments()],
        policy_options=[(p.id, f"{said(request, p.name)} · {p.id}") for p in policies.values()],
        level_options=[
            (level.value, said(request, LEVELS[level])) for level in Level if level is not Level.CITY
        ],
        urgency_options=[(urgency.value, said(request, URGENCIES[urgency])) for urgency in Urgency],
        **values,
    )


async def _found(session: AsyncSession, key: str) -> MatterLine:
    try:
        return await find_matter(session, key)
    except MatterNotFound as missing:
        raise NotFound from missing
