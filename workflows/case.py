"""The entity workflow: one per case. It owns the case's state and its clocks, and survives any crash.

    commands (updates) ──► decide ──► facts ──► state ──► projector ──► PostgreSQL
    the clock loop     ──► tick   ──►   "
    machines (signals) ──► decide ──►   "

A handler decides, changes state and answers in one breath, purely and synchronously. So no locks are needed,
and nothing that PostgreSQL does can delay a command.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.ids import (
    CASE_WORKFLOW,
    LOOK_SIGNAL,
    MACHINE_SIGNAL,
    REPORT_UPDATE,
    STATE_QUERY,
    TIMELINE_QUERY,
)
from workflows.policies import AT_ONCE, BATCH_LIMIT, FACTS_KEPT, LOOK_AFTER, SEEN_LIMIT

with workflow.unsafe.imports_passed_through():
    from models.case.clockwork import next_instant
    from models.case.commands import Envelope
    from models.case.decide import Decision, advance_to, begin, decide
    from models.case.refusals import AlreadyPending, Refusal
    from models.case.sealing import SealedFact
    from models.case.state import Case
    from models.case.views import details, snapshot
    from workflows.errands import Errands
    from workflows.messages import Carried, CaseInput, Opening, Receipt, Seen, Timeline
    from workflows.projector import Projector


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the caller receives it; raised in a validator it leaves no trace in the history."""
    words, details_ = refusal.words, refusal.details
    return ApplicationError(
        words.zh, {"zh": words.zh, "en": words.en, "details": details_}, type=refusal.code, non_retryable=True
    )


def _within(attended: datetime | None) -> timedelta | None:
    """When the case is to look after a command's facts by itself; never, if somebody else does by now."""
    return None if attended is not None and workflow.now() <= attended else LOOK_AFTER


class _Prepared(NamedTuple):
    """What a validator has decided, for the handler that comes right after it."""

    case: Case
    said: bytes
    """What the envelope was read from."""
    envelope: Envelope
    at: datetime
    decision: Decision


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One reported issue, from report to archive."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        """Build the state at once: handlers may run before `run` does."""
        self._roll_over_events = start.roll_over_events
        self._facts: list[SealedFact] = []
        self._seen: dict[str, Seen] = {}
        self._prepared: _Prepared | None = None
        self._told = 0
        """The last fact that a receipt has carried."""
        self._keepers: list[asyncio.Task[None]] = []
        self._errands = Errands()
        self._projector = Projector()
        if start.carried is not None:
            self._case: Case = start.carried.case
            self._facts = list(start.carried.facts)
            self._seen = dict(start.carried.seen)
            self._projector.carry_on(start.carried.unwritten, start.carried.case)
        elif start.opening is not None:
            opening = start.opening
            self._take(self._begun(opening), opening.command_id, within=_within(opening.attended))
        else:
            raise ApplicationError("a case starts with an opening", non_retryable=True)

    @staticmethod
    def _begun(opening: Opening) -> Decision:
        try:
            return begin(
                opening.dossier,
                opening.report,
                opening.principal,
                opening.command_id,
                workflow.now(),
                opening.request,
            )
        except Refusal as refusal:
            # The gateway asks the same question before it starts a workflow, so this is only a second lock.
            raise refused(refusal) from refusal

    # ── the run loop: clocks, rolling over, the end ──────────────────────────────────────────────

    @workflow.run
    async def run(self, start: CaseInput) -> None:
        """Keep the deadlines until the case has ended and everything is written."""
        del start
        self._keepers = [asyncio.create_task(self._projector.run()), asyncio.create_task(self._errands.run())]
        while not self._may_end():
            self._tick()
            self._projector.write_what_is_due()
            if self._may_roll_over():
                self._roll_over()
            await self._sleep()
            self._require_keepers()
        for keeper in self._keepers:
            keeper.cancel()

    async def _sleep(self) -> None:
        """Sleep to the earliest instant; wake for an earlier one, a roll-over or the end.

        One timer. A command that makes an instant later leaves it be: it fires, finds nothing due, and the
        loop sleeps again, which costs less than cancelling and starting a timer at every command.
        """
        armed = self._next_instant()

        def awake() -> bool:
            if self._may_end() or self._may_roll_over() or any(keeper.done() for keeper in self._keepers):
                return True
            due = self._next_instant()
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

    def _next_instant(self) -> datetime | None:
        """When there is something to be done by itself: a deadline, or facts to be written."""
        instants = [at for at in (next_instant(self._case), self._projector.due) if at is not None]
        return min(instants, default=None)

    def _tick(self) -> None:
        decision = advance_to(self._case, workflow.now())
        if decision.facts:
            self._take(decision)

    def _quiet(self) -> bool:
        return workflow.all_handlers_finished() and self._errands.idle

    def _may_end(self) -> bool:
        return self._case.ended and self._quiet() and self._projector.idle

    def _may_roll_over(self) -> bool:
        """Whether the history is long enough, and nothing is under way.

        Unwritten facts are carried along, so that an absent PostgreSQL neither stops the clocks nor lets the
        history grow; a great many are rather written first.
        """
        info = workflow.info()
        if self._roll_over_events is None:
            long = info.is_continue_as_new_suggested()
        else:
            long = info.get_current_history_length() >= self._roll_over_events
        return long and self._quiet() and len(self._projector.waiting) <= BATCH_LIMIT

    def _roll_over(self) -> None:
        carried = Carried(
            case=self._case,
            facts=tuple(self._facts),
            seen=self._seen,
            unwritten=self._projector.waiting,
        )
        workflow.continue_as_new(CaseInput(carried=carried, roll_over_events=self._roll_over_events))

    def _require_keepers(self) -> None:
        """Fail this workflow task, loudly and until it is mended, if a keeper has ended: it never should."""
        for keeper in self._keepers:
            if keeper.done():
                raise RuntimeError("a keeper of this case has ended") from keeper.exception()

    # ── changing state ───────────────────────────────────────────────────────────────────────────

    def _take(
        self,
        decision: Decision,
        command_id: str | None = None,
        content: str = "",
        *,
        within: timedelta | None = AT_ONCE,
    ) -> None:
        """Make a decision true. Synchronous, so that nobody sees half of it.

        Its facts are looked after `within` that time; None: somebody else does.
        """
        self._case = decision.case
        self._facts.extend(decision.facts)
        del self._facts[:-FACTS_KEPT]
        if command_id is not None:
            self._seen[command_id] = Seen(version=decision.case.version, content=content)
            if len(self._seen) > SEEN_LIMIT:
                del self._seen[next(iter(self._seen))]
        self._projector.put(decision.facts, decision.case, AT_ONCE if decision.case.ended else within)
        self._errands.put(self._case, decision.facts)
        workflow.set_current_details(details(self._case))

    def _receipt(self, to: Seen, at: datetime, *, repeated: bool = False) -> Receipt:
        """The answer to a command, with all facts that no receipt has carried yet."""
        facts = tuple(fact for fact in self._projector.waiting if fact.seq > self._told)
        self._told = max(self._told, self._case.version)
        return Receipt(
            number=self._case.number,
            version=to.version,
            at=at,
            facts=facts,
            content=to.content,
            repeated=repeated,
            snapshot=snapshot(self._case),
        )

    # ── people's commands ────────────────────────────────────────────────────────────────────────

    @workflow.update(name=REPORT_UPDATE)
    async def report(self) -> Receipt:
        """The answer to a report: the case exists. Sent with the start, as one call."""
        first = self._facts[0].at if self._facts else self._case.reported_at
        return self._receipt(Seen(version=self._case.version), first)

    @workflow.update(dynamic=True)
    async def command(self, name: str, args: Sequence[RawValue]) -> Receipt:
        """Any command, under its own name. The answer is sent once what it says is durable."""
        ready, self._prepared = self._prepared, None
        if ready and ready.said != args[0].payload.data:
            ready = None
        envelope = ready.envelope if ready else self._envelope(args)
        now = workflow.now()
        if envelope.id in self._seen:
            return self._receipt(self._seen[envelope.id], now, repeated=True)
        try:
            decision = self._decision(ready, envelope, now)
        except Refusal as refusal:
            # The validator let it through, and another handler of the same activation was faster.
            raise refused(refusal) from refusal
        self._take(decision, envelope.id, envelope.content, within=_within(envelope.attended))
        said = {"command_id": envelope.id, "request_id": envelope.request, "command": name}
        workflow.logger.info("command", extra=said)
        return self._receipt(self._seen[envelope.id], now)

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
        now = workflow.now()
        try:
            decision = decide(self._case, envelope, now)
        except Refusal as refusal:
            raise refused(refusal) from refusal
        self._prepared = _Prepared(self._case, args[0].payload.data, envelope, now, decision)

    def _decision(self, ready: _Prepared | None, envelope: Envelope, now: datetime) -> Decision:
        """What the validator has just decided, if it was asked the same of the same case; else decided here.

        A replay asks no validator. That makes no difference: to decide is a pure function of these three.
        """
        if ready and ready.case is self._case and ready.at == now:
            return ready.decision
        return decide(self._case, envelope, now)

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

    @workflow.signal(name=LOOK_SIGNAL)
    def look(self) -> None:
        """Whoever promised to write what a command led to may not have."""
        self._projector.look()

    @workflow.query(name=STATE_QUERY)
    def state(self) -> Case:
        """The whole state, rules included."""
        return self._case

    @workflow.query(name=TIMELINE_QUERY)
    def timeline(self) -> Timeline:
        """The facts this workflow holds; they prove themselves by their chain."""
        complete = not self._facts or self._facts[0].seq == 1
        return Timeline(facts=tuple(self._facts), complete=complete)
