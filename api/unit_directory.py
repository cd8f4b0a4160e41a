"""Units by identity, kept in memory: commands name units, and must be accepted while PostgreSQL is away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.database_faults import database_is_away
from models.city.units import UnitRef
from models.queries.units import unit_refs
from runtime.database import Sessions

FRESH: Final = 60.0
"""Seconds after which a unit is looked up again; it is used for longer only while the database is away."""
CAPACITY: Final = 20_000


class UnitDirectory:
    """A small cache in front of the units' table."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._known: dict[str, tuple[float, UnitRef]] = {}

    async def refs(self, ids: Sequence[str]) -> dict[str, UnitRef]:
        """The units by their ids. Raises UnitNotFound, or the database's own error."""
        stale = [i for i in dict.fromkeys(ids) if self._age(i) > FRESH]
        if stale:
            try:
                async with self._sessions.read() as session:
                    found = await unit_refs(session, stale)
            except (DBAPIError, PoolTimeout) as error:
                if not database_is_away(error) or any(i not in self._known for i in stale):
                    raise
            else:
                self._remember(found)
        return {i: self._known[i][1] for i in ids}

    def _age(self, unit_id: str) -> float:
        known = self._known.get(unit_id)
        return float("inf") if known is None else time.monotonic() - known[0]

    def _remember(self, units: Sequence[UnitRef]) -> None:
        if len(self._known) + len(units) > CAPACITY:
            self._known.clear()
        now = time.monotonic()
        self._known.update({unit.id: (now, unit) for unit in units})
