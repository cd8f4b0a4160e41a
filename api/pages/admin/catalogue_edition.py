"""`/admin/catalogue/edition`: the catalogue of this release, compared with ours, and taken over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import House, ReadSession
from api.language import language_of
from api.pages.admin.frame import Admin, CityAdmin, SignedInAdmin, admin_page, require_reason
from api.pages.admin.journal_words import spoken
from api.pages.admin.matter_form import FIELDS, SECTIONS
from api.pages.answers import done
from api.pages.forms import Form
from models.base import Language, Words
from models.case.refusals import Refusal
from models.city.catalogue import Matter
from models.city.data_files import load_catalogue
from models.queries.catalogue_admin import all_matters, compare, take_over

router: Final = APIRouter(include_in_schema=False)


@router.get("/admin/catalogue/edition")
async def edition(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """What the shipped edition has otherwise."""
    return await _page(request, who, session, None)


@router.post("/admin/catalogue/edition")
async def take(request: Request, who: CityAdmin, house: House) -> Response:
    """Take over what is ticked."""
    form = await Form.of(request)
    reason, keys = require_reason(form), form.all("keys")
    if not keys:
        words = Words(zh="请至少选择一项", en="Choose at least one")
        form.fault("keys", words.in_language(form.language))
    if not form.wrong:
        try:
            async with house.sessions.write() as session:
                taken = await take_over(session, who.by, load_catalogue(), keys, datetime.now(UTC), reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = Words(zh=f"已采用 {taken} 项", en=f"{taken} matters taken over")
            return done(request, "/admin/catalogue", words)
    async with house.sessions.read() as session:
        return await _page(request, who, session, form)


async def _page(request: Request, who: Admin, session: AsyncSession, form: Form | None) -> Response:
    ours = [line.matter for line in await all_matters(session)]
    found = compare(ours, load_catalogue())
    every = [matter.key for matter in found.added] + [change.theirs.key for change in found.changed]
    return admin_page(
        request,
        "catalogue_edition.html",
        who,
        form=form or Form.empty(keys=every),
        comparison=found,
        fields=FIELDS,
        spoken_value=lambda matter, name: _said(matter, name, language_of(request)),
        sections=SECTIONS,
    )


def _said(matter: Matter, field: str, language: Language) -> str:
    """A field's value in the reader's words."""
    value = matter.model_dump(mode="json")[field]
    return "—" if value is None else spoken(value, language)
