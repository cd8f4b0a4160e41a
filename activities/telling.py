"""Telling open cases of changed rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.case.commands import ChangeRules, Envelope
from models.city.people import MACHINE
from models.queries.publishing import RulesNow, affected_policies, open_cases
from workflows.ids import MACHINE_SIGNAL, TELL_CASES_ACTIVITY, errand_id, workflow_id
from workflows.messages import Rollout, Told

PAGE: Final = 200
"""Cases told by one activity."""


class Telling:
    """The telling, with what it reads from and speaks through."""

    def __init__(self, engine: AsyncEngine, client: Client) -> None:
        self._engine = engine
        self._client = client

    @activity.defn(name=TELL_CASES_ACTIVITY)
    async def tell(self, rollout: Rollout) -> Told:
        """Tell one page of open cases behind `rollout.after`. Safe to repeat: a case hears a change once."""
        async with AsyncSession(self._engine) as session:
            now = await RulesNow.read(session, datetime.now(UTC))
            policies = await affected_policies(session, rollout.policy) if rollout.policy else None
            cases = await open_cases(session, rollout.after, PAGE, policies)
        for case in cases:
            change = ChangeRules(
                rules=now.of(case.matter) if rollout.policy else None,
                calendar=now.calendar if rollout.calendar else None,
                reason=rollout.reason,
            )
            envelope = Envelope(id=errand_id(rollout.id, "rules"), principal=MACHINE, command=change)
            await self._signal(case.number, envelope)
            activity.heartbeat(case.number)
        last = cases[-1].number if cases else rollout.after
        return Told(count=len(cases), last=last, finished=len(cases) < PAGE)

    async def _signal(self, number: str, envelope: Envelope) -> None:
        try:
            await self._client.get_workflow_handle(workflow_id(number)).signal(MACHINE_SIGNAL, envelope)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise  # it ended meanwhile, else: Temporal is away, and the page is told again
