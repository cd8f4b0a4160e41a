"""Demands: the clocks that a case in a given state must have. Nothing else decides which clocks run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, cast

from models.base import Urgency
from models.case.state import OPEN, WORKING, Case, PartyState, Stage, TaskState
from models.city.units import UnitRef
from models.clocks.policy import ClockStage, LevelRule, MilestoneRule, Rules, StageRule
from models.clocks.rules import LevelName

AnyRule = StageRule | LevelRule | MilestoneRule

_WORK = frozenset(
    {ClockStage.HANDLE, ClockStage.CLAIM, ClockStage.SIGN, ClockStage.REPORT_IN, ClockStage.FINISH}
)
"""What belongs to the work itself stands still while the work is checked."""


class Demand(NamedTuple):
    """A clock the case must have."""

    stage: ClockStage
    subject: str
    origin: datetime
    rule: AnyRule
    held: bool = False
    """Stands still: the lead has handled, and waits for the check. Rework goes on with what was left."""

    @property
    def id(self) -> str:
        """The identity of its clock."""
        return f"{self.stage}:{self.subject}"


def _stage(
    case: Case, rules: Rules, stage: ClockStage, subject: str, began: datetime, unit: UnitRef | None = None
) -> Iterator[Demand]:
    """The demand of a step that began at `began`; `unit` is who answers, if its B may be called."""
    rule = rules.rule(stage)
    if rule is None:
        return
    if unit is not None and rule.substitute is not None and not unit.has_deputy:
        rule = rule.model_copy(update={"substitute": None})
    origin = case.round_at if rule.starts == "report" else began
    held = stage in _WORK and case.stage not in WORKING
    yield Demand(stage, subject, origin, rule, held)


def _from_report(rules: Rules, stage: ClockStage) -> bool:
    rule = rules.rule(stage)
    return rule is not None and rule.starts == "report"


def _loop_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    """The clocks of the loop's own steps."""
    turn = f"r{case.round}"
    undispatched = case.stage in (Stage.REPORTED, Stage.ACCEPTED)
    if undispatched:
        yield from _dispatch_demand(case, rules)
    if case.stage in WORKING:
        # Where life and property wait, a telephone call is not an arrival (135: ordinary, contact or arrive).
        by_telephone = case.contacted and case.urgency is Urgency.ORDINARY
        done = {
            ClockStage.CONTACT: case.contacted,
            ClockStage.ARRIVE: case.arrived or by_telephone,
            ClockStage.FEEDBACK: case.fed_back,
        }
        for stage, finished in done.items():
            if not finished and (not undispatched or _from_report(rules, stage)):
                yield from _stage(case, rules, stage, turn, case.stage_since)
    if not undispatched or _from_report(rules, ClockStage.HANDLE):
        yield from _stage(case, rules, ClockStage.HANDLE, turn, case.stage_since)
    if case.stage is Stage.VERIFYING:
        yield from _stage(case, rules, ClockStage.VERIFY, f"{turn}.{case.counters.rework}", case.stage_since)
    if case.stage is Stage.CALLING_BACK:
        tries = case.counters.dissatisfied
        yield from _stage(case, rules, ClockStage.CALL_BACK, f"{turn}.{tries}", case.stage_since)


def _dispatch_demand(case: Case, rules: Rules) -> Iterator[Demand]:
    """Dispatching: from the report only for the first holder's first time.

    Whoever takes the case over, or gets it back from a lead, has the whole limit from then on.
    """
    first = case.lead is None and case.held_since == case.round_at
    if first and _from_report(rules, ClockStage.DISPATCH):
        yield from _stage(case, rules, ClockStage.DISPATCH, case.turn, case.round_at)
    elif case.stage is Stage.ACCEPTED:
        began = max(case.stage_since, case.held_since)
        for demand in _stage(case, rules, ClockStage.DISPATCH, case.turn, began):
            yield demand._replace(origin=began)


def _holder_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    """The clocks of the present holder: to accept, and how long its level may hold the case."""
    if not case.accepted:
        for demand in _stage(case, rules, ClockStage.ACCEPT, case.turn, case.held_since, case.holder):
            # After a climb the new holder's clock starts with its holding; the first one with the report.
            yield demand._replace(origin=case.held_since)
    level = cast(LevelName, case.holder.level.value)
    rule, handle = rules.level(level), rules.rule(ClockStage.HANDLE)
    if rule is None and handle is not None and case.took_over_late and case.handling_is_late:
        # The handling clock belongs to the whole round, and stays red. Who takes the case over after that
        # has the limit anew, or nothing would ever press them.
        rule = LevelRule(
            level=level,
            budget=handle.budget,
            yellow=handle.yellow,
            at_red=handle.at_red,
            source=handle.source,
        )
    if rule is not None:
        held = case.stage not in WORKING
        yield Demand(ClockStage.LEVEL, case.turn, case.held_since, rule, held)


def _task_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    for task in case.tasks:
        if task.state is TaskState.OPEN and task.round == case.round and not task.kept:
            pooled = task.released_at or task.opened_at
            yield from _stage(case, rules, ClockStage.CLAIM, task.pool, pooled, task.unit)


def _whistle_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    for whistle in case.whistles:
        if whistle.round != case.round:
            continue
        for party in whistle.parties:
            subject = f"{whistle.id}/{party.unit.id}"
            if party.state is PartyState.CALLED:
                yield from _stage(case, rules, ClockStage.SIGN, subject, whistle.at, party.unit)
            if party.state in (PartyState.CALLED, PartyState.SIGNED):
                yield from _stage(case, rules, ClockStage.REPORT_IN, subject, whistle.at)
            if party.state in (PartyState.CALLED, PartyState.SIGNED, PartyState.REPORTED_IN):
                yield from _stage(case, rules, ClockStage.FINISH, subject, whistle.at)
            if party.state is PartyState.FINISHED and party.finished_at is not None:
                yield from _stage(case, rules, ClockStage.RATE, subject, party.finished_at)


def _milestone_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    held = case.stage not in WORKING
    for milestone in case.milestones:
        if milestone.reached_at is not None or milestone.round != case.round or milestone.budget is None:
            continue
        rule = rules.milestone(milestone.key) or MilestoneRule.simple(
            milestone.key, milestone.name, milestone.budget
        )
        subject = f"r{milestone.round}.{milestone.key}"
        yield Demand(ClockStage.MILESTONE, subject, milestone.planned_at, rule, held)


def _order_demands(case: Case, rules: Rules) -> Iterator[Demand]:
    for order in case.orders:
        if order.answered_at is None and order.round == case.round:
            yield from _stage(case, rules, ClockStage.ANSWER, order.id, order.opened_at)


def demands(case: Case) -> tuple[Demand, ...]:
    """The clocks a case in this state must have."""
    rules = case.rules
    if rules is None or case.stage not in OPEN:
        return ()
    return (
        *_holder_demands(case, rules),
        *_loop_demands(case, rules),
        *_task_demands(case, rules),
        *_whistle_demands(case, rules),
        *_milestone_demands(case, rules),
        *_order_demands(case, rules),
    )
