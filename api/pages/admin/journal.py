"""`/admin/journal`: who changed what, when and why, for administrators and auditors."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.pages.admin.frame import SignedInWatcher, admin_page, asked, period
from models.city.administering import Deed
from models.queries.journal import JournalFilter, read_journal

router: Final = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@router.get("/admin/journal")
async def journal(request: Request, reader: SignedInWatcher, session: ReadSession) -> Response:
    """The journal of the reader's areas and of the rules, the newest entry first."""
    form = asked(request)
    since, until = period(form)
    wanted = JournalFilter(
        deed=Deed(form["deed"]) if form["deed"] in set(Deed) else None,
        person=form["person"][:64] or None,
        subject=form["subject"][:64] or None,
        since=since,
        until=until,
    )
    page = await read_journal(session, reader.principal, wanted, request.query_params.get("cursor"), SHOWN)
    return admin_page(
        request,
        "journal.html",
        reader,
        block="list",
        asked=form,
        page=page,
        next_page=str(request.url.include_query_params(cursor=page.next)) if page.next else None,
    )
