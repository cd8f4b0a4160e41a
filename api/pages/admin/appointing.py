"""Choosing a unit and what fits it, without a script too: search, pick, then role and rank."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.forms import Form
from models.base import Frozen
from models.case.appointing import Amiss, Held, amiss, roles_for
from models.case.permissions import SERVES
from models.city.administering import Administrator
from models.city.people import Role
from models.queries.desk_posts import PostLine, posts_at
from models.queries.unit_admin import UnitLine, find_units

FOUND: Final = 12
SEARCH: Final = "search"
AGAIN: Final = "again"
"""What the button `pick` sends; anything else is the unit that is picked."""


class UnitChoice(Frozen):
    """How far choosing a unit has come."""

    found: tuple[UnitLine, ...] | None
    """What a search found; none when nothing was searched for."""
    unit: UnitLine | None
    """The unit that is chosen."""
    roles: tuple[Role, ...] = ()
    """What fits it."""
    ranked: frozenset[Role] = frozenset()
    """The roles that have an A and a B."""
    posts: tuple[PostLine, ...] = ()
    """Who works there already."""
    amiss: tuple[Amiss, ...] = ()


async def unit_choice(session: AsyncSession, by: Administrator, form: Form) -> UnitChoice:
    """What the form's fields `unit` (chosen) and `unit_words` (searched) come to."""
    now = datetime.now(UTC)
    pressed = form["pick"]
    if pressed == AGAIN:
        form.values.pop("unit", None)
    elif pressed and pressed != SEARCH:
        form.values["unit"] = [pressed]
    if form["unit_words"] and not form["unit"]:
        found = await find_units(session, by, form["unit_words"], now, limit=FOUND)
        return UnitChoice(found=tuple(line for line in found if line.active), unit=None)
    if not form["unit"]:
        return UnitChoice(found=None, unit=None)
    lines = await find_units(session, by, form["unit"], now, limit=FOUND)
    line = next((line for line in lines if line.unit.id == form["unit"] and line.active), None)
    if line is None:
        return UnitChoice(found=(), unit=None)
    posts = await posts_at(session, by, line.unit.id, now)
    held = [Held(post.role, post.rank, post.account) for post in posts if post.held(now)]
    kind = line.unit.kind
    return UnitChoice(
        found=None,
        unit=line,
        roles=roles_for(kind),
        ranked=SERVES[kind],
        posts=posts,
        amiss=amiss(kind, held),
    )
