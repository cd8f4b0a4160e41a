"""The flusher: one per case, it sees to it that every fact reaches PostgreSQL, in order.

Only what is durable is ever written. A step of a workflow may be thrown away and taken again, at another
instant and in another order (a killed worker, a restarted server, too many commands at once); a fact that had
been written meanwhile would then be in PostgreSQL and nowhere else. So a fact waits here until the step that
decided it is in Temporal's history, which a later step can tell by the history's length. The state that is
written beside it is the one it led to: the case may be further by now, in a step that is not durable yet.

Whoever asked for a command gets its facts in the receipt, which is sent when the step is durable, and writes
them at once (`api.writing`); the flusher then finds them written, for which it asks before it sends anything.
It is there for all that nobody received. Local activity first (no round trip through the server), a durable
one when that cannot finish in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.ids import PROJECT_ACTIVITY
from workflows.policies import (
    AT_ONCE,
    BATCH_LIMIT,
    DURABLE_ATTEMPT,
    DURABLE_RETRY,
    LOCAL_ATTEMPT,
    LOCAL_RETRY,
    LOOK_AFTER,
    WAITING_LIMIT,
)

with workflow.unsafe.imports_passed_through():
    from models.case.dossier import Rulebook
    from models.case.sealing import SealedFact
    from models.case.state import Case
    from workflows.messages import Batch


class _Waiting(NamedTuple):
    """A fact on its way."""

    fact: SealedFact
    case: Case
    """The case after the decision that the fact is part of."""
    decided_at: int
    """How long the history was at the beginning of the step that decided it."""
    told: bool
    """Whether somebody received it in a receipt, and may have written it."""


class Projector:
    """Keeps PostgreSQL in step with one case."""

    def __init__(self) -> None:
        self._outbox: list[_Waiting] = []
        self._due: datetime | None = None
        self._batch: tuple[_Waiting, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether everything that happened has been written."""
        return not self._outbox

    @property
    def waiting(self) -> tuple[SealedFact, ...]:
        """The facts that are not known to be written, oldest first."""
        return tuple(waiting.fact for waiting in self._outbox)

    @property
    def due(self) -> datetime | None:
        """When it wants to be asked to `write_what_is_due`; none while it writes, or has nothing to write."""
        return None if self._batch else self._due

    def put(self, facts: Iterable[SealedFact], case: Case, within: timedelta | None) -> None:
        """Facts that have just been decided, and the case after them, to be looked after within that time.

        None: somebody else looks after them, so that they only wait until something is written anyway, or
        until they are too many to be kept.
        """
        length = workflow.info().get_current_history_length()
        told = within != AT_ONCE
        self._forget_states(length)
        self._outbox.extend(_Waiting(fact, case, length, told=told) for fact in facts)
        if within is None and len(self._outbox) >= WAITING_LIMIT:
            within = LOOK_AFTER
        if within is not None:
            self._want(workflow.now() + within)

    def _forget_states(self, length: int) -> None:
        """Of what is durable, all goes in one batch, beside the state after the last of it alone."""
        durable = [waiting for waiting in self._outbox if waiting.decided_at < length]
        if not durable or len(durable) > BATCH_LIMIT:
            return
        last = durable[-1].case
        for place, waiting in enumerate(durable):
            if waiting.case is not last:
                self._outbox[place] = waiting._replace(case=last)

    def look(self) -> None:
        """Look after everything that is not known to be written."""
        if self._outbox:
            self._want(workflow.now())

    def carry_on(self, facts: Iterable[SealedFact], case: Case) -> None:
        """Facts of the run before this one, and the case as that left it: durable since it ended."""
        self._outbox.extend(_Waiting(fact, case, 0, told=True) for fact in facts)
        if self._outbox:
            self._want(workflow.now())

    def write_what_is_due(self) -> None:
        """Begin to write what is durable, if its time has come."""
        if self._batch or self._due is None or self._due > workflow.now():
            return
        length = workflow.info().get_current_history_length()
        durable = [waiting for waiting in self._outbox if waiting.decided_at < length]
        self._batch = tuple(durable[:BATCH_LIMIT])

    async def run(self) -> None:
        """Write for as long as the case lives."""
        while True:
            await workflow.wait_condition(lambda: bool(self._batch))
            await self._write(self._batch)
            del self._outbox[: len(self._batch)]
            # What came meanwhile has waited long enough.
            self._batch, self._due = (), workflow.now() if self._outbox else None

    def _want(self, at: datetime) -> None:
        self._due = at if self._due is None else min(self._due, at)

    @staticmethod
    async def _write(waiting: Sequence[_Waiting]) -> None:
        last, facts = waiting[-1], tuple(each.fact for each in waiting)
        # The rules of time are no part of what people read, and half of what would be sent.
        batch = Batch(case=last.case.but(book=Rulebook(), special=None), facts=facts)
        try:
            # A state and all its facts take longer on their way to the activity than to find them written.
            if last.told and await _at_once(Batch(case=None, facts=facts[-1:])) is not False:
                return
            await _at_once(batch)
        except FailureError:
            await workflow.execute_activity(
                PROJECT_ACTIVITY,
                batch,
                start_to_close_timeout=DURABLE_ATTEMPT,
                retry_policy=DURABLE_RETRY,
                summary=f"{batch.facts[0].seq}–{batch.facts[-1].seq}",
            )


async def _at_once(batch: Batch) -> bool | None:
    """Whether it is written now. A history of before this was asked says nothing, and means yes."""
    written: bool | None = await workflow.execute_local_activity(
        PROJECT_ACTIVITY,
        batch,
        result_type=bool,
        start_to_close_timeout=LOCAL_ATTEMPT,
        retry_policy=LOCAL_RETRY,
    )
    return written
