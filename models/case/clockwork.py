"""The clockwork: what happens when a case changes, and what when an instant comes.

Clocks are not started and stopped by hand, command by command. `demands` says which clocks a case in this
state must have; `settle` starts what is missing, stops what is no longer owed, and pauses or resumes
everything with the suspension. So no stage with a policy can lack an armed clock, by construction.
"""

from __future__ import annotations

from datetime import datetime

from models.case.demands import Demand, demands
from models.case.draft import Draft
from models.case.facts import Archived, ClockSet, ReviewCalled, ThresholdPassed
from models.case.facts.timing import Cause
from models.case.lights import on_red, on_yellow
from models.case.state import Case, Stage
from models.clocks import clock as clocks
from models.clocks.clock import Clock, ClockState, Threshold
from models.clocks.explain import why
from models.clocks.policy import Rules

MOVING = frozenset({Cause.REGRADED, Cause.SPECIAL, Cause.RULES_CHANGED})
"""What gives clocks that run on another limit."""


def settle(draft: Draft, cause: Cause = Cause.STARTED, ended: datetime | None = None) -> None:
    """Bring the clocks in step with the case; every change is a fact that says why.

    `ended` is when what is no longer owed ceased to be: an instant that has fired late, else now.
    """
    calendar, rules = draft.case.book.calendar, draft.case.rules
    if cause in MOVING:
        _move(draft, cause)
    wanted = {demand.id: demand for demand in demands(draft.case)}
    for clock in draft.case.clocks:
        if clock.id not in wanted:
            # A clock that was itself started by what fired late cannot have ended before.
            stop_at = max(ended or draft.at, clock.spans[-1].start)
            draft.record(ClockSet(clock=clocks.stop(clock, stop_at, calendar), cause=Cause.STOPPED))
    if rules is None:
        return
    running = {clock.id for clock in draft.case.clocks}
    for demand in wanted.values():
        if demand.id not in running:
            _start(draft, demand, rules)
    _pause_or_resume(draft, wanted, rules)


def _move(draft: Draft, cause: Cause) -> None:
    """Give the clocks that are still owed the limits that hold now."""
    case, calendar, rules = draft.case, draft.case.book.calendar, draft.case.rules
    if rules is None:
        return
    for demand in demands(case):
        clock = case.clock(demand.id)
        moved = clock and clocks.rebudget(clock, demand.rule, rules, draft.at, calendar)
        if moved is not None and moved != clock:
            draft.record(ClockSet(clock=moved, cause=cause, why=why(moved, calendar, rules)))


def _start(draft: Draft, demand: Demand, rules: Rules) -> None:
    calendar = draft.case.book.calendar
    clock = clocks.start(
        demand.rule,
        id=demand.id,
        stage=demand.stage,
        subject=demand.subject,
        rules=rules,
        origin=demand.origin,
        at=draft.at,
        calendar=calendar,
        # What has passed of a limit that nobody was told of counts, but makes nobody late before now.
        floor=draft.at if demand.origin < draft.at else None,
    )
    draft.record(ClockSet(clock=clock, cause=Cause.STARTED, why=why(clock, calendar, rules)))


def _pause_or_resume(draft: Draft, wanted: dict[str, Demand], rules: Rules) -> None:
    """Clocks stand still exactly while the case is suspended, or while the demand is held."""
    case, calendar = draft.case, draft.case.book.calendar
    for clock in case.clocks:
        still = case.suspension is not None or wanted[clock.id].held
        if still and clock.state is ClockState.RUNNING:
            draft.record(ClockSet(clock=clocks.pause(clock, draft.at, calendar), cause=Cause.PAUSED))
        elif not still and clock.state is ClockState.PAUSED:
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

    A machine that stood still fires late, but each fact carries the instant it was scheduled for, and what
    it ended has ended then. What begins with a red light (a new holder's clock, an order's deadline) starts
    when it is recorded: nobody is late for what nobody could have known. So every round of the loop either
    uses up a threshold of an older clock or starts clocks whose instants lie ahead, and it comes to an end.
    """
    while (due := _due(draft.case, draft.at)) is not None:
        instant, clock, threshold = due
        marked = clocks.mark(clock, threshold)
        draft.record(ThresholdPassed(clock=marked, threshold=threshold, scheduled=instant))
        if threshold is Threshold.YELLOW:
            on_yellow(draft, marked)
        elif threshold is Threshold.RED:
            on_red(draft, marked, instant)
        settle(draft, ended=instant)
    suspension = draft.case.suspension
    if suspension is not None and not suspension.review_called and suspension.review_at <= draft.at:
        draft.record(ReviewCalled(scheduled=suspension.review_at))
    archive_at = draft.case.archive_at
    if draft.case.stage is Stage.CLOSED and archive_at is not None and archive_at <= draft.at:
        draft.record(Archived(scheduled=archive_at))
