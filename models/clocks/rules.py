"""Rules: the limits that hold for a case, step by step. `models.clocks.policy` makes them from policies."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field

from models.base import Frozen, Words
from models.clocks.budget import Budget


class Standing(StrEnum):
    """How good a policy's source is. Only `official` may be shown as an official rule."""

    OFFICIAL = "official"
    REPORTED = "reported"
    PROJECT_DEFAULT = "project_default"


STANDINGS: Final[dict[Standing, Words]] = {
    Standing.OFFICIAL: Words(zh="官方公布", en="officially published"),
    Standing.REPORTED: Words(zh="公开报道的地方做法", en="local practice as publicly reported"),
    Standing.PROJECT_DEFAULT: Words(
        zh="项目默认，非官方定义", en="project default, not an official definition"
    ),
}


class ClockStage(StrEnum):
    """The steps of the loop that can have a limit."""

    ACCEPT = "accept"  # 受理
    DISPATCH = "dispatch"  # 派遣
    CLAIM = "claim"  # 认领
    CONTACT = "contact"  # 联系
    ARRIVE = "arrive"  # 到场
    FEEDBACK = "feedback"  # 反馈
    HANDLE = "handle"  # 处置
    VERIFY = "verify"  # 核查
    CALL_BACK = "call_back"  # 回访
    LEVEL = "level"  # 本级办理: how long one level may hold a case
    MILESTONE = "milestone"  # 节点
    SIGN = "sign"  # 签收: a whistled department
    REPORT_IN = "report_in"  # 报到
    FINISH = "finish"  # 办结: a whistled department's own part
    RATE = "rate"  # 评哨: the whistler scores it
    ANSWER = "answer"  # 督办答复


class RedAction(StrEnum):
    """What follows by itself when a clock turns red."""

    SUPERVISE = "supervise"
    ESCALATE = "escalate"


Starts = Literal["report", "step"]
"""Measured from the report (or reopening) of the round, or from when the step begins."""
LevelName = Literal["grid", "community", "street", "district"]
"""The rungs that may have a clock, by the value of `models.city.units.Level`."""
Share = Annotated[float, Field(gt=0, le=1)]
"""A part of a budget, extension included."""
DEFAULT_YELLOW: Final = 0.8
"""No source gives a threshold; 80 % is the project's default (domain.md §3)."""
SUPERVISED: Final = (RedAction.SUPERVISE,)
HANDED_UP: Final = (RedAction.ESCALATE,)


class PolicyRef(Frozen):
    """A policy by name, as an explanation cites it."""

    id: str
    version: int
    name: Words
    standing: Standing | None = None
    """None where it is not known: a policy that the rules at hand do not mention."""


class Limit(Frozen):
    """What every rule with a clock has."""

    budget: Budget
    starts: Starts = "step"
    yellow: Share = DEFAULT_YELLOW
    """The share of the budget at which the light turns yellow (urge)."""
    substitute: Share | None = None
    """The share at which B is called because A has not answered (AB角); none: never."""
    at_red: tuple[RedAction, ...] = SUPERVISED
    source: str | None = None
    """The id of the policy that this limit was inherited from; none: the policy of the rules it stands in."""

    @property
    def label(self) -> Words | None:
        """Its own name, where the stage's does not say enough."""
        return None


class StageRule(Limit):
    """The limit of one step of the loop."""

    stage: ClockStage


class LevelRule(Limit):
    """How long one level may hold a case before it is handed up."""

    level: LevelName
    name: Words | None = None
    """What the source calls this rung, where it is not our word."""
    at_red: tuple[RedAction, ...] = HANDED_UP

    @property
    def label(self) -> Words | None:
        """What the source calls this rung."""
        return self.name


class MilestoneRule(Limit):
    """The limit of a named step inside one case: fence off, repair, restore."""

    key: str
    name: Words

    @property
    def label(self) -> Words | None:
        """The milestone's name."""
        return self.name

    @classmethod
    def simple(cls, key: str, name: str, budget: Budget) -> Self:
        """A milestone that people planned in a case: the name as they wrote it, the default thresholds."""
        return cls(key=key, name=Words(zh=name, en=name), budget=budget)


class Rules(Frozen):
    """A policy resolved for one urgency: all that a case needs to set its clocks."""

    policy: str
    version: int
    name: Words
    standing: Standing = Standing.PROJECT_DEFAULT
    variant: str | None = None
    stages: tuple[StageRule, ...] = ()
    levels: tuple[LevelRule, ...] = ()
    milestones: tuple[MilestoneRule, ...] = ()
    return_limit: Budget | None = None
    """Within which a task may be returned as “not mine”, from its dispatch; none: at any time."""
    extension_limit: Budget | None = None
    """The most that all extensions of one clock may add up to; none: no bound."""
    extensions_max: int | None = None
    """How often one clock may be extended; none: no bound."""
    sources: tuple[PolicyRef, ...] = ()
    """The other policies that limits were inherited from."""

    @property
    def official(self) -> bool:
        """Whether the policy itself may be shown as an official rule."""
        return self.standing is Standing.OFFICIAL

    @property
    def ref(self) -> PolicyRef:
        """The policy itself, as an explanation cites it."""
        return PolicyRef(id=self.policy, version=self.version, name=self.name, standing=self.standing)

    def source_of(self, limit: Limit) -> PolicyRef:
        """The policy that a limit of these rules comes from: this one, or one that it extends."""
        return next((ref for ref in self.sources if ref.id == limit.source), self.ref)

    def cite(self, policy: str, version: int) -> PolicyRef:
        """The policy of that id and version, as far as these rules know it."""
        known = (ref for ref in (self.ref, *self.sources) if (ref.id, ref.version) == (policy, version))
        unknown = PolicyRef(id=policy, version=version, name=Words(zh=policy, en=policy), standing=None)
        return next(known, unknown)

    def rule(self, stage: ClockStage) -> StageRule | None:
        """The limit of a step, or none. Levels and milestones have their own."""
        return next((rule for rule in self.stages if rule.stage is stage), None)

    def level(self, level: str) -> LevelRule | None:
        """How long the level may hold a case, or none."""
        return next((rule for rule in self.levels if rule.level == level), None)

    def milestone(self, key: str) -> MilestoneRule | None:
        """The limit of a named step, or none."""
        return next((rule for rule in self.milestones if rule.key == key), None)
