"""Units by identity, kept in memory: commands name units, and must be accepted while PostgreSQL is away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from api.errors import DatabaseAway
from api.patience import Patience
from models.city.units import UnitRef
from models.queries.units import unit_refs
from runtime.database import Sessions

FRESH: Final = 60.0
"""Seconds after which a unit is looked up again; it is used for longer only while the database is away."""
CAPACITY: Final = 20_000


class UnitDirectory:
    """A small cache in front of the units' table."""

    def __init__(self, sessions: Sessions, patience: Patience, capacity: int = CAPACITY) -> None:
        self._sessions = sessions
        self._patience = patience
        self._capacity = capacity
        self._known: dict[str, tuple[float, UnitRef]] = {}

    async def refs(self, ids: Sequence[str]) -> dict[str, UnitRef]:
        """The units by their ids.

        Raises UnitNotFound; DatabaseAway when PostgreSQL is away and one of them was never looked up.
        """
        wanted = {i: self._known.get(i) for i in ids}
        oldest = time.monotonic() - FRESH
        stale = [i for i, known in wanted.items() if known is None or known[0] < oldest]
        units = {i: known[1] for i, known in wanted.items() if known is not None}
        if stale:
            try:
                found = await self._patience.ask(lambda: self._look_up(stale))
            except DatabaseAway:
                if len(units) < len(wanted):
                    raise
            else:
                self._remember(found)
                units |= {unit.id: unit for unit in found}
        return units

    async def _look_up(self, ids: Sequence[str]) -> Sequence[UnitRef]:
        async with self._sessions.read() as session:
            return await unit_refs(session, ids)

    def _remember(self, units: Sequence[UnitRef]) -> None:
        if len(self._known) + len(units) > self._capacity:
            self._known.clear()
        now = time.monotonic()
        self._known.update({unit.id: (now, unit) for unit in units})
