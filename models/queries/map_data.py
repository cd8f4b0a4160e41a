"""What a map of a unit shows: its parts and their outlines, and the open cases. People: `on_duty`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency
from models.city.geometry import Ring
from models.city.people import Principal
from models.city.units import UnitKind, UnitRef
from models.clocks.clock import Light
from models.queries import nearest_red
from models.queries.case_filters import CaseFilter, CaseState, asked
from models.queries.cases import CaseLine, headline, headline_columns, joined
from models.queries.names import Named
from models.tables.boundaries import BoundaryRow
from models.tables.cases import CaseRow
from models.tables.units import UnitRow

GROUND: Final = (
    UnitKind.CITY,
    UnitKind.DISTRICT,
    UnitKind.STREET,
    UnitKind.COMMUNITY,
    UnitKind.GRID,
    UnitKind.MICRO_GRID,
)
"""The kinds of unit that are places; sections and departments are desks."""


class Plot(Frozen):
    """A place on the map: the unit itself, a part of it, or a part of a part."""

    unit: Named
    kind: UnitKind
    path: str
    ring: Ring | None
    """Its outline (WGS-84), where somebody has brought one."""


class PartCount(Frozen):
    """Open cases in one part of a unit; in the unit itself, where they lie in none of its parts."""

    unit: str
    green: int
    yellow: int
    red: int
    critical: int


class MapCase(Frozen):
    """An open case where it is drawn."""

    case: CaseLine
    cell: str
    """The part of a part it lies in, or the next larger one that is known."""
    longitude: float | None
    latitude: float | None


class MapCases(Frozen):
    """The most pressing open cases, and how many there are."""

    total: int
    items: tuple[MapCase, ...]


async def plots(session: AsyncSession, unit: UnitRef) -> tuple[Plot, ...]:
    """The unit, its parts, and theirs: active places with their outlines, in order of the tree; one query."""
    statement = (
        select(
            col(UnitRow.id), col(UnitRow.name), col(UnitRow.kind), col(UnitRow.path), col(BoundaryRow.ring)
        )
        .outerjoin(BoundaryRow, col(BoundaryRow.unit_id) == col(UnitRow.id))
        .where(
            col(UnitRow.path).bool_op("<@")(func.text2ltree(unit.path)),
            func.nlevel(col(UnitRow.path)) <= _depth(unit) + 2,
            col(UnitRow.kind).in_(GROUND),
            col(UnitRow.active),
        )
        .order_by(func.nlevel(col(UnitRow.path)), col(UnitRow.position), col(UnitRow.id))
    )
    return tuple(
        Plot(unit=Named(id=row.id, name=row.name), kind=row.kind, path=row.path, ring=row.ring)
        for row in await session.execute(statement)
    )


def _depth(unit: UnitRef) -> int:
    return unit.path.count(".") + 1


def _open_there(
    principal: Principal, unit: UnitRef, at: datetime, light: Light | None, urgency: Urgency | None
) -> Iterator[ColumnElement[bool]]:
    wanted = CaseFilter(unit=unit.id, state=CaseState.OPEN, light=light, urgency=urgency)
    yield from asked(principal, wanted, at)


def _part(unit: UnitRef, levels: int) -> ColumnElement[str]:
    """The unit so many levels below this one in which the case happened, or the next higher one known.

    Of the path's labels, as text: that is several times as fast as cutting the path.
    """
    labels = cast(col(CaseRow.place_path), Text)
    parts = (func.split_part(labels, ".", _depth(unit) + level) for level in range(levels, 0, -1))
    return func.coalesce(*(func.nullif(part, "") for part in parts), unit.id)


async def part_counts(
    session: AsyncSession,
    principal: Principal,
    unit: UnitRef,
    at: datetime,
    *,
    light: Light | None = None,
    urgency: Urgency | None = None,
) -> dict[str, PartCount]:
    """Open cases by part of the unit, with the lights of the instant `at`; one query."""
    red = col(CaseRow.red_at) <= at
    yellow = and_(col(CaseRow.yellow_at) <= at, or_(col(CaseRow.red_at).is_(None), col(CaseRow.red_at) > at))
    part = _part(unit, 1).label("part")
    statement = (
        select(
            part,
            func.count().label("all"),
            func.count().filter(yellow).label("yellow"),
            func.count().filter(red).label("red"),
            func.count().filter(col(CaseRow.urgency) == Urgency.CRITICAL.value).label("critical"),
        )
        .where(*_open_there(principal, unit, at, light, urgency))
        .group_by(part)
    )
    counts = [
        PartCount(
            unit=row["part"],
            green=row["all"] - row["yellow"] - row["red"],
            yellow=row["yellow"],
            red=row["red"],
            critical=row["critical"],
        )
        for row in (await session.execute(statement)).mappings()
    ]
    return {count.unit: count for count in counts}


async def map_cases(
    session: AsyncSession,
    principal: Principal,
    unit: UnitRef,
    at: datetime,
    *,
    light: Light | None = None,
    urgency: Urgency | None = None,
    limit: int = 200,
) -> MapCases:
    """Open cases in the unit that the principal may see, the nearest red first; one query."""
    there = [*_open_there(principal, unit, at, light, urgency)]
    chosen = (
        select(col(CaseRow.number)).where(*there).order_by(*nearest_red.order()).limit(limit).cte("chosen")
    )
    total = select(func.count()).select_from(CaseRow).where(*there).scalar_subquery()
    snapshot = col(CaseRow.snapshot)
    statement = joined(
        select(
            *headline_columns(),
            total.label("total"),
            _part(unit, 2).label("cell"),
            snapshot["longitude"].label("longitude"),
            snapshot["latitude"].label("latitude"),
        )
        .select_from(chosen)
        .join(CaseRow, col(CaseRow.number) == chosen.c.number)
    ).order_by(*nearest_red.order())
    rows = (await session.execute(statement)).mappings().all()
    return MapCases(
        total=rows[0]["total"] if rows else 0,
        items=tuple(
            MapCase(
                case=headline(row, at),
                cell=row["cell"],
                longitude=row["longitude"],
                latitude=row["latitude"],
            )
            for row in rows
        ),
    )
