"""The clockwork: which clocks must run, and what happens when their instants come.

Clocks are not started and stopped by hand, command by command. `demands` says which clocks a case in this
state must have; `settle` starts what is missing, stops what is no longer owed, and pauses or resumes
everything with the suspension. So no stage with a policy can lack an armed clock, by construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.base import Frozen, Urgency
from models.case.draft import Draft
from models.case.facts import Archived, ClockSet, ReviewCalled, ThresholdPassed
from models.case.facts.timing import Cause
from models.case.lights import on_red, on_yellow
from models.case.state import (
    OPEN,
    WORKING,
    Case,
    PartyState,
    Stage,
    TaskState,
)
from models.clocks import clock as clocks
from models.clocks.clock import Clock, ClockState, Threshold
from models.clocks.explain import why
from models.clocks.policy import ClockStage, LevelRule, MilestoneRule, Rules, StageRule

AnyRule = StageRule | LevelRule | MilestoneRule


class Demand(Frozen):
    """A clock the case must have."""

    id: str
    stage: ClockStage
    subject: str
    origin: datetime
    rule: AnyRule
    held: bool = False
    """Stands still: the lead has handled, and waits for the check. Rework goes on with what was left."""


def _stage(
    case: Case, rules: Rules, stage: ClockStage, subject: str, began: datetime, *, held: bool = False
) -> Iterator[Demand]:
    rule = rules.rule(stage)
    if rule is not None:
        origin = case.round_at if rule.starts == "report" else began
        yield Demand(
            id=f"{stage}:{subject}", stage=stage, subject=subject, origin=origin, rule=rule, held=held
        )


def _from_report(rules: Rules, stage: ClockStage) -> bool:
    rule = rules.rule(stage)
    return rule is not None and rule.starts == "report"


def _loop_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    """The clocks of the loop's own steps."""
    turn = f"r{case.round}"
    if not case.accepted:
        # After a climb the new holder's clock starts with its holding; the first one with the report.
        subject = f"{turn}.h{case.holding}"
        for demand in _stage(case, rules, ClockStage.ACCEPT, subject, case.held_since):
            yield demand.model_copy(update={"origin": case.held_since})
    undispatched = case.stage in (Stage.REPORTED, Stage.ACCEPTED)
    if case.stage is Stage.ACCEPTED or (undispatched and _from_report(rules, ClockStage.DISPATCH)):
        yield from _stage(case, rules, ClockStage.DISPATCH, turn, case.stage_since)
    if case.stage in WORKING:
        there = case.lead_task is not None and case.lead_task.arrived_at is not None
        # Where life and property wait, a telephone call is not an arrival (135: ordinary, contact or arrive).
        reached = there or (case.contacted and case.urgency is Urgency.ORDINARY)
        done = {
            ClockStage.CONTACT: case.contacted,
            ClockStage.ARRIVE: reached,
            ClockStage.FEEDBACK: case.fed_back,
        }
        for stage, finished in done.items():
            if not finished and (case.stage is Stage.HANDLING or _from_report(rules, stage)):
                yield from _stage(case, rules, stage, turn, case.stage_since)
    held = case.stage not in WORKING
    if case.stage not in (Stage.REPORTED, Stage.ACCEPTED) or _from_report(rules, ClockStage.HANDLE):
        yield from _stage(case, rules, ClockStage.HANDLE, turn, case.stage_since, held=held)
    level = rules.level(case.holder.level.value)
    if level is not None:
        subject = f"{turn}.h{case.holding}"
        yield Demand(
            id=f"{ClockStage.LEVEL}:{subject}",
            stage=ClockStage.LEVEL,
            subject=subject,
            origin=case.held_since,
            rule=level,
            held=held,
        )
    if case.stage is Stage.VERIFYING:
        yield from _stage(case, rules, ClockStage.VERIFY, f"{turn}.{case.counters.rework}", case.stage_since)
    if case.stage is Stage.CALLING_BACK:
        tries = case.counters.dissatisfied
        yield from _stage(case, rules, ClockStage.CALL_BACK, f"{turn}.{tries}", case.stage_since)


def _task_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    for task in case.tasks:
        if task.state is TaskState.OPEN and task.round == case.round and not task.kept:
            yield from _stage(case, rules, ClockStage.CLAIM, task.id, task.opened_at)


def _whistle_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    for whistle in case.whistles:
        if whistle.round != case.round:
            continue
        for party in whistle.parties:
            subject = f"{whistle.id}/{party.unit.id}"
            if party.state is PartyState.CALLED:
                yield from _stage(case, rules, ClockStage.SIGN, subject, whistle.at)
            if party.state in (PartyState.CALLED, PartyState.SIGNED):
                yield from _stage(case, rules, ClockStage.REPORT_IN, subject, whistle.at)
            if party.state in (PartyState.CALLED, PartyState.SIGNED, PartyState.REPORTED_IN):
                yield from _stage(case, rules, ClockStage.FINISH, subject, whistle.at)


def _milestone_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    shipped = {rule.key: rule for rule in rules.milestones}
    for milestone in case.milestones:
        if milestone.reached_at is not None or milestone.round != case.round or milestone.budget is None:
            continue
        rule = shipped.get(milestone.key) or MilestoneRule.simple(
            milestone.key, milestone.name, milestone.budget
        )
        subject = f"r{milestone.round}.{milestone.key}"
        yield Demand(
            id=f"{ClockStage.MILESTONE}:{subject}",
            stage=ClockStage.MILESTONE,
            subject=subject,
            origin=milestone.planned_at,
            rule=rule,
        )


def demands(case: Case) -> tuple[Demand, ...]:
    """The clocks a case in this state must have."""
    rules = case.rules
    if rules is None or case.stage not in OPEN:
        return ()
    found = [*_loop_demands(case, rules)]
    if case.stage in WORKING:
        found += _task_demands(case, rules)
        found += _whistle_demands(case, rules)
        found += _milestone_demands(case, rules)
    for order in case.orders:
        if order.answered_at is None and order.round == case.round:
            found += _stage(case, rules, ClockStage.ANSWER, order.id, order.opened_at)
    return tuple(found)


def settle(draft: Draft, cause: Cause = Cause.STARTED) -> None:
    """Bring the clocks in step with the case; every change is a fact that says why."""
    case, at, calendar = draft.case, draft.at, draft.case.book.calendar
    rules = case.rules
    wanted = {demand.id: demand for demand in demands(case)}
    for clock in case.clocks:
        if clock.id not in wanted:
            draft.record(ClockSet(clock=clocks.stop(clock, at, calendar), cause=Cause.STOPPED))
        elif cause in (Cause.REGRADED, Cause.SPECIAL, Cause.RULES_CHANGED) and rules is not None:
            _move(draft, clock, wanted[clock.id], rules, cause)
    have = {clock.id for clock in draft.case.clocks}
    for demand in wanted.values():
        if demand.id not in have and not demand.held and rules is not None:
            clock = clocks.start(
                demand.rule,
                id=demand.id,
                stage=demand.stage,
                subject=demand.subject,
                rules=rules,
                origin=demand.origin,
                at=at,
                calendar=calendar,
            )
            draft.record(ClockSet(clock=clock, cause=Cause.STARTED, why=why(clock, calendar, rules)))
    _pause_or_resume(draft, wanted)


def _move(draft: Draft, clock: Clock, demand: Demand, rules: Rules, cause: Cause) -> None:
    calendar = draft.case.book.calendar
    moved = clocks.rebudget(clock, demand.rule, rules, draft.at, calendar)
    if moved != clock:
        draft.record(ClockSet(clock=moved, cause=cause, why=why(moved, calendar, rules)))


def _pause_or_resume(draft: Draft, wanted: dict[str, Demand]) -> None:
    """Clocks stand still exactly while the case is suspended, or while the demand is held."""
    case, calendar, rules = draft.case, draft.case.book.calendar, draft.case.rules
    for clock in case.clocks:
        still = case.suspension is not None or wanted[clock.id].held
        if still and clock.state is ClockState.RUNNING:
            draft.record(ClockSet(clock=clocks.pause(clock, draft.at, calendar), cause=Cause.PAUSED))
        elif not still and clock.state is ClockState.PAUSED and rules is not None:
            clock = clocks.resume(clock, draft.at, calendar)
            draft.record(ClockSet(clock=clock, cause=Cause.RESUMED, why=why(clock, calendar, rules)))


def next_instant(case: Case) -> datetime | None:
    """The earliest instant at which something is due to happen by itself, UTC; none if nothing is."""
    instants = [instant for clock in case.clocks for instant, _ in clocks.instants(clock)]
    if case.suspension is not None and not case.suspension.review_called:
        instants.append(case.suspension.review_at)
    if case.archive_at is not None and case.stage is Stage.CLOSED:
        instants.append(case.archive_at)
    return min(instants, default=None)


def _due(case: Case, at: datetime) -> tuple[datetime, Clock, Threshold] | None:
    """The earliest threshold that has come by `at`."""
    due = [
        (instant, clock, threshold)
        for clock in case.clocks
        for instant, threshold in clocks.instants(clock)
        if instant <= at
    ]
    # At one instant the earlier clock in the state goes first, so that replays agree.
    return min(due, key=lambda item: item[0], default=None)


def tick(draft: Draft) -> None:
    """Let everything happen that is due by the draft's instant, in the order of its scheduled instants.

    A machine that stood still fires late, but each fact carries the instant it was scheduled for. What
    follows from a red light (a new holder's clock, an order's deadline) starts when it is recorded: nobody
    is late for what nobody could have known.
    """
    while (due := _due(draft.case, draft.at)) is not None:
        instant, clock, threshold = due
        marked = clocks.mark(clock, threshold)
        draft.record(ThresholdPassed(clock=marked, threshold=threshold, scheduled=instant))
        if threshold is Threshold.YELLOW:
            on_yellow(draft, marked)
        elif threshold is Threshold.RED:
            on_red(draft, marked, instant)
        settle(draft)
    suspension = draft.case.suspension
    if suspension is not None and not suspension.review_called and suspension.review_at <= draft.at:
        draft.record(ReviewCalled(scheduled=suspension.review_at))
    archive_at = draft.case.archive_at
    if draft.case.stage is Stage.CLOSED and archive_at is not None and archive_at <= draft.at:
        draft.record(Archived(scheduled=archive_at))
