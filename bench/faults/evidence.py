"""The evidence: what PostgreSQL and the workflows say of some cases, once everything has come to rest."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from models.case.sealing import SealedFact
from models.queries.facts import fact_rows, sealed
from models.tables.cases import FactRow, MessageRow
from runtime.database import Sessions
from workflows.ids import TIMELINE_QUERY, workflow_id
from workflows.messages import Timeline

AT_ONCE: Final = 8
"""Workflows asked at the same time."""
CATCH_UP: Final = 40.0
"""Seconds within which everything must have come to rest: a projection's longest pause between two attempts
is 15, and a step that was under way when its worker was killed is given to the next one after 5."""
PATIENCE: Final = timedelta(seconds=10)
"""How long one workflow may take to answer."""
FAILED_OFTEN: Final = 2
"""The attempt from which on a step does not get on. One that was cut off is waited for: it passes then."""


@dataclass(frozen=True)
class Told:
    """What the two stores say of one case."""

    number: str
    facts: tuple[SealedFact, ...]
    """From PostgreSQL, in the order of their numbers."""
    held: tuple[SealedFact, ...] | None
    """From the workflow; None where there is none, or it does not answer."""
    messages: Mapping[int, int] = field(default_factory=dict)
    """How many messages there are in PostgreSQL, by the fact they tell of."""
    pending: str = ""
    """What of the workflow does not get on; empty if nothing."""


class Witness:
    """Asks both stores."""

    def __init__(self, engine: AsyncEngine, client: Client) -> None:
        self._sessions = Sessions(engine)
        self._client = client

    async def ask(self, numbers: Sequence[str], within: float = CATCH_UP) -> list[Told]:
        """What both say of these cases when they agree, or when `within` seconds are over.

        Agreement is only what is waited for. Whoever judges looks at what they said last.
        """
        began = time.monotonic()
        told: dict[str, Told] = {}
        waiting = list(numbers)
        while waiting:
            for one in await self._look(waiting):
                told[one.number] = one
            waiting = [number for number in waiting if not _at_rest(told[number])]
            if time.monotonic() - began > within:
                break
            if waiting:
                await asyncio.sleep(0.5)
        return [told[number] for number in numbers]

    async def reports(self, run: str) -> Counter[str]:
        """How many cases there are for each text that begins with `run`: what became of each report."""
        text = col(FactRow.body)["text"].astext
        async with self._sessions.read() as session:
            found = await session.execute(
                select(text, func.count())
                .where(col(FactRow.kind) == "reported", text.startswith(run))
                .group_by(text)
            )
            return Counter({row[0]: row[1] for row in found})

    async def _look(self, numbers: Sequence[str]) -> list[Told]:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(number: str) -> tuple[tuple[SealedFact, ...] | None, str]:
            async with slots:
                return await self._workflow(number)

        # The workflows first: what they say must be in PostgreSQL in the end, never the reverse.
        workflows = await asyncio.gather(*map(one, numbers))
        async with self._sessions.read() as session:
            rows = await fact_rows(session, numbers)
            counted = await session.execute(
                select(col(MessageRow.case_number), col(MessageRow.seq), func.count())
                .where(col(MessageRow.case_number).in_(numbers))
                .group_by(col(MessageRow.case_number), col(MessageRow.seq))
            )
            messages: dict[str, dict[int, int]] = {}
            for number, seq, count in counted:
                messages.setdefault(number, {})[seq] = count
        return [
            Told(
                number=number,
                facts=tuple(sealed(row) for row in rows[number]),
                held=held,
                messages=messages.get(number, {}),
                pending=pending,
            )
            for number, (held, pending) in zip(numbers, workflows, strict=True)
        ]

    async def _workflow(self, number: str) -> tuple[tuple[SealedFact, ...] | None, str]:
        handle = self._client.get_workflow_handle(workflow_id(number))
        try:
            timeline: Timeline = await handle.query(
                TIMELINE_QUERY, result_type=Timeline, rpc_timeout=PATIENCE
            )
            described = await handle.describe(rpc_timeout=PATIENCE)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None, ""
            return None, f"it does not answer ({error.status.name.lower()})"
        except WorkflowQueryFailedError as error:
            return None, f"it cannot answer ({error})"
        if described.status is not WorkflowExecutionStatus.RUNNING:
            return timeline.facts, ""
        raw = described.raw_description
        step = raw.pending_workflow_task
        if step.attempt >= FAILED_OFTEN:
            return timeline.facts, f"its step is at attempt {step.attempt}"
        for activity in raw.pending_activities:
            why = activity.last_failure.message
            words = f"{activity.activity_type.name} is at attempt {activity.attempt}: {why}"
            return timeline.facts, words
        return timeline.facts, ""


def _at_rest(told: Told) -> bool:
    if told.held is None or told.pending:
        return False
    return [fact.hash for fact in told.held] == [fact.hash for fact in told.facts]
