"""The state of one case: what is true now. How it became so is in the facts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.base import Frozen, Urgency
from models.case.dossier import Rulebook
from models.city.catalogue import Matter
from models.city.people import Actor
from models.city.routing import Rung
from models.city.units import UnitKind, UnitRef
from models.clocks.budget import Budget
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage, Rules


class Stage(StrEnum):
    """Where a case stands in the closed loop (domain.md §2)."""

    REPORTED = "reported"  # 待受理
    ACCEPTED = "accepted"  # 待派遣
    HANDLING = "handling"  # 处置中
    VERIFYING = "verifying"  # 待核查
    CALLING_BACK = "calling_back"  # 待回访
    CLOSED = "closed"  # 已结案
    DECLINED = "declined"  # 不予受理
    MERGED = "merged"  # 已并入
    VOIDED = "voided"  # 已作废
    ARCHIVED = "archived"  # 已归档


WORKING = frozenset({Stage.REPORTED, Stage.ACCEPTED, Stage.HANDLING})
"""Stages in which the matter itself is still to be dealt with."""
OPEN = WORKING | {Stage.VERIFYING, Stage.CALLING_BACK}
"""Stages in which somebody still owes the case something."""
ENDED = frozenset({Stage.DECLINED, Stage.MERGED, Stage.VOIDED, Stage.ARCHIVED})
"""Stages after which nothing happens any more."""


class Channel(StrEnum):
    """How a report came in."""

    GRID = "grid"  # 网格上报
    RESIDENT = "resident"  # 群众反映
    SENSOR = "sensor"  # 感知预警
    HOTLINE = "hotline"  # 12345 热线
    DISPATCH = "dispatch"  # 指挥中心下派
    FOLLOW_UP = "follow_up"  # 后续关联


class TaskRole(StrEnum):
    """Lead (主办) closes; assisting (协办) helps."""

    LEAD = "lead"
    ASSISTING = "assisting"


class TaskState(StrEnum):
    """Where one unit's task stands."""

    OPEN = "open"  # 待签收/认领
    CLAIMED = "claimed"  # 已认领
    ARRIVED = "arrived"  # 已到场
    HANDLED = "handled"  # 已处置
    RETURNED = "returned"  # 已退回
    WITHDRAWN = "withdrawn"  # 已撤回


ACTIVE_TASK = frozenset({TaskState.OPEN, TaskState.CLAIMED, TaskState.ARRIVED})


class Task(Frozen):
    """Work for a unit. Unclaimed, it is open to every holder of a fitting post there."""

    id: str
    role: TaskRole
    unit: UnitRef
    state: TaskState = TaskState.OPEN
    round: int
    opened_at: datetime
    appointed: bool = False
    """指定办理: settled by the dispatcher after the third return; it cannot be returned again."""
    kept: bool = False
    """Stays on as assisting after the case climbed past its unit; nobody waits for it to be claimed."""
    instruction: str = ""
    person: str | None = None
    claimed_at: datetime | None = None
    arrived_at: datetime | None = None
    handled_at: datetime | None = None
    released_at: datetime | None = None
    """When it last went back into the pool of this unit."""

    @property
    def pool(self) -> str:
        """What its claim clock belongs to: the task in this unit's pool."""
        return f"{self.id}/{self.unit.id}"


class PartyState(StrEnum):
    """How far a whistled department has come."""

    CALLED = "called"  # 已吹哨
    SIGNED = "signed"  # 已签收
    REPORTED_IN = "reported_in"  # 已报到
    FINISHED = "finished"  # 已办结
    RATED = "rated"  # 已评哨


class Ground(StrEnum):
    """The legitimate grounds for a whistle (domain.md §2)."""

    STRONG_ISSUE = "strong_issue"  # 群众反映强烈、镇街难以解决
    JOINT_ENFORCEMENT = "joint_enforcement"  # 联合执法
    EMERGENCY = "emergency"  # 应急处置


class Party(Frozen):
    """One department that was whistled."""

    unit: UnitRef
    state: PartyState = PartyState.CALLED
    person: str | None = None
    finished_at: datetime | None = None
    score: int | None = None


class Whistle(Frozen):
    """吹哨: a holder calls departments up; each signs, reports in, finishes and is rated."""

    id: str
    round: int
    ground: Ground
    by: UnitRef
    reason: str
    at: datetime
    parties: tuple[Party, ...]


class Order(Frozen):
    """督办: an order with its own owner, deadline and reply."""

    id: str
    round: int
    owner: UnitRef
    """Who must answer."""
    by: UnitRef
    """Who supervises."""
    automatic: bool
    clock: str | None = None
    """The clock whose red light opened it, if it was the light."""
    text: str = ""
    """What the supervisor demands; an order opened by a light says it by its clock."""
    opened_at: datetime
    answered_at: datetime | None = None


class RequestKind(StrEnum):
    """What needs another person's approval."""

    EXTENSION = "extension"  # 延期
    SUSPENSION = "suspension"  # 挂起
    VOID = "void"  # 作废
    SPECIAL_HANDLING = "special_handling"  # 特事特办


class Request(Frozen):
    """Something asked, to be approved or refused by another person."""

    id: str
    kind: RequestKind
    by: Actor
    at: datetime
    reason: str
    amount: int | None = None
    """For an extension: how much, in the unit of the handling clock's budget (seconds or working days)."""
    review_on: date | None = None
    """For a suspension: the day on which it is looked at again (Asia/Shanghai)."""
    budget: Budget | None = None
    """For special handling: the new limit for handling."""


class Milestone(Frozen):
    """A named step inside one case with its own clock: cordon, evacuate, reinforce."""

    key: str
    name: str
    budget: Budget | None = None
    planned_at: datetime
    round: int
    reached_at: datetime | None = None


class Suspension(Frozen):
    """挂起: an approved pause. While it lasts, clocks stand still."""

    since: datetime
    reason: str
    review_on: date
    review_at: datetime
    """The instant of the review date's morning, UTC."""
    review_called: bool = False


class Reporter(Frozen):
    """Somebody who is told when the case closes: a person of ours, or a resident under a reference."""

    person: str | None = None
    contact: str | None = None
    number: str
    """The number this reporter knows the matter by: the case's own, or that of a merged duplicate."""


class Link(Frozen):
    """Another case that belongs to this one."""

    number: str
    relation: str
    """`follow_up`, `parent`, `duplicate`."""


class Counters(Frozen):
    """How often. Shown, and never reset within a case."""

    returns: int = 0
    rework: int = 0
    urges: int = 0
    extensions: int = 0
    suspensions: int = 0
    supervisions: int = 0
    escalations: int = 0
    dissatisfied: int = 0
    unreached: int = 0


class Case(Frozen):
    """One reported issue on its way through the closed loop."""

    number: str
    version: int = 0
    """How many facts it is made of."""
    head: str = ""
    """The hash of the last fact."""
    round: int = 1
    stage: Stage
    stage_since: datetime
    urgency: Urgency
    matter: Matter
    channel: Channel
    chain: tuple[UnitRef, ...]
    ladder: tuple[Rung, ...]
    rung: int
    """Index in the ladder of the unit that holds the case."""
    holding: int = 1
    """Counts the holders; each one's clocks carry it."""
    held_since: datetime
    accepted: bool = False
    """Whether the present holder has accepted. A case that climbed must be accepted anew."""
    took_over_late: bool = False
    """Whether handling was overdue already when the present holder got the case."""
    reporters: tuple[Reporter, ...] = ()
    reported_by: Actor
    reported_at: datetime
    round_at: datetime
    """When the present round began: the report, or the reopening."""
    text: str
    address: str
    latitude: float | None = None
    longitude: float | None = None
    attachments: tuple[str, ...] = ()
    on_the_spot: bool = False
    drill: bool = False
    triage: str | None = None
    task_force: str | None = None
    lead: UnitRef | None = None
    """The first receiver (首接负责): stays responsible through transfers."""
    tasks: tuple[Task, ...] = ()
    whistles: tuple[Whistle, ...] = ()
    orders: tuple[Order, ...] = ()
    requests: tuple[Request, ...] = ()
    """Only those still to be decided."""
    milestones: tuple[Milestone, ...] = ()
    clocks: tuple[Clock, ...] = ()
    """Only those that run or stand still; a stopped clock lives on in the facts."""
    overrun: tuple[str, ...] = ()
    """The clocks, by identity, that went over their limit in this round. One whose limit was moved into the
    future again, by an extension asked in time or by another urgency, is not among them."""
    contacted: bool = False
    """Whether somebody has spoken to who reported, or has been there, in this round."""
    arrived: bool = False
    """Whether a lead has been on the scene in this round; it stays so through return and transfer."""
    fed_back: bool = False
    """Whether a unit at work has said how it goes, in this round."""
    extended: int = 0
    """How often the handling clock was extended in this round."""
    missed_calls: int = 0
    """How many calls reached nobody in this call-back."""
    evaluated: tuple[str, ...] = ()
    """The residents, by identity, who have said what they think of the present result."""
    resident_urged_at: datetime | None = None
    """When a resident last urged it: they may do so once in a while."""
    suspension: Suspension | None = None
    special: Rules | None = None
    """特事特办: the rules that replace the policy's, once approved."""
    counters: Counters = Counters()
    handlers: tuple[str, ...] = ()
    """The persons who handled in this round; none of them may verify it."""
    links: tuple[Link, ...] = ()
    merged_into: str | None = None
    closed_at: datetime | None = None
    closed_late: bool | None = None
    archive_at: datetime | None = None
    book: Rulebook = Rulebook()

    @property
    def holder(self) -> UnitRef:
        """The unit that holds the case now."""
        return self.ladder[self.rung].unit

    @property
    def place(self) -> UnitRef:
        """The smallest unit the place is known to lie in."""
        return self.chain[-1]

    @property
    def rules(self) -> Rules | None:
        """The rules of time in force: special handling before the policy of the urgency."""
        return self.special or self.book.rules.get(self.urgency)

    @property
    def turn(self) -> str:
        """What the present holder's own clocks belong to: the round and the holder's number."""
        return f"r{self.round}.h{self.holding}"

    @property
    def handling_is_late(self) -> bool:
        """Whether handling went over its limit in this round."""
        return f"{ClockStage.HANDLE}:r{self.round}" in self.overrun

    @property
    def late_stages(self) -> tuple[ClockStage, ...]:
        """The stages that went over a limit in this round."""
        return tuple(dict.fromkeys(ClockStage(clock.partition(":")[0]) for clock in self.overrun))

    @property
    def at_the_top(self) -> bool:
        """Whether the holder is the highest that handles cases; the rung above it only supervises."""
        return self.rung >= len(self.ladder) - 2

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.stage in ENDED

    @property
    def lead_task(self) -> Task | None:
        """The lead's task of this round, unless it was returned or withdrawn."""
        gone = (TaskState.RETURNED, TaskState.WITHDRAWN)
        own = (t for t in self.tasks if t.role is TaskRole.LEAD and t.round == self.round)
        return next((t for t in own if t.state not in gone), None)

    @property
    def lead_returns(self) -> int:
        """How often a lead has handed the case back in this round."""
        own = (t for t in self.tasks if t.role is TaskRole.LEAD and t.round == self.round)
        return sum(t.state is TaskState.RETURNED for t in own)

    def unit_of(self, kind: UnitKind) -> UnitRef | None:
        """The unit of `kind` that the place lies in."""
        return next((unit for unit in self.chain if unit.kind is kind), None)

    def task(self, task_id: str) -> Task | None:
        """The task with this identity."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def clock(self, clock_id: str) -> Clock | None:
        """The live clock with this identity."""
        return next((clock for clock in self.clocks if clock.id == clock_id), None)

    def but(self, **changes: Any) -> Case:
        """A copy with `changes`; the values are trusted, as they come from the core itself."""
        return self.model_copy(update=changes)

    def at_stage(self, stage: Stage, at: datetime, **changes: Any) -> Case:
        """A copy at `stage` since `at`; the instant is kept where the stage does not change."""
        since = self.stage_since if stage is self.stage else at
        return self.model_copy(update={"stage": stage, "stage_since": since, **changes})
