"""A workflow that does what no workflow may. In a module of its own, which the sandbox loads."""

from __future__ import annotations

import time

from temporalio import workflow


@workflow.defn
class ReadsTheClockOnTheWall:
    """Gives another answer at every replay."""

    @workflow.run
    async def run(self) -> float:
        """The time by the machine's own clock."""
        return time.time()
