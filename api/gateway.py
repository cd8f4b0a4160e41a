"""The gateway: the one place that talks to cases' workflows, and the only one that knows Temporal's errors.

| situation                          | what the caller gets                              |
|------------------------------------|---------------------------------------------------|
| the case refuses                   | `Refused`: the refusal's own code, status, words  |
| no worker polls, or too slow       | `EngineAway` 503, same command id again           |
| Temporal's server is away          | `EngineAway` 503                                  |
| too many commands on one case      | `TooManyRequests` 429                             |
| the workflow is gone, or never was | `Gone`; the route looks into SQL which it is      |
| the same command id again          | the first answer                                  |
| the same id for another command    | `KeyReused` 409                                   |
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.errors import EngineAway, KeyReused, TooManyRequests
from api.metrics import Metrics
from api.temporal import Engine
from api.turns import Turns
from api.underway import Underway
from api.writing import Writer
from models.base import Words
from models.case.commands import Envelope
from models.case.refusals import Refusal
from models.case.state import Case
from runtime.settings import Settings
from workflows.ids import (
    CASE_WORKFLOW,
    LOOK_SIGNAL,
    PROGRESS_QUERY,
    REPORT_UPDATE,
    ROLLOUT_WORKFLOW,
    STATE_QUERY,
    TIMELINE_QUERY,
    workflow_id,
)
from workflows.messages import CaseInput, Opening, Receipt, Rollout, Timeline
from workflows.policies import STEP_PATIENCE
from workflows.search_attributes import attributes_of

T = TypeVar("T")
log = structlog.get_logger(__name__)


def _statuses(kind: type[Refusal]) -> dict[str, int]:
    found = {kind.code: kind.status}
    for child in kind.__subclasses__():
        found |= _statuses(child)
    return found


STATUS_OF: Final[Mapping[str, int]] = _statuses(Refusal)
"""The HTTP status of every refusal's code."""


class Refused(Exception):
    """A refusal that came back from a workflow."""

    def __init__(self, code: str, words: Words, details: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS_OF[code]
        self.words = words
        self.details = details


class Gone(Exception):
    """No workflow runs under this number: the case has ended, or never was."""


class Gateway:
    """Sends commands to cases, and asks them."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        metrics: Metrics,
        writer: Writer,
        underway: Underway,
        turns: Turns,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._metrics = metrics
        self._writer = writer
        self._underway = underway
        self._turns = turns

    async def open(self, opening: Opening) -> Receipt:
        """Begin a case and wait for its receipt. Sent again with the same number, it begins nothing new.

        Raises Refused, EngineAway, TooManyRequests; Gone if the case has ended already.
        """
        client = await self._engine.client()
        number = opening.dossier.number

        async def begin(attended: datetime | None) -> Receipt:
            start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                CASE_WORKFLOW,
                CaseInput(opening=opening.model_copy(update={"attended": attended})),
                id=workflow_id(number),
                task_queue=self._settings.task_queue,
                # Both: with the default reuse policy a late retry on an ended case would begin a new one.
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                task_timeout=STEP_PATIENCE,
                search_attributes=attributes_of(opening.dossier),
                static_summary=f"{opening.dossier.matter.name.zh} · {opening.dossier.place.name}",
            )
            # The library sets an error on this promise too; unread, asyncio would log it as lost.
            begun = asyncio.ensure_future(start.workflow_handle())
            begun.add_done_callback(lambda read: read.cancelled() or read.exception())
            try:
                receipt: Receipt = await client.execute_update_with_start_workflow(
                    REPORT_UPDATE,
                    start_workflow_operation=start,
                    id=opening.command_id,
                    result_type=Receipt,
                    rpc_timeout=self._settings.rpc_timeout,
                )
                return receipt
            finally:
                begun.cancel()

        return await self._received(number, REPORT_UPDATE, begin)

    async def send(self, number: str, envelope: Envelope) -> Receipt:
        """Send a command to the case and wait for its receipt.

        Raises Refused, EngineAway, TooManyRequests, Gone; KeyReused if the case has answered another command
        under this identity.
        """
        handle = await self._handle(number)
        name = envelope.command.command
        said = envelope.command.model_dump_json(exclude_defaults=True).encode()
        content = hashlib.sha256(said).hexdigest()[:16]

        async def tell(attended: datetime | None) -> Receipt:
            receipt: Receipt = await handle.execute_update(
                name,
                envelope.model_copy(update={"content": content, "attended": attended}),
                id=envelope.id,
                result_type=Receipt,
                rpc_timeout=self._settings.rpc_timeout,
            )
            return receipt

        receipt = await self._received(number, name, tell)
        # A case that was started anew from its records knows that this was asked, but not in which words.
        if receipt.content and receipt.content != content:
            raise KeyReused(members={"number": number})
        return receipt

    async def state(self, number: str) -> Case:
        """The case as its workflow has it. Raises EngineAway, Gone."""
        handle = await self._handle(number)
        return await self._asked(handle.query(STATE_QUERY, result_type=Case, **self._patience))

    async def timeline(self, number: str) -> Timeline:
        """The facts that the workflow holds. Raises EngineAway, Gone."""
        handle = await self._handle(number)
        return await self._asked(handle.query(TIMELINE_QUERY, result_type=Timeline, **self._patience))

    async def look(self, number: str) -> bool:
        """Let the case look after its facts; whether it was reached, or has ended, all of them written."""
        try:
            handle = await self._handle(number)
            await self._asked(handle.signal(LOOK_SIGNAL, **self._patience))
        except Gone:
            pass
        except (EngineAway, TooManyRequests):
            return False
        return True

    async def roll_out(self, change: Rollout, after: timedelta) -> None:
        """Begin, `after` a while, to tell open cases of changed rules. Raises EngineAway.

        One that was begun under this id before is replaced: whoever asked for it never learnt of it, or took
        back what it was to tell.
        """
        client = await self._engine.client()
        await self._asked(
            client.start_workflow(
                ROLLOUT_WORKFLOW,
                change,
                id=change.id,
                id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
                task_queue=self._settings.task_queue,
                static_summary=change.reason,
                start_delay=after,
                **self._patience,
            )
        )

    async def call_off(self, rollout_id: str) -> None:
        """Give up a rollout; nothing happens if there is none (any more). Raises EngineAway."""
        handle = await self._handle(rollout_id)
        with suppress(Gone):
            await self._asked(handle.terminate("withdrawn", **self._patience))

    async def rollout(self, rollout_id: str) -> tuple[Rollout, bool]:
        """How far a rollout has come, and whether it has finished. Raises EngineAway, Gone."""
        handle = await self._handle(rollout_id)
        described = await self._asked(handle.describe(**self._patience))
        if described.execution_time is not None and described.execution_time > datetime.now(UTC):
            reason = await described.static_summary() or ""
            return Rollout(id=rollout_id, reason=reason), False  # it cannot be asked before it begins
        change = await self._asked(handle.query(PROGRESS_QUERY, result_type=Rollout, **self._patience))
        return change, described.status is WorkflowExecutionStatus.COMPLETED

    @property
    def _patience(self) -> dict[str, Any]:
        return {"rpc_timeout": self._settings.rpc_timeout}

    async def _handle(self, number: str) -> WorkflowHandle[Any, Any]:
        client: Client = await self._engine.client()
        return client.get_workflow_handle(workflow_id(number))

    async def _received(
        self, number: str, name: str, call: Callable[[datetime | None], Awaitable[Receipt]]
    ) -> Receipt:
        """The receipt of one command, counted, and its facts written where people read."""

        async def in_turn(attended: datetime | None) -> Receipt:
            async with self._turns.of(number):
                return await call(attended)

        async with self._underway.sending(number) as command:
            try:
                receipt = await self._asked(in_turn(command.until))
            except Refused as refused:
                command.settled = True
                self._metrics.command(name, refused.code)
                raise
            except (EngineAway, TooManyRequests) as fault:
                self._metrics.command(name, fault.code)
                raise
            except Gone:
                command.settled = True
                self._metrics.command(name, "gone")
                raise
            self._metrics.command(name, "repeated" if receipt.repeated else "accepted")
            projected = command.settled = await self._writer.write(receipt)
        return receipt.model_copy(update={"projected": projected})

    async def _asked(self, call: Awaitable[T]) -> T:
        """Wait for Temporal's answer, and turn its errors into ours."""
        try:
            async with asyncio.timeout(self._settings.rpc_timeout.total_seconds()):
                return await call
        except WorkflowUpdateFailedError as failed:
            raise _refused(failed) from failed
        except WorkflowAlreadyStartedError as ended:
            raise Gone from ended
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as late:
            raise EngineAway from late
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as failed:
            raise EngineAway from failed
        except RPCError as error:
            raise _rpc(error) from error


def _refused(failed: WorkflowUpdateFailedError) -> Exception:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type in STATUS_OF and cause.details:
        said = cause.details[0]
        return Refused(str(cause.type), Words(zh=said["zh"], en=said["en"]), said["details"])
    # The workflow ended or rolled over under the command; the same id may be sent again.
    return EngineAway()


def _rpc(error: RPCError) -> Exception:
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return Gone()
        case RPCStatusCode.RESOURCE_EXHAUSTED:
            return TooManyRequests(2)
        case RPCStatusCode.UNAVAILABLE | RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
            return EngineAway()
        case (
            RPCStatusCode.ABORTED
            | RPCStatusCode.INTERNAL
            | RPCStatusCode.UNKNOWN
            | RPCStatusCode.FAILED_PRECONDITION
        ):
            # The server's own trouble, as while it starts or loses its store; the last, when the case's step
            # has just failed in a worker, and is about to be taken again. The same key again is safe.
            log.warning("engine_in_trouble", status=error.status.name, why=str(error))
            return EngineAway()
        case _:
            return error
