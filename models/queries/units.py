"""Reading units: by id, by chain, by name; and the one filter that keeps everybody in their jurisdiction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.city.people import Post, Rank, reach
from models.city.units import UnitKind, UnitRef
from models.tables.people import PostRow
from models.tables.types import below
from models.tables.units import UnitRow


class UnitNotFound(LookupError):
    """No such unit, or it is no longer active. `ids` names those that were asked for in vain."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(f"no such unit: {', '.join(ids)}")
        self.ids = tuple(ids)


def in_jurisdiction(column: SQLColumnExpression[Any], posts: Iterable[Post]) -> ColumnElement[bool]:
    """Whether the unit path in `column` lies within the reach of one of `posts`; false for no posts.

    Uses the column's gist index. See `models.city.people.reach` for what a post reaches.
    """
    return below(column, sorted({reach(post) for post in posts}))


async def unit_ref(session: AsyncSession, unit_id: str) -> UnitRef:
    """The active unit with this id. Raises UnitNotFound."""
    return (await unit_refs(session, [unit_id]))[0]


async def unit_refs(session: AsyncSession, ids: Sequence[str]) -> tuple[UnitRef, ...]:
    """The active units with these ids, in the order asked, in one query. Raises UnitNotFound."""
    if not ids:
        return ()
    rows = await session.execute(_select_refs().where(col(UnitRow.id).in_(set(ids))))
    found = {ref.id: ref for ref in map(ref_of, rows.mappings())}
    missing = [unit_id for unit_id in ids if unit_id not in found]
    if missing:
        raise UnitNotFound(missing)
    return tuple(found[unit_id] for unit_id in ids)


async def chain(session: AsyncSession, unit_id: str) -> tuple[UnitRef, ...]:
    """The units from the city down to this one, itself included, in one query. Raises UnitNotFound."""
    here = aliased(UnitRow)
    above = col(UnitRow.path).bool_op("@>")(col(here.path))
    statement = (
        _select_refs()
        .join(here, above)
        .where(col(here.id) == unit_id, col(here.active))
        .order_by(func.nlevel(col(UnitRow.path)))
    )
    refs = tuple(map(ref_of, (await session.execute(statement)).mappings()))
    if not refs or refs[-1].id != unit_id:
        raise UnitNotFound([unit_id])
    return refs


async def children(
    session: AsyncSession, unit_id: str, kinds: Iterable[UnitKind] = ()
) -> tuple[UnitRef, ...]:
    """The active units directly below, in their order; only those of `kinds`, if any are named."""
    statement = _select_refs().where(col(UnitRow.parent_id) == unit_id)
    wanted = list(kinds)
    if wanted:
        statement = statement.where(col(UnitRow.kind).in_(wanted))
    statement = statement.order_by(col(UnitRow.position), col(UnitRow.id))
    return tuple(map(ref_of, (await session.execute(statement)).mappings()))


async def search(
    session: AsyncSession,
    words: str,
    posts: Sequence[Post] | None = None,
    *,
    kinds: Iterable[UnitKind] = (),
    limit: int = 20,
) -> tuple[UnitRef, ...]:
    """Active units whose name contains `words`; higher ones and shorter names first.

    With `posts`, only those within their reach; without, in the whole city, whose tree is no secret.
    `words` are taken literally; blank words find nothing.
    """
    typed = words.strip()
    if not typed:
        return ()
    name, official = col(UnitRow.name), col(UnitRow.official_name)
    statement = _select_refs().where(
        or_(name.contains(typed, autoescape=True), official.contains(typed, autoescape=True)),
    )
    if posts is not None:
        statement = statement.where(in_jurisdiction(col(UnitRow.path), posts))
    wanted = list(kinds)
    if wanted:
        statement = statement.where(col(UnitRow.kind).in_(wanted))
    statement = statement.order_by(func.nlevel(col(UnitRow.path)), func.length(name), col(UnitRow.id)).limit(
        limit
    )
    return tuple(map(ref_of, (await session.execute(statement)).mappings()))


def ref_columns(unit: type[UnitRow] = UnitRow) -> tuple[ColumnElement[Any], ...]:
    """The columns from which `ref_of` makes a UnitRef, for queries that join units to something else."""
    now = func.now()
    deputy = (
        exists()
        .where(
            col(PostRow.unit_id) == col(unit.id),
            col(PostRow.rank) == Rank.B,
            col(PostRow.since) <= now,
            or_(col(PostRow.until).is_(None), col(PostRow.until) > now),
        )
        .correlate(unit)
    )
    return (
        col(unit.id).label("unit_id"),
        col(unit.kind).label("unit_kind"),
        col(unit.name).label("unit_name"),
        col(unit.path).label("unit_path"),
        deputy.label("unit_has_deputy"),
    )


def ref_of(row: RowMapping) -> UnitRef:
    """The UnitRef in a row that was selected with `ref_columns`."""
    return UnitRef(
        id=row["unit_id"],
        kind=row["unit_kind"],
        name=row["unit_name"],
        path=row["unit_path"],
        has_deputy=row["unit_has_deputy"],
    )


def _select_refs() -> Select[Any]:
    return select(*ref_columns()).where(col(UnitRow.active))
