"""The workflow as a witness: what it, or its history, still knows of a case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError, RPCStatusCode

from models.case.sealing import SealedFact
from models.queries.verification import NoAnswer
from runtime.settings import Settings
from workflows.ids import CASE_WORKFLOW, PROJECT_ACTIVITY, TIMELINE_QUERY, workflow_id
from workflows.messages import Batch, CaseInput, Receipt, Timeline


@dataclass(frozen=True)
class Held:
    """What Temporal has of a case."""

    running: bool
    run_id: str
    facts: tuple[SealedFact, ...]
    """The newest, in order."""


class Witnesses:
    """Asks cases' workflows, running or ended, and reads their histories."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self._settings = settings

    async def ask(self, number: str, run_id: str | None = None) -> Held | None:
        """What the case's workflow (or one run of it) holds; None when Temporal has no such workflow.

        Raises NoAnswer.
        """
        try:
            described = await self._handle(number, run_id).describe(rpc_timeout=self._settings.rpc_timeout)
            handle = self._handle(number, described.run_id)
            held: Timeline = await handle.query(
                TIMELINE_QUERY, result_type=Timeline, rpc_timeout=self._settings.rpc_timeout
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise NoAnswer(error.status.name.lower()) from error
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise NoAnswer(type(error).__name__) from error
        running = described.status is WorkflowExecutionStatus.RUNNING
        assert described.run_id is not None  # noqa: S101 - a described workflow has one
        return Held(running=running, run_id=described.run_id, facts=held.facts)

    async def further_back(self, number: str, held: Held, to: int) -> tuple[SealedFact, ...]:
        """The held facts with older ones before them, from the histories of all runs, down to fact `to`.

        As far as they go: a run's start carries the newest facts of the one before, receipts and durable
        writes carry their own; what a clock did and a local activity wrote is in none of them.
        """
        known = {fact.seq: fact for fact in held.facts}
        run: str | None = held.run_id
        while run and not _reaches(known, to):
            before: str | None = None
            try:
                async for event in self._handle(number, run).fetch_history_events():
                    before = before or _run_before(event)
                    for fact in await self._facts_in(event):
                        known.setdefault(fact.seq, fact)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise NoAnswer(error.status.name.lower()) from error
            run = before
        return _contiguous(known, held.facts[-1].seq)

    async def numbers(self) -> AsyncIterator[tuple[str, bool]]:
        """The number of every case that Temporal knows of, and whether its workflow runs."""
        query = f"WorkflowType = '{CASE_WORKFLOW}' AND TaskQueue = '{self._settings.task_queue}'"
        async for found in self.client.list_workflows(query):
            yield found.id, found.status is WorkflowExecutionStatus.RUNNING

    def _handle(self, number: str, run_id: str | None) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow_id(number), run_id=run_id)

    async def _facts_in(self, event: HistoryEvent) -> Iterable[SealedFact]:
        """The facts that an event of a history carries."""
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                [start] = await self._read(event.workflow_execution_started_event_attributes.input, CaseInput)
                return (*start.carried.facts, *start.carried.unwritten) if start.carried else ()
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                outcome = event.workflow_execution_update_completed_event_attributes.outcome
                if not outcome.HasField("success"):
                    return ()
                [receipt] = await self._read(outcome.success, Receipt)
                return tuple(receipt.facts)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                attributes = event.activity_task_scheduled_event_attributes
                if attributes.activity_type.name != PROJECT_ACTIVITY:
                    return ()
                [batch] = await self._read(attributes.input, Batch)
                return tuple(batch.facts)
            case _:
                return ()

    async def _read(self, payloads: Message, kind: type[Any]) -> list[Any]:
        return await self.client.data_converter.decode_wrapper(payloads, [kind])  # type: ignore[arg-type]


def _run_before(event: HistoryEvent) -> str | None:
    if event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
        return None
    return event.workflow_execution_started_event_attributes.continued_execution_run_id or None


def _reaches(known: dict[int, SealedFact], to: int) -> bool:
    return all(seq in known for seq in range(to, max(known) + 1))


def _contiguous(known: dict[int, SealedFact], last: int) -> tuple[SealedFact, ...]:
    """The unbroken stretch of facts that ends with `last`."""
    first = last
    while first - 1 in known:
        first -= 1
    return tuple(known[seq] for seq in range(first, last + 1))
