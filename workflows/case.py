"""The entity workflow: one per case. It owns the case's state and its clocks, and survives any crash.

    commands (updates) ──► decide ──► facts ──► state ──► projector ──► PostgreSQL
    the clock loop     ──► tick   ──►   "
    machines (signals) ──► decide ──►   "

A handler is atomic up to its first await: it decides and changes state first, purely and synchronously, and
only then waits for the write. So no locks are needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.ids import CASE_WORKFLOW, MACHINE_SIGNAL, REPORT_UPDATE, STATE_QUERY, TIMELINE_QUERY
from workflows.policies import FACTS_KEPT, SEEN_LIMIT

with workflow.unsafe.imports_passed_through():
    from models.case.clockwork import next_instant
    from models.case.commands import Envelope
    from models.case.decide import Decision, advance_to, begin, decide
    from models.case.refusals import AlreadyPending, Refusal
    from models.case.sealing import SealedFact
    from models.case.state import Case
    from models.case.views import details, snapshot
    from workflows.errands import Errands
    from workflows.messages import Carried, CaseInput, Opening, Receipt, Timeline
    from workflows.projector import Projector


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the caller receives it; raised in a validator it leaves no trace in the history."""
    words, details_ = refusal.words, refusal.details
    return ApplicationError(
        words.zh, {"zh": words.zh, "en": words.en, "details": details_}, type=refusal.code, non_retryable=True
    )


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One reported issue, from report to archive."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        """Build the state at once: handlers may run before `run` does."""
        self._roll_over_events = start.roll_over_events
        self._facts: list[SealedFact] = []
        self._seen: dict[str, int] = {}
        self._errands = Errands()
        if start.carried is not None:
            self._case: Case = start.carried.case
            self._facts = list(start.carried.facts)
            self._seen = dict(start.carried.seen)
            self._projector = Projector(lambda: self._case, written=self._case.version)
        elif start.opening is not None:
            opening = start.opening
            decision = self._begun(opening)
            self._projector = Projector(lambda: self._case, written=0)
            self._take(decision, opening.command_id)
        else:
            raise ApplicationError("a case starts with an opening", non_retryable=True)

    @staticmethod
    def _begun(opening: Opening) -> Decision:
        try:
            return begin(
                opening.dossier, opening.report, opening.principal, opening.command_id, workflow.now()
            )
        except Refusal as refusal:
            # The gateway asks the same question before it starts a workflow, so this is only a second lock.
            raise refused(refusal) from refusal

    # ── the run loop: clocks, rolling over, the end ──────────────────────────────────────────────

    @workflow.run
    async def run(self, start: CaseInput) -> None:
        """Keep the deadlines until the case has ended and everything is written."""
        del start
        keepers = [asyncio.create_task(self._projector.run()), asyncio.create_task(self._errands.run())]
        while not self._case.ended:
            self._tick()
            if self._should_roll_over():
                await self._drained()
                self._roll_over()
            await self._sleep()
        await self._drained()
        for keeper in keepers:
            keeper.cancel()

    async def _sleep(self) -> None:
        """Sleep to the earliest instant; wake for an earlier one, a roll-over or the end.

        One timer. A command that makes an instant later leaves it be: it fires, finds nothing due, and the
        loop sleeps again, which costs less than cancelling and starting a timer at every command.
        """
        armed = next_instant(self._case)

        def awake() -> bool:
            if self._case.ended or self._should_roll_over():
                return True
            due = next_instant(self._case)
            return due is not None and (armed is None or due < armed)

        if armed is None:
            await workflow.wait_condition(awake)
            return
        try:
            # A timer of less than nothing is refused; a moment is enough to go round again.
            wait = max((armed - workflow.now()).total_seconds(), 0.001)
            await workflow.wait_condition(awake, timeout=wait, timeout_summary=armed.isoformat())
        except TimeoutError:
            return

    def _tick(self) -> None:
        decision = advance_to(self._case, workflow.now())
        if decision.facts:
            self._take(decision)

    def _should_roll_over(self) -> bool:
        info = workflow.info()
        if self._roll_over_events is not None:
            return info.get_current_history_length() >= self._roll_over_events
        return info.is_continue_as_new_suggested()

    async def _drained(self) -> None:
        """Wait until every handler has answered, and every fact and errand has left."""
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() and self._projector.idle and self._errands.idle
        )

    def _roll_over(self) -> None:
        carried = Carried(case=self._case, facts=tuple(self._facts), seen=self._seen)
        workflow.continue_as_new(CaseInput(carried=carried, roll_over_events=self._roll_over_events))

    # ── changing state ───────────────────────────────────────────────────────────────────────────

    def _take(self, decision: Decision, command_id: str | None = None) -> None:
        """Make a decision true. Synchronous, so that nobody sees half of it."""
        self._case = decision.case
        self._facts.extend(decision.facts)
        del self._facts[:-FACTS_KEPT]
        if command_id is not None:
            self._seen[command_id] = decision.case.version
            if len(self._seen) > SEEN_LIMIT:
                del self._seen[next(iter(self._seen))]
        self._projector.put(decision.facts)
        self._errands.put(self._case, decision.facts)
        workflow.set_current_details(details(self._case))

    async def _receipt(self, version: int, at: datetime, *, repeated: bool = False) -> Receipt:
        shown = snapshot(self._case)  # before waiting: the state this command led to
        projected = await self._projector.written_or_away(version)
        return Receipt(
            number=self._case.number,
            version=version,
            at=at,
            projected=projected,
            repeated=repeated,
            snapshot=shown,
        )

    # ── people's commands ────────────────────────────────────────────────────────────────────────

    @workflow.update(name=REPORT_UPDATE)
    async def report(self) -> Receipt:
        """The answer to a report: the case exists. Sent with the start, as one call."""
        first = self._facts[0].at if self._facts else self._case.reported_at
        return await self._receipt(self._case.version, first)

    @workflow.update(dynamic=True)
    async def command(self, name: str, args: Sequence[RawValue]) -> Receipt:
        """Any command, under its own name. Decides at once; answers when written, or PostgreSQL is away."""
        envelope = self._envelope(args)
        now = workflow.now()
        if envelope.id in self._seen:
            return await self._receipt(self._seen[envelope.id], now, repeated=True)
        try:
            decision = decide(self._case, envelope, now)
        except Refusal as refusal:
            # The validator let it through, and another handler of the same activation was faster.
            raise refused(refusal) from refusal
        self._take(decision, envelope.id)
        said = {"case_no": self._case.number, "command_id": envelope.id, "command": name}
        workflow.logger.info("command", extra=said)
        return await self._receipt(decision.case.version, now)

    @command.validator
    def check(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse before anything is written to the history."""
        envelope = self._envelope(args)
        if envelope.command.command != name:
            raise ApplicationError(
                f"{name} is not {envelope.command.command}", type="bad_value", non_retryable=True
            )
        if envelope.id in self._seen:
            return
        try:
            decide(self._case, envelope, workflow.now())
        except Refusal as refusal:
            raise refused(refusal) from refusal

    @staticmethod
    def _envelope(args: Sequence[RawValue]) -> Envelope:
        envelope: Envelope = workflow.payload_converter().from_payload(args[0].payload, Envelope)
        return envelope

    # ── machines, operators, tests ───────────────────────────────────────────────────────────────

    @workflow.signal(name=MACHINE_SIGNAL)
    def machine(self, envelope: Envelope) -> None:
        """A command from another workflow. It wants no answer; a repetition is no fault."""
        if envelope.id in self._seen:
            return
        try:
            self._take(decide(self._case, envelope, workflow.now()), envelope.id)
        except AlreadyPending:
            return
        except Refusal as refusal:
            workflow.logger.warning(
                "machine command refused", extra={"case_no": self._case.number, "code": refusal.code}
            )

    @workflow.query(name=STATE_QUERY)
    def state(self) -> Case:
        """The whole state, rules included."""
        return self._case

    @workflow.query(name=TIMELINE_QUERY)
    def timeline(self) -> Timeline:
        """The facts this workflow holds; they prove themselves by their chain."""
        complete = not self._facts or self._facts[0].seq == 1
        return Timeline(facts=tuple(self._facts), complete=complete)
