"""Delivery: one workflow of the house sees to it that somebody is always sending what is due."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.ids import DELIVER_ACTIVITY, DELIVERY_WORKFLOW

WATCHES_PER_RUN = 150
"""Activities in one run (a day, when all is quiet) before the history is rolled over."""


@workflow.defn(name=DELIVERY_WORKFLOW)
class DeliveryWorkflow:
    """Has messages delivered, by whichever worker is there. What is sent is remembered in PostgreSQL."""

    @workflow.run
    async def run(self) -> None:
        """Watch after watch, for ever."""
        for _ in range(WATCHES_PER_RUN):
            await workflow.execute_activity(
                DELIVER_ACTIVITY,
                start_to_close_timeout=timedelta(minutes=20),
                heartbeat_timeout=timedelta(seconds=60),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
            )
        workflow.continue_as_new()
