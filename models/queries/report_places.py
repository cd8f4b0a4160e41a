"""The places somebody can report for: the units of their own posts, and those beside and just below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.people import Post
from models.city.units import UnitKind, UnitRef
from models.queries.units import ref_columns, ref_of
from models.tables.units import UnitRow

PLACES: Final = frozenset(
    {UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.MICRO_GRID}
)
"""Where things happen; sections and departments are desks, not places."""
_HAVE_PLACES_BELOW: Final = frozenset({UnitKind.CITY, UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY})
MOST: Final = 300


async def report_places(session: AsyncSession, posts: Sequence[Post]) -> tuple[UnitRef, ...]:
    """The units to choose from, the reporter's own first, then in the order of the tree; one query.

    For a grid that is the grid, its neighbours of the same community, and the community; for a community or
    street the unit and what lies directly below it. A desk stands for the street or district it belongs to.
    """
    own: list[str] = []
    around: list[str] = []
    for post in posts:
        unit = post.unit
        area = unit.id if unit.kind in _HAVE_PLACES_BELOW else unit.path.split(".")[-2]
        around.append(area)
        own += [unit.id, area] if unit.kind in PLACES else [area]
    if not own:
        return ()
    below = and_(col(UnitRow.parent_id).in_(around), col(UnitRow.kind).in_(PLACES))
    statement = (
        select(*ref_columns())
        .where(col(UnitRow.active), or_(col(UnitRow.id).in_(own), below))
        .order_by(func.nlevel(col(UnitRow.path)).desc(), col(UnitRow.position), col(UnitRow.id))
        .limit(MOST)
    )
    rows = [ref_of(row) for row in (await session.execute(statement)).mappings()]
    rank = {unit: place for place, unit in enumerate(dict.fromkeys(own))}
    return tuple(sorted(rows, key=lambda unit: rank.get(unit.id, len(rank))))
