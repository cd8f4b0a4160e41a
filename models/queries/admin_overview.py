"""What an administrator sees first: how much there is, and what wants attention."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.city.administering import Administrator
from models.city.people import Rank
from models.city.units import UnitKind
from models.clocks.calendar import city_date
from models.queries.people_admin import known_to
from models.queries.unit_admin import UnitLine, unit_lines, works_there
from models.tables.calendar import CalendarYearRow
from models.tables.catalogue import CatalogueItemRow
from models.tables.people import PersonRow, PostRow
from models.tables.policies import PolicyRow
from models.tables.types import below
from models.tables.units import UnitRow

SHOWN: Final = 8
"""Of each thing that wants attention; the rest is counted."""


class Counts(Frozen):
    """How much there is."""

    units: dict[UnitKind, int]
    staffed: dict[UnitKind, int]
    """Units where somebody works the desk."""
    people: int
    closed: int
    first: int
    """Open accounts with a password that is still to be replaced."""
    idle: int
    """Open accounts without any post."""
    matters: int
    retired: int
    policies: int
    scheduled: int
    """Versions of policies that are still to come in force."""


class Attention(Frozen):
    """What wants attention."""

    empty: tuple[UnitLine, ...]
    """Centres and desks at which nobody works, the highest first; grids are counted only."""
    no_a: tuple[UnitLine, ...]
    """Units with a B and no A."""
    closed_posts: int
    """Posts that closed accounts still hold."""
    provisional: tuple[int, ...]
    """Years, from this one on, whose arrangement is not announced."""


async def counts(session: AsyncSession, by: Administrator, at: datetime) -> Counts:
    """How much there is in the area. Four queries."""
    staffed = exists().where(works_there(UnitRow, at)).correlate(UnitRow)
    rows = await session.execute(
        select(col(UnitRow.kind), func.count(), func.count().filter(staffed))
        .where(col(UnitRow.active), below(col(UnitRow.path), by.paths))
        .group_by(col(UnitRow.kind))
    )
    units = {kind: (number, worked) for kind, number, worked in rows}
    held = exists().where(
        col(PostRow.person_id) == col(PersonRow.id),
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
    )
    people = (
        await session.execute(
            select(
                func.count().filter(col(PersonRow.active)),
                func.count().filter(~col(PersonRow.active)),
                func.count().filter(col(PersonRow.active), col(PersonRow.must_change_password)),
                func.count().filter(col(PersonRow.active), ~held),
            )
            .select_from(PersonRow)
            .where(known_to(by, at))
        )
    ).one()
    matters = (
        await session.execute(
            select(
                func.count().filter(col(CatalogueItemRow.active)),
                func.count().filter(~col(CatalogueItemRow.active)),
            ).select_from(CatalogueItemRow)
        )
    ).one()
    policies = (
        await session.execute(
            select(
                func.count(col(PolicyRow.id).distinct()),
                func.count().filter(col(PolicyRow.in_force_from) > at),
            )
        )
    ).one()
    return Counts(
        units={kind: number for kind, (number, _) in units.items()},
        staffed={kind: worked for kind, (_, worked) in units.items()},
        people=people[0],
        closed=people[1],
        first=people[2],
        idle=people[3],
        matters=matters[0],
        retired=matters[1],
        policies=policies[0],
        scheduled=policies[1],
    )


async def attention(session: AsyncSession, by: Administrator, at: datetime) -> Attention:
    """What wants attention in the area. Four queries."""
    here = (col(UnitRow.active), below(col(UnitRow.path), by.paths))
    empty = (
        unit_lines(at)
        .where(
            *here,
            col(UnitRow.kind).not_in([UnitKind.GRID, UnitKind.MICRO_GRID]),
            ~exists().where(works_there(UnitRow, at)).correlate(UnitRow),
        )
        .order_by(func.nlevel(col(UnitRow.path)), col(UnitRow.id))
        .limit(SHOWN)
    )
    deputy, head = aliased(PostRow), aliased(PostRow)
    no_a = (
        unit_lines(at)
        .where(
            *here,
            exists()
            .where(
                _holds(deputy, Rank.B, at),
                ~exists()
                .where(_holds(head, Rank.A, at), col(head.role) == col(deputy.role))
                .correlate(UnitRow, deputy),
            )
            .correlate(UnitRow),
        )
        .order_by(func.nlevel(col(UnitRow.path)), col(UnitRow.id))
        .limit(SHOWN)
    )
    closed = (
        select(func.count())
        .select_from(PostRow)
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .join(UnitRow, col(UnitRow.id) == col(PostRow.unit_id))
        .where(
            ~col(PersonRow.active),
            below(col(UnitRow.path), by.paths),
            or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
        )
    )
    years = (
        select(col(CalendarYearRow.year))
        .where(~col(CalendarYearRow.published), col(CalendarYearRow.year) >= city_date(at).year)
        .order_by(col(CalendarYearRow.year))
    )
    return Attention(
        empty=_lines(await session.execute(empty)),
        no_a=_lines(await session.execute(no_a)),
        closed_posts=await session.scalar(closed) or 0,
        provisional=tuple((await session.scalars(years)).all()),
    )


def _holds(post: type[PostRow], rank: Rank, at: datetime) -> ColumnElement[bool]:
    """Whether `post` is held at the unit by an open account, under that rank."""
    account = aliased(PersonRow)
    return and_(
        col(post.unit_id) == col(UnitRow.id),
        col(post.rank) == rank,
        col(post.since) <= at,
        or_(col(post.until).is_(None), col(post.until) > at),
        exists().where(col(account.id) == col(post.person_id), col(account.active)).correlate(post),
    )


def _lines(result: Any) -> tuple[UnitLine, ...]:
    return tuple(UnitLine.of(row) for row in result.mappings())
