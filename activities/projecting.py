"""Writing a case's facts and state to PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.queries.projection import is_written, project
from workflows.ids import PROJECT_ACTIVITY
from workflows.messages import Batch


class Projecting:
    """The projection, with the engines it writes through."""

    def __init__(self, quick: AsyncEngine, patient: AsyncEngine) -> None:
        """`quick` gives up within a local attempt; `patient` has the time of a durable one."""
        # The one statement is a transaction by itself: BEGIN and COMMIT would be two more ways to go.
        self._quick = quick.execution_options(isolation_level="AUTOCOMMIT")
        self._patient = patient.execution_options(isolation_level="AUTOCOMMIT")
        self.patient = patient

    @activity.defn(name=PROJECT_ACTIVITY)
    async def project(self, batch: Batch) -> bool:
        """Write one batch in one transaction, unless whoever received the receipts has. Safe to repeat.

        Whether it is written: not where the batch is only a question, and the answer is no.
        """
        number = batch.case.number if batch.case else str(activity.info().workflow_id)
        written: dict[str, Any] = {"case_no": number, "facts": len(batch.facts)}
        written |= {"command_id": sorted({fact.command for fact in batch.facts})}
        written |= {"request_id": sorted({fact.request for fact in batch.facts if fact.request})}
        engine = self._quick if activity.info().is_local else self._patient
        async with engine.connect() as connection:
            written["found"] = await is_written(connection, number, batch.facts[-1])
            if not written["found"] and batch.case is not None:
                await project(connection, batch.case, batch.facts)
        activity.logger.info("projected", extra=written)
        return written["found"] or batch.case is not None
