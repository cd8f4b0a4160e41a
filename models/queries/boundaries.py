"""From a location to a unit, and how boundaries get in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.geometry import Boundary
from models.queries.units import unit_refs
from models.tables.boundaries import BoundaryRow
from models.tables.units import UnitRow


async def unit_at(session: AsyncSession, longitude: float, latitude: float) -> str | None:
    """The smallest active unit whose boundary holds the point (WGS-84); none where no boundary does."""
    statement = (
        select(col(BoundaryRow.unit_id), col(BoundaryRow.ring))
        .join(UnitRow, col(UnitRow.id) == col(BoundaryRow.unit_id))
        .where(
            col(UnitRow.active),
            col(BoundaryRow.south) <= latitude,
            col(BoundaryRow.north) >= latitude,
            col(BoundaryRow.west) <= longitude,
            col(BoundaryRow.east) >= longitude,
        )
        .order_by(func.nlevel(col(UnitRow.path)).desc(), col(BoundaryRow.unit_id))
    )
    for unit, ring in await session.execute(statement):
        if Boundary(unit=unit, ring=ring).contains(longitude, latitude):
            return str(unit)
    return None


async def store_boundaries(session: AsyncSession, boundaries: Sequence[Boundary]) -> None:
    """Keep these outlines, in place of those the units had; the caller commits.

    Raises UnitNotFound when one names a unit that is not there; then none is kept.
    """
    if not boundaries:
        return
    await unit_refs(session, [boundary.unit for boundary in boundaries])
    rows = []
    for boundary in boundaries:
        west, south, east, north = boundary.box
        ring = [list(point) for point in boundary.ring]
        rows.append(
            {
                "unit_id": boundary.unit,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
                "ring": ring,
            }
        )
    statement = insert(BoundaryRow)
    changed = {name: statement.excluded[name] for name in ("west", "south", "east", "north", "ring")}
    statement = statement.on_conflict_do_update(index_elements=["unit_id"], set_=changed)
    await session.execute(statement, rows)
