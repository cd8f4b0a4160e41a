"""The floor: a bare workflow that takes as many updates as a case and does nothing: Temporal itself."""

from __future__ import annotations

from typing import Final

from temporalio import workflow

FLOOR_QUEUE: Final = "shaodao-bench-floor"
FLOOR_WORKFLOW: Final = "Floor"
FLOOR_UPDATE: Final = "nothing"


@workflow.defn(name=FLOOR_WORKFLOW)
class FloorWorkflow:
    """Lives for ever, as a case does for weeks."""

    @workflow.run
    async def run(self) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(name=FLOOR_UPDATE)
    async def nothing(self) -> None:
        """Take an update."""
