"""The flusher: one per case, it writes facts and state to PostgreSQL in their order.

Local activity first (no round trip through the server), a durable one when that cannot finish in time.
Whoever waits for "written" is let go as soon as it is known that the database is away.
"""

from __future__ import annotations

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.ids import PROJECT_ACTIVITY
from workflows.policies import (
    DURABLE_ATTEMPT,
    DURABLE_RETRY,
    LOCAL_ATTEMPT,
    LOCAL_BUDGET,
    LOCAL_RETRY,
)

with workflow.unsafe.imports_passed_through():
    from models.case.dossier import Rulebook
    from models.case.sealing import SealedFact
    from models.case.state import Case
    from workflows.messages import Batch


class Projector:
    """Keeps PostgreSQL in step with one case."""

    def __init__(self, case: Callable[[], Case], written: int) -> None:
        self._case = case
        self._outbox: list[SealedFact] = []
        self._away = False
        self._written = written

    @property
    def idle(self) -> bool:
        """Whether everything that happened has been written."""
        return not self._outbox

    def put(self, facts: tuple[SealedFact, ...]) -> None:
        """Facts to be written."""
        self._outbox.extend(facts)

    def is_written(self, version: int) -> bool:
        """Whether PostgreSQL has the case at `version`."""
        return self._written >= version

    async def written_or_away(self, version: int) -> bool:
        """Wait until PostgreSQL has `version`, or is known to be away; whether it has it."""
        await workflow.wait_condition(lambda: self._written >= version or self._away)
        return self.is_written(version)

    async def run(self) -> None:
        """Write for as long as the case lives."""
        while True:
            await workflow.wait_condition(lambda: bool(self._outbox))
            facts = tuple(self._outbox)
            # The rules of time are no part of what people read, and half of what would be sent.
            case = self._case().but(book=Rulebook(), special=None)
            await self._write(Batch(case=case, facts=facts))
            del self._outbox[: len(facts)]
            self._written, self._away = facts[-1].seq, False

    async def _write(self, batch: Batch) -> None:
        summary = f"{batch.facts[0].seq}–{batch.facts[-1].seq}"
        try:
            await workflow.execute_local_activity(
                PROJECT_ACTIVITY,
                batch,
                start_to_close_timeout=LOCAL_ATTEMPT,
                schedule_to_close_timeout=LOCAL_BUDGET,
                retry_policy=LOCAL_RETRY,
            )
        except FailureError:
            self._away = True
            await workflow.execute_activity(
                PROJECT_ACTIVITY,
                batch,
                start_to_close_timeout=DURABLE_ATTEMPT,
                retry_policy=DURABLE_RETRY,
                summary=summary,
            )
