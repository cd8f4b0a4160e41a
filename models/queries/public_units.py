"""What the QR code on a building shows, and which places have one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.city.people import Post, Role
from models.city.units import UnitKind, UnitRef, place_name
from models.queries.unit_contacts import UnitContact, contacts_for
from models.queries.units import UnitNotFound, chain, in_jurisdiction
from models.tables.people import PersonRow, PostRow
from models.tables.unit_contacts import ContactKind
from models.tables.units import UnitRow

WITH_A_CODE: Final = frozenset({UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.MICRO_GRID})
"""The kinds of places that have a QR code: where people live."""
_GRIDS: Final = (UnitKind.GRID, UnitKind.MICRO_GRID)
_PUBLIC_ROLES: Final = (Role.GRID_WORKER, Role.GRID_HEAD)
"""The posts whose holders' names are public at a grid: its own people, by their names and nothing else."""


class GridPerson(Frozen):
    """Somebody of the grid, as published."""

    name: str
    role: Role


class PublicPlace(Frozen):
    """A place as the QR code shows it."""

    chain: tuple[UnitRef, ...]
    people: tuple[GridPerson, ...]
    contacts: tuple[UnitContact, ...]

    @property
    def unit(self) -> UnitRef:
        """The place itself."""
        return self.chain[-1]

    @property
    def name(self) -> str:
        """How people name it: 璧城街道东关社区18网格."""
        return place_name(self.chain)

    @property
    def community(self) -> UnitRef | None:
        """The community it lies in."""
        return next((unit for unit in self.chain if unit.kind is UnitKind.COMMUNITY), None)

    def contact(self, kind: ContactKind) -> tuple[UnitContact, ...]:
        """The contacts of that kind."""
        return tuple(contact for contact in self.contacts if contact.kind is kind)


class CodedPlace(Frozen):
    """A place for which a poster can be printed."""

    id: str
    name: str
    kind: UnitKind
    community: str
    street: str


async def public_place(session: AsyncSession, unit_id: str, at: datetime) -> PublicPlace:
    """The place with its people at the instant `at`, and whom to call; three queries.

    Raises UnitNotFound for what is not there, inactive, or has no QR code.
    """
    units = await chain(session, unit_id)
    if units[-1].kind not in WITH_A_CODE:
        raise UnitNotFound([unit_id])
    grids = [unit.id for unit in units if unit.kind in _GRIDS]
    held = and_(
        col(PostRow.since) <= at,
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
        col(PostRow.role).in_(_PUBLIC_ROLES),
        col(PostRow.unit_id).in_(grids),
    )
    workers_first = case((col(PostRow.role) == Role.GRID_WORKER, 0), else_=1)
    found = await session.execute(
        select(col(PersonRow.name), col(PostRow.role))
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.id))
        .where(held, col(PersonRow.active))
        .order_by(workers_first, col(PostRow.rank).nulls_first(), col(PostRow.since), col(PostRow.id))
    )
    people = dict.fromkeys((row.name, row.role) for row in found)
    return PublicPlace(
        chain=units,
        people=tuple(GridPerson(name=name, role=role) for name, role in people),
        contacts=await contacts_for(session, units),
    )


async def communities_within(
    session: AsyncSession, posts: Sequence[Post], *, words: str = "", after: str = "", limit: int = 50
) -> tuple[CodedPlace, ...]:
    """The communities within the reach of these posts, by code, after the one `after`; one query."""
    street: Any = aliased(UnitRow)
    statement = (
        select(*_columns(UnitRow, street))
        .join(street, col(street.id) == col(UnitRow.parent_id))
        .where(
            col(UnitRow.kind) == UnitKind.COMMUNITY,
            col(UnitRow.active),
            in_jurisdiction(col(UnitRow.path), posts),
        )
        .order_by(col(UnitRow.id))
        .limit(limit)
    )
    if after:
        statement = statement.where(col(UnitRow.id) > after)
    typed = words.strip()
    if typed:
        names = (col(UnitRow.name), col(street.name))
        statement = statement.where(or_(*(name.contains(typed, autoescape=True) for name in names)))
    return tuple(map(_coded, (await session.execute(statement)).mappings()))


async def coded_places(session: AsyncSession, posts: Sequence[Post], unit_id: str) -> tuple[CodedPlace, ...]:
    """The place `unit_id` and all below it that have a QR code, within the reach of these posts; one query.

    In the order of the tree. Empty for what is not there, not within reach, or above a community: a street
    has more posters than anybody prints at once.
    """
    top: Any = aliased(UnitRow)
    community: Any = aliased(UnitRow)
    street: Any = aliased(UnitRow)
    above = col(community.path).bool_op("@>")(col(UnitRow.path))
    statement = (
        select(*_columns(community, street))
        .join(top, col(top.path).bool_op("@>")(col(UnitRow.path)))
        .join(community, and_(above, col(community.kind) == UnitKind.COMMUNITY))
        .join(street, col(street.id) == col(community.parent_id))
        .where(
            col(top.id) == unit_id,
            col(top.kind).in_(WITH_A_CODE),
            col(top.active),
            col(UnitRow.kind).in_(WITH_A_CODE),
            col(UnitRow.active),
            in_jurisdiction(col(top.path), posts),
        )
        .order_by(func.nlevel(col(UnitRow.path)), col(UnitRow.position), col(UnitRow.id))
    )
    return tuple(map(_coded, (await session.execute(statement)).mappings()))


def _columns(community: Any, street: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        col(UnitRow.id).label("id"),
        col(UnitRow.name).label("name"),
        col(UnitRow.kind).label("kind"),
        col(community.name).label("community"),
        col(street.name).label("street"),
    )


def _coded(row: RowMapping) -> CodedPlace:
    return CodedPlace.model_validate(dict(row))
