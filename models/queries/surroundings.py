"""Where one may look from here: the units above a place, and those directly below it, for choosing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.city.people import Post
from models.city.units import UnitKind, UnitRef
from models.queries.units import ref_columns, ref_of
from models.tables.units import UnitRow

DESKS = (UnitKind.SECTION, UnitKind.DEPARTMENT)


class Surroundings(Frozen):
    """The way down to a place, and the next steps from there."""

    above: tuple[UnitRef, ...]
    """From the highest down to the place itself."""
    below: tuple[UnitRef, ...]
    """The places directly below, in their order."""


def roots(posts: Iterable[Post]) -> tuple[str, ...]:
    """The paths of the places the posts are about: a desk's is the street or district it belongs to."""
    found = {
        post.unit.path.rpartition(".")[0] if post.unit.kind in DESKS else post.unit.path for post in posts
    }
    return tuple(sorted(path for path in found if not any(_inside(path, other) for other in found)))


def _inside(path: str, other: str) -> bool:
    return path.startswith(other + ".")


async def surroundings(session: AsyncSession, paths: Collection[str], unit_id: str | None) -> Surroundings:
    """What lies around the unit, or around the places with these `paths`; one query.

    The city's tree is no secret: what happened at a unit is another question, which lists ask for themselves.
    A unit that is not there has nothing around it.
    """
    here = aliased(UnitRow)
    ids = [unit_id] if unit_id else [path.rpartition(".")[2] for path in paths]
    above = exists(select(1).where(col(here.id).in_(ids), col(UnitRow.path).bool_op("@>")(col(here.path))))
    statement = (
        select(*ref_columns())
        .where(
            col(UnitRow.active),
            col(UnitRow.kind).not_in([kind.value for kind in DESKS]),
            or_(above, col(UnitRow.parent_id).in_(ids)),
        )
        .order_by(func.nlevel(col(UnitRow.path)), col(UnitRow.position), col(UnitRow.id))
    )
    refs = [ref_of(row) for row in (await session.execute(statement)).mappings()]
    own = [ref for ref in refs if any(ref.path == path or _inside(ref.path, path) for path in paths)]
    below = tuple(ref for ref in refs if _parent(ref) in ids)
    return Surroundings(above=tuple(ref for ref in own if ref not in below), below=below)


def _parent(ref: UnitRef) -> str:
    return ref.path.rpartition(".")[0].rpartition(".")[2]
