"""Writing a case's facts and state to PostgreSQL."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.queries.projection import project
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch


class Projecting:
    """The projection, with the engines it writes through."""

    def __init__(self, quick: AsyncEngine, patient: AsyncEngine) -> None:
        """`quick` gives up within a local attempt; `patient` has the time of a durable one."""
        self._quick = quick
        self.patient = patient

    @activity.defn(name=PROJECT_ACTIVITY)
    async def project(self, batch: Batch) -> None:
        """Write one batch in one transaction. Safe to repeat."""
        written = {"case_no": batch.case.number, "facts": len(batch.facts)}
        written |= {"command_id": sorted({fact.command for fact in batch.facts})}
        written |= {"request_id": sorted({fact.request for fact in batch.facts if fact.request})}
        engine = self._quick if activity.info().is_local else self.patient
        async with engine.begin() as connection:
            await project(connection, batch.case, batch.facts)
        activity.logger.info("projected", extra=written)
