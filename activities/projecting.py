"""Writing a case's facts and state to PostgreSQL."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.queries.projection import project
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch


class Projecting:
    """The projection, with the engine it writes through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @activity.defn(name=PROJECT_ACTIVITY)
    async def project(self, batch: Batch) -> None:
        """Write one batch in one transaction. Safe to repeat."""
        async with self._engine.begin() as connection:
            await project(connection, batch.case, batch.facts)
