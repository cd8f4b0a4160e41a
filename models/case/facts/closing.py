"""Facts of the way out: verify, rework, call back, close, reopen, archive."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from models.base import Words
from models.case.facts.base import FactBase, Stamp
from models.case.state import Case, Milestone, Stage, TaskRole, TaskState
from models.clocks.policy import ClockStage


def _reworked(case: Case, stamp: Stamp, **changes: object) -> Case:
    """The lead's task is open to work again, for the person who had it."""
    tasks = tuple(
        t.model_copy(update={"state": TaskState.CLAIMED, "handled_at": None})
        if t.role is TaskRole.LEAD and t.round == case.round and t.state is TaskState.HANDLED
        else t
        for t in case.tasks
    )
    return case.at_stage(Stage.HANDLING, stamp.at, tasks=tasks, **changes)


class Verified(FactBase):
    """核查: someone other than the handler has looked, and it is done."""

    fact: Literal["verified"] = "verified"
    note: str = ""
    attachments: tuple[str, ...] = ()

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(Stage.CALLING_BACK, stamp.at, missed_calls=0, evaluated=())

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        return Words(zh=f"核查通过{note}", en=f"Verified{note}")


class Reworked(FactBase):
    """返工: the check failed."""

    fact: Literal["reworked"] = "reworked"
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        counters = case.counters.model_copy(update={"rework": case.counters.rework + 1})
        return _reworked(case, stamp, counters=counters)

    def words(self) -> Words:
        return Words(zh=f"核查不通过，返工：{self.reason}", en=f"Check failed, rework: {self.reason}")


class CalledBack(FactBase):
    """回访: what the reporter says. Dissatisfied or unresolved goes back to handling."""

    fact: Literal["called_back"] = "called_back"
    reached: bool
    resolved: bool | None = None
    satisfied: bool | None = None
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        counters = case.counters
        if not self.reached:
            counters = counters.model_copy(update={"unreached": counters.unreached + 1})
            return case.but(counters=counters, missed_calls=case.missed_calls + 1)
        if self.resolved and self.satisfied:
            return case
        counters = counters.model_copy(update={"dissatisfied": counters.dissatisfied + 1})
        return _reworked(case, stamp, counters=counters)

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        if not self.reached:
            return Words(zh=f"回访未接通{note}", en=f"Call-back: not reached{note}")
        solved = Words(zh="已解决", en="resolved") if self.resolved else Words(zh="未解决", en="not resolved")
        happy = Words(zh="满意", en="satisfied") if self.satisfied else Words(zh="不满意", en="dissatisfied")
        return Words(
            zh=f"回访：{solved.zh}，{happy.zh}{note}", en=f"Call-back: {solved.en}, {happy.en}{note}"
        )


class Evaluated(FactBase):
    """群众评价: what a resident thinks of it, in the resident's own voice, at the call-back or afterwards.

    What they write in their own words may name people, so it is kept apart, under `remark`.
    """

    fact: Literal["evaluated"] = "evaluated"
    responded: bool
    resolved: bool
    satisfied: bool
    remark: str | None = None
    """The reference under which their words are kept; never the words themselves."""

    @property
    def happy(self) -> bool:
        """Whether there is nothing left to be done for them."""
        return self.resolved and self.satisfied

    def apply(self, case: Case, stamp: Stamp) -> Case:
        case = case.but(evaluated=(*case.evaluated, stamp.actor.person))
        if self.happy:
            return case
        counters = case.counters.model_copy(update={"dissatisfied": case.counters.dissatisfied + 1})
        if case.stage is Stage.CALLING_BACK:
            return _reworked(case, stamp, counters=counters)
        return case.but(counters=counters)

    def words(self) -> Words:
        said = (
            Words(zh="有响应", en="somebody responded")
            if self.responded
            else Words(zh="无响应", en="nobody responded"),
            Words(zh="已解决", en="resolved") if self.resolved else Words(zh="未解决", en="not resolved"),
            Words(zh="满意", en="satisfied") if self.satisfied else Words(zh="不满意", en="dissatisfied"),
        )
        return Words(
            zh="群众评价：" + "，".join(words.zh for words in said),
            en="A resident says: " + ", ".join(words.en for words in said),
        )


class Closed(FactBase):
    """结案, on time or late (超期办结)."""

    fact: Literal["closed"] = "closed"
    late: bool
    overrun: tuple[ClockStage, ...] = ()
    archive_at: datetime

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(
            Stage.CLOSED,
            stamp.at,
            closed_at=stamp.at,
            closed_late=self.late,
            archive_at=self.archive_at,
            requests=(),
        )

    def words(self) -> Words:
        if self.late:
            return Words(zh="超期办结", en="Closed late")
        return Words(zh="结案", en="Closed")


class Reopened(FactBase):
    """重开: a new round with its own clocks; the earlier rounds stay as they were."""

    fact: Literal["reopened"] = "reopened"
    round: int
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        rules = case.book.rules.get(case.urgency)
        fresh = tuple(
            Milestone(
                key=rule.key, name=rule.name.zh, budget=rule.budget, planned_at=stamp.at, round=self.round
            )
            for rule in (rules.milestones if rules else ())
        )
        return case.at_stage(
            Stage.REPORTED,
            stamp.at,
            round=self.round,
            round_at=stamp.at,
            holding=case.holding + 1,
            held_since=stamp.at,
            accepted=False,
            took_over_late=False,
            handlers=(),
            overrun=(),
            contacted=False,
            arrived=False,
            fed_back=False,
            extended=0,
            lead=None,
            special=None,
            on_the_spot=False,
            milestones=case.milestones + fresh,
            closed_at=None,
            closed_late=None,
            archive_at=None,
        )

    def words(self) -> Words:
        return Words(
            zh=f"重开（第{self.round}轮）：{self.reason}", en=f"Reopened (round {self.round}): {self.reason}"
        )


class Archived(FactBase):
    """归档: the time for reopening is over."""

    fact: Literal["archived"] = "archived"
    scheduled: datetime

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(Stage.ARCHIVED, stamp.at)

    def words(self) -> Words:
        return Words(zh="归档", en="Archived")
