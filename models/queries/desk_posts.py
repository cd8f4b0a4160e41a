"""Posts with the places they stand at, and what is amiss at each desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.case.appointing import Amiss, Held, amiss
from models.city.administering import Administrator
from models.city.people import Rank, Role
from models.city.units import UnitRef
from models.queries.units import ref_columns, ref_of
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow


class PostLine(Frozen):
    """A post, for people who look after posts."""

    id: str
    person: str
    name: str
    """Of the person."""
    account: bool
    """Whether the person's account is open."""
    role: Role
    rank: Rank | None
    unit: UnitRef
    above: str
    """Where the unit lies: 璧山区 › 璧城街道."""
    unit_active: bool
    """A post at a closed unit gives no rights."""
    since: datetime
    until: datetime | None
    inside: bool
    """Whether it lies in the administrator's area."""
    amiss: tuple[Amiss, ...] = ()
    """What is wrong at its desk; only for a post that is held now."""

    def over(self, at: datetime) -> bool:
        """Whether it had ended by then."""
        return self.until is not None and self.until <= at

    def held(self, at: datetime) -> bool:
        """Whether it was held then."""
        return self.since <= at and not self.over(at)


async def posts_of(
    session: AsyncSession, by: Administrator, people: Sequence[str], at: datetime, *, past: bool = False
) -> dict[str, tuple[PostLine, ...]]:
    """The posts of these people, by person, those held longest first; `past` ones only when wanted.

    Two queries. Posts outside of the area are among them: it must be seen that somebody works elsewhere too.
    """
    statement = _select_posts().where(col(PostRow.person_id).in_(people))
    if not past:
        statement = statement.where(or_(col(PostRow.until).is_(None), col(PostRow.until) > at))
    rows = (await session.execute(statement)).mappings().all()
    found: dict[str, list[PostLine]] = defaultdict(list)
    for post in await _judged(session, [_line(row, by) for row in rows], at):
        found[post.person].append(post)
    return {person: tuple(posts) for person, posts in found.items()}


async def posts_at(
    session: AsyncSession, by: Administrator, unit_id: str, at: datetime
) -> tuple[PostLine, ...]:
    """The posts at a unit that are not over, those held longest first. Two queries."""
    statement = _select_posts().where(
        col(PostRow.unit_id) == unit_id, or_(col(PostRow.until).is_(None), col(PostRow.until) > at)
    )
    rows = (await session.execute(statement)).mappings().all()
    return await _judged(session, [_line(row, by) for row in rows], at)


def location(unit: type[UnitRow] = UnitRow) -> ColumnElement[str]:
    """Where a unit lies, from the district down to its parent: 璧山区 › 璧城街道; empty for a district."""
    above = aliased(UnitRow)
    return (
        select(
            func.coalesce(
                func.string_agg(
                    col(above.name), aggregate_order_by(literal(" › "), func.nlevel(col(above.path)))
                ),
                "",
            )
        )
        .where(
            col(above.path).bool_op("@>")(col(unit.path)),
            col(above.id) != col(unit.id),
            func.nlevel(col(above.path)) > 1,
        )
        .correlate(unit)
        .scalar_subquery()
    )


def _select_posts() -> Select[Any]:
    columns: tuple[ColumnElement[Any], ...] = (
        col(PostRow.id).label("post_id"),
        col(PostRow.person_id).label("person_id"),
        col(PersonRow.name).label("person_name"),
        col(PersonRow.active).label("account"),
        col(PostRow.role).label("role"),
        col(PostRow.rank).label("rank"),
        col(PostRow.since).label("since"),
        col(PostRow.until).label("until"),
        col(UnitRow.active).label("unit_active"),
        location().label("above"),
        *ref_columns(),
    )
    return (
        select(*columns)
        .select_from(PostRow)
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .join(UnitRow, col(UnitRow.id) == col(PostRow.unit_id))
        .order_by(col(PostRow.since), col(PostRow.id))
    )


def _line(row: RowMapping, by: Administrator) -> PostLine:
    unit = ref_of(row)
    return PostLine(
        id=row["post_id"],
        person=row["person_id"],
        name=row["person_name"],
        account=row["account"],
        role=row["role"],
        rank=row["rank"],
        unit=unit,
        above=row["above"],
        unit_active=row["unit_active"],
        since=row["since"],
        until=row["until"],
        inside=by.administers(unit.path),
    )


async def _judged(session: AsyncSession, posts: Sequence[PostLine], at: datetime) -> tuple[PostLine, ...]:
    """The posts with what is amiss at their desks, whose other posts are read for that."""
    desks = await _held_at(session, {post.unit.id for post in posts if post.held(at)}, at)
    return tuple(
        post.model_copy(update={"amiss": amiss(post.unit.kind, desks[post.unit.id])})
        if post.held(at)
        else post
        for post in posts
    )


async def _held_at(session: AsyncSession, units: Iterable[str], at: datetime) -> dict[str, list[Held]]:
    held = and_(
        col(PostRow.since) <= at,
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
    )
    rows = await session.execute(
        select(col(PostRow.unit_id), col(PostRow.role), col(PostRow.rank), col(PersonRow.active))
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .where(col(PostRow.unit_id).in_(sorted(units)), held)
    )
    found: dict[str, list[Held]] = defaultdict(list)
    for unit, role, rank, active in rows:
        found[unit].append(Held(role, rank, active))
    return found
