"""What a policy would mean: the dates of a matter reported at some instant, each with its reason.

No case is needed for that: every limit is started as a clock would start it, by the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.base import Frozen, Words
from models.clocks.calendar import CalendarSlice
from models.clocks.clock import start
from models.clocks.explain import Explanation, stage_name, why, words
from models.clocks.rules import ClockStage, Limit, RedAction, Rules


class Promise(Frozen):
    """One limit, as it would hold."""

    stage: ClockStage
    name: Words
    """The step, the level or the milestone."""
    from_report: bool
    """Counted from the report. Else from when the step begins, which is shown as if it began at once."""
    limit: Limit
    explanation: Explanation
    reason: Words
    """The whole arithmetic in words."""

    @property
    def yellow_at(self) -> datetime | None:
        """When the light would turn yellow."""
        return self.explanation.yellow_at

    @property
    def red_at(self) -> datetime | None:
        """When it would turn red."""
        return self.explanation.red_at

    @property
    def escalates(self) -> bool:
        """Whether the case would be handed up at red."""
        return RedAction.ESCALATE in self.limit.at_red


def promises(rules: Rules, at: datetime, calendar: CalendarSlice) -> tuple[Promise, ...]:
    """Every limit of `rules` for a matter reported at `at`: the steps, the levels, the milestones."""
    return tuple(_promise(stage, name, limit, rules, at, calendar) for stage, name, limit in _limits(rules))


def _limits(rules: Rules) -> Iterator[tuple[ClockStage, Words, Limit]]:
    for rule in rules.stages:
        yield rule.stage, stage_name(rule.stage), rule
    for level in rules.levels:
        yield ClockStage.LEVEL, level.name or _LEVELS[level.level], level
    for milestone in rules.milestones:
        yield ClockStage.MILESTONE, milestone.name, milestone


_LEVELS = {
    "grid": Words(zh="网格办理", en="Grid's turn"),
    "community": Words(zh="村（社区）办理", en="Community's turn"),
    "street": Words(zh="镇街办理", en="Street's turn"),
    "district": Words(zh="区县办理", en="District's turn"),
}


def _promise(
    stage: ClockStage, name: Words, limit: Limit, rules: Rules, at: datetime, calendar: CalendarSlice
) -> Promise:
    clock = start(
        limit, id=stage, stage=stage, subject="preview", rules=rules, origin=at, at=at, calendar=calendar
    )
    explanation = why(clock, calendar, rules)
    return Promise(
        stage=stage,
        name=name,
        from_report=limit.starts == "report",
        limit=limit,
        explanation=explanation,
        reason=words(explanation),
    )
