"""`/admin`: how much there is, and what wants attention."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadSession
from api.pages.admin.frame import SignedInAdmin, admin_page
from models.city.units import UnitKind
from models.queries.admin_overview import attention, counts
from models.queries.journal import JournalFilter, read_journal

router: Final = APIRouter(include_in_schema=False)

LATEST: Final = 6
"""Entries of the journal that are shown."""


@router.get("/admin")
async def overview(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The first page of an administrator's day."""
    now = datetime.now(UTC)
    found = await counts(session, who.by, now)
    latest = await read_journal(session, who.reader.principal, JournalFilter(), None, LATEST)
    return admin_page(
        request,
        "overview.html",
        who,
        counts=found,
        kinds=[kind for kind in UnitKind if kind in found.units],
        unstaffed=sum(
            number - found.staffed[kind]
            for kind, number in found.units.items()
            if kind not in (UnitKind.GRID, UnitKind.MICRO_GRID)
        ),
        attention=await attention(session, who.by, now),
        latest=latest.items,
        areas=[post.unit for post in who.by.posts],
    )
