"""`/admin/units`: the tree of units, and one unit with who works there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import ReadSession
from api.errors import NotFound
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page
from api.pages.answers import done
from api.pages.forms import Form
from api.pages.rendering import said, wants_fragment
from models.base import Words
from models.case.appointing import Held, amiss
from models.queries.desk_posts import posts_at
from models.queries.journal import JournalFilter, read_journal
from models.queries.unit_admin import BELOW, UnitDetail, find_units, tree_below, tree_roots, unit_detail
from models.queries.unit_contacts import contacts_at
from models.queries.units import UnitNotFound
from models.tables.unit_contacts import ContactKind

router: Final = APIRouter(include_in_schema=False)

CONTACTS: Final[dict[ContactKind, Words]] = {
    ContactKind.GRID_WORKER: Words(zh="网格员", en="Grid worker"),
    ContactKind.COMMUNITY: Words(zh="社区值班", en="Community office"),
    ContactKind.POLICE: Words(zh="社区民警", en="Community police"),
    ContactKind.PROPERTY: Words(zh="物业", en="Property management"),
}

FOUND: Final = 40
"""Units that a search shows at most."""
PAST: Final = 8
"""Entries of a unit's journal that its page shows."""


@router.get("/admin/units")
async def tree(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The tree from the top of the administrator's area; what is below a unit comes when it is opened."""
    now, words = datetime.now(UTC), request.query_params.get("q", "")[:64]
    found = await find_units(session, who.by, words, now, limit=FOUND) if words.strip() else None
    roots = await tree_roots(session, who.by, now)
    first = await tree_below(session, roots[0].unit.id, now) if len(roots) == 1 else ()
    return admin_page(
        request,
        "units.html",
        who,
        block="found",
        words=words,
        found=found,
        most=FOUND,
        roots=roots,
        first=first,
    )


@router.get("/admin/units/{unit_id}/children")
async def children(unit_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """What lies directly below a unit, for the tree; without a script, the unit's own page."""
    if not wants_fragment(request):
        return done(request, f"/admin/units/{unit_id}")
    now = datetime.now(UTC)
    await _theirs(session, who, unit_id)
    lines = await tree_below(session, unit_id, now)
    return admin_page(request, "units.html", who, block="branch", lines=lines)


@router.get("/admin/units/{unit_id}")
async def unit(unit_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """One unit: its people, what lies below, its public contacts, and what may be changed."""
    return await show_unit(request, who, session, unit_id)


async def show_unit(
    request: Request, who: Admin, session: AsyncSession, unit_id: str, form: Form | None = None
) -> Response:
    """The page of a unit, with a form that was wrong, if so. Raises NotFound outside of the area."""
    now = datetime.now(UTC)
    found = await _theirs(session, who, unit_id)
    posts = await posts_at(session, who.by, unit_id, now)
    held = [Held(post.role, post.rank, post.account) for post in posts if post.held(now)]
    history = await read_journal(session, who.reader.principal, JournalFilter(subject=unit_id), None, PAST)
    return admin_page(
        request,
        "unit.html",
        who,
        form=form or Form.empty(name=found.unit.name),
        line=found,
        posts=posts,
        amiss=amiss(found.unit.kind, held) if found.active else (),
        lines=await tree_below(session, unit_id, now, closed=True),
        kinds=BELOW[found.unit.kind] if found.active else (),
        contact_kinds=CONTACTS,
        contact_options=[(kind.value, said(request, words)) for kind, words in CONTACTS.items()],
        contacts=await contacts_at(session, unit_id),
        past_entries=history.items,
    )


async def _theirs(session: AsyncSession, who: Admin, unit_id: str) -> UnitDetail:
    try:
        found = await unit_detail(session, who.by, unit_id, datetime.now(UTC))
    except UnitNotFound as missing:
        raise NotFound from missing
    if not found.theirs:
        raise NotFound
    return found
