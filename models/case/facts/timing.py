"""Facts of time: every date that is set, moved, stopped or passed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from models.base import Words
from models.case.facts.base import FactBase, Stamp
from models.case.state import Case
from models.clocks.clock import Clock, ClockState, Threshold
from models.clocks.explain import Explanation, stage_name
from models.clocks.explain import words as explain
from models.clocks.spoken import instant


class Cause(StrEnum):
    """Why a clock was set."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    REGRADED = "regraded"
    SPECIAL = "special"
    RULES_CHANGED = "rules_changed"
    STOPPED = "stopped"


CAUSES: dict[Cause, Words] = {
    Cause.STARTED: Words(zh="起算", en="starts"),
    Cause.PAUSED: Words(zh="暂停", en="paused"),
    Cause.RESUMED: Words(zh="恢复计时", en="resumed"),
    Cause.EXTENDED: Words(zh="延期后重新推算", en="moved by an extension"),
    Cause.REGRADED: Words(zh="紧急程度调整后重新推算", en="moved by the change of urgency"),
    Cause.SPECIAL: Words(zh="特事特办后重新推算", en="moved by special handling"),
    Cause.RULES_CHANGED: Words(zh="规则变更后重新推算", en="moved by a change of rules"),
    Cause.STOPPED: Words(zh="停止", en="stopped"),
}


PASSED: dict[Threshold, Words] = {
    Threshold.SUBSTITUTE: Words(zh="A角未响应，转请B角", en="A has not answered and B is called"),
    Threshold.YELLOW: Words(zh="亮黄灯", en="turned yellow"),
    Threshold.RED: Words(zh="亮红灯，已超期", en="turned red, overdue"),
}


class ClockSet(FactBase):
    """A clock was started, moved, paused, resumed or stopped; it carries its whole arithmetic."""

    fact: Literal["clock_set"] = "clock_set"
    clock: Clock
    cause: Cause
    why: Explanation | None = None
    """The rule in full. A pause and a stop need none: nothing is promised by them."""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        before = case.clock(self.clock.id)
        if before is not None and before.red is not None and self.clock.red is None:
            case = case.but(overrun=tuple(clock for clock in case.overrun if clock != self.clock.id))
        others = tuple(clock for clock in case.clocks if clock.id != self.clock.id)
        if self.clock.state is ClockState.STOPPED:
            return case.but(clocks=others)
        return case.but(clocks=(*others, self.clock))

    def words(self) -> Words:
        stage, cause = stage_name(self.clock.stage), CAUSES[self.cause]
        late = self.cause is Cause.STOPPED and self.clock.late
        zh = f"{stage.zh}时限{cause.zh}" + ("（已超期）" if late else "")
        en = f"{stage.en} clock {cause.en}" + (" (late)" if late else "")
        if self.why is None:
            return Words(zh=zh, en=en)
        why = explain(self.why)
        return Words(zh=f"{zh}。{why.zh}", en=f"{en}. {why.en}")


class ThresholdPassed(FactBase):
    """A clock reached one of its instants: B is called, the light turns yellow, or it turns red."""

    fact: Literal["threshold_passed"] = "threshold_passed"
    clock: Clock
    """The clock with this threshold marked."""
    threshold: Threshold
    scheduled: datetime
    """The instant it was due, which is when the light turned, whenever it was recorded."""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        clocks = tuple(self.clock if clock.id == self.clock.id else clock for clock in case.clocks)
        if self.threshold is Threshold.RED and self.clock.id not in case.overrun:
            return case.but(clocks=clocks, overrun=(*case.overrun, self.clock.id))
        return case.but(clocks=clocks)

    def words(self) -> Words:
        stage, passed = stage_name(self.clock.stage), PASSED[self.threshold]
        # The scheduled instant, which is when it happened; the recording may have waited for a machine.
        at = instant(self.scheduled)
        return Words(zh=f"{stage.zh}于{at}{passed.zh}", en=f"{stage.en}: at {at} {passed.en}")
