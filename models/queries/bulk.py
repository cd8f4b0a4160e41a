"""Storing many units at once, inside the transaction of a connection that SQLAlchemy opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.new_units import NewUnit

Progress = Callable[[str, int, int], None]
"""Told, in words for people, what is being done, how much of it is done, and how much there is."""

STORING: Final = "存入单位 Storing units"
_EVERY: Final = 1_000
_COPY: Final = (
    "COPY units (id, path, kind, name, official_name, parent_id, grid_type, position, source, active)"
    " FROM STDIN"
)
_ALONE: Final = 0x5A0DA0
"""Key of the advisory lock that changes of the whole tree take: one at a time."""


async def alone_and_unhurried(connection: AsyncConnection) -> None:
    """Until the end of the transaction: no second change of the whole tree beside it, and no time limit."""
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    await connection.execute(text("SET LOCAL lock_timeout = 0"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ALONE})


async def copy_units(connection: AsyncConnection, units: Sequence[NewUnit], progress: Progress) -> None:
    """Store new units, parents before children, by COPY, and let the planner know how many there are now."""
    raw = await connection.get_raw_connection()
    driver: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
    progress(STORING, 0, len(units))
    async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for count, unit in enumerate(units, start=1):
            await copy.write_row(
                (
                    unit.id,
                    unit.path,
                    unit.kind.value,
                    unit.name,
                    unit.official_name,
                    unit.parent_id,
                    unit.grid_type.value if unit.grid_type else None,
                    unit.position,
                    unit.source.value,
                    True,
                )
            )
            if count % _EVERY == 0:
                progress(STORING, count, len(units))
    # Until autovacuum comes by, plans for an empty table would be used: seconds for a join of the whole tree.
    await connection.execute(text("ANALYZE units"))
    progress(STORING, len(units), len(units))
