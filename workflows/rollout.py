"""The rollout: a change of policy or calendar reaches every open case, however many there are.

Each case is told by a signal and writes a fact that says why its dates moved. The rollout is durable: it goes
on where it was after any crash, and a case that is told twice hears it once.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.ids import PROGRESS_QUERY, ROLLOUT_WORKFLOW, TELL_CASES_ACTIVITY

with workflow.unsafe.imports_passed_through():
    from workflows.messages import Rollout, Told

PAGES_PER_RUN = 200
"""Pages told in one run, before the history is rolled over."""


@workflow.defn(name=ROLLOUT_WORKFLOW)
class RolloutWorkflow:
    """Tells open cases of changed rules, page by page, in the order of their numbers."""

    @workflow.init
    def __init__(self, rollout: Rollout) -> None:
        """Remember how far it has come."""
        self._rollout = rollout

    @workflow.run
    async def run(self, rollout: Rollout) -> int:
        """Tell them all; how many there were."""
        del rollout
        for _ in range(PAGES_PER_RUN):
            told: Told = await workflow.execute_activity(
                TELL_CASES_ACTIVITY,
                self._rollout,
                result_type=Told,
                start_to_close_timeout=timedelta(minutes=5),
                heartbeat_timeout=timedelta(seconds=30),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
                summary=f"after {self._rollout.after or 'the first'}",
            )
            self._rollout = self._rollout.model_copy(
                update={"after": told.last, "told": self._rollout.told + told.count}
            )
            if told.finished:
                return self._rollout.told
        return workflow.continue_as_new(self._rollout)

    @workflow.query(name=PROGRESS_QUERY)
    def progress(self) -> Rollout:
        """How far it has come: `told` cases, up to the number `after`."""
        return self._rollout
