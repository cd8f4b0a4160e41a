"""The outlines of the grids around a place, for a pin to be set among them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.geometry import Ring
from models.city.units import UnitKind
from models.tables.boundaries import BoundaryRow
from models.tables.units import UnitRow

AROUND: Final = 0.01
"""Degrees to each side: about a kilometre, a few grids across."""
MOST: Final = 60


class Outline(Frozen):
    """A unit's outline, and what to call it."""

    unit: str
    name: str
    ring: Ring


async def outlines_near(session: AsyncSession, longitude: float, latitude: float) -> tuple[Outline, ...]:
    """The outlines of active grids that reach within a kilometre of the place (WGS-84); one query."""
    statement = (
        select(col(UnitRow.id), col(UnitRow.name), col(BoundaryRow.ring))
        .join(UnitRow, col(UnitRow.id) == col(BoundaryRow.unit_id))
        .where(
            col(UnitRow.active),
            col(UnitRow.kind).in_([UnitKind.GRID, UnitKind.MICRO_GRID]),
            col(BoundaryRow.south) <= latitude + AROUND,
            col(BoundaryRow.north) >= latitude - AROUND,
            col(BoundaryRow.west) <= longitude + AROUND,
            col(BoundaryRow.east) >= longitude - AROUND,
        )
        .order_by(col(UnitRow.path))
        .limit(MOST)
    )
    return tuple(
        Outline(unit=unit, name=name, ring=tuple(map(tuple, ring)))
        for unit, name, ring in await session.execute(statement)
    )
