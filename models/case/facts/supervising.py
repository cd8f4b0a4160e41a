"""Facts of pressure: urging, supervision, the climb, regrading, and what was approved."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from models.base import Urgency, Words
from models.case.facts.base import FactBase, Stamp
from models.case.state import (
    Case,
    Milestone,
    Order,
    Request,
    RequestKind,
    Stage,
    Suspension,
    Task,
)
from models.city.people import Role
from models.city.routing import Rung
from models.city.units import UnitRef
from models.clocks.calendar import CalendarSlice
from models.clocks.explain import stage_name
from models.clocks.policy import ClockStage, Rules

URGENCIES: dict[Urgency, Words] = {
    Urgency.ORDINARY: Words(zh="一般", en="ordinary"),
    Urgency.URGENT: Words(zh="紧急", en="urgent"),
    Urgency.CRITICAL: Words(zh="特急", en="critical"),
}
REQUESTS: dict[RequestKind, Words] = {
    RequestKind.EXTENSION: Words(zh="延期", en="extension"),
    RequestKind.SUSPENSION: Words(zh="挂起", en="suspension"),
    RequestKind.VOID: Words(zh="作废", en="voiding"),
    RequestKind.SPECIAL_HANDLING: Words(zh="特事特办", en="special handling"),
}


class Urged(FactBase):
    """催办: a nudge; ownership is unchanged. From a yellow light, or from a person."""

    fact: Literal["urged"] = "urged"
    units: tuple[UnitRef, ...]
    automatic: bool = False
    clock: str | None = None
    note: str = ""
    deliver_at: datetime

    def apply(self, case: Case, stamp: Stamp) -> Case:
        case = case.but(counters=case.counters.model_copy(update={"urges": case.counters.urges + 1}))
        return case.but(resident_urged_at=stamp.at) if stamp.actor.role is Role.RESIDENT else case

    def words(self) -> Words:
        names = "、".join(unit.name for unit in self.units)
        note = f"：{self.note}" if self.note else ""
        if self.automatic:
            return Words(zh=f"黄灯自动催办 {names}", en=f"Yellow light urged {names}")
        return Words(zh=f"催办 {names}{note}", en=f"Urged {names}{note}")


class Supervised(FactBase):
    """督办: an order with its own owner, deadline and reply."""

    fact: Literal["supervised"] = "supervised"
    order: Order

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        counters = case.counters.model_copy(update={"supervisions": case.counters.supervisions + 1})
        return case.but(orders=(*case.orders, self.order), counters=counters)

    def words(self) -> Words:
        order = self.order
        if order.automatic and order.clock is not None:
            stage = stage_name(ClockStage(order.clock.partition(":")[0]))
            return Words(
                zh=f"红灯自动督办：{order.by.name}督办{order.owner.name}，{stage.zh}已超期",
                en=f"Red light: {order.by.name} supervises {order.owner.name}, {stage.en} is overdue",
            )
        return Words(
            zh=f"{order.by.name}督办{order.owner.name}：{order.text}",
            en=f"{order.by.name} supervises {order.owner.name}: {order.text}",
        )


class Answered(FactBase):
    """督办回复: the owner's reply to a supervision order."""

    fact: Literal["answered"] = "answered"
    order: str
    reply: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.but(
            orders=tuple(
                o.model_copy(update={"answered_at": stamp.at}) if o.id == self.order else o
                for o in case.orders
            )
        )

    def words(self) -> Words:
        return Words(zh=f"督办回复：{self.reply}", en=f"Supervision answered: {self.reply}")


class Escalated(FactBase):
    """升级: the holder moves up; whoever held the case stays on as assisting."""

    fact: Literal["escalated"] = "escalated"
    origin: Rung
    to: Rung
    rung: int
    automatic: bool
    clock: str | None = None
    scheduled: datetime | None = None
    """The instant the clock ran out, which may lie before the recording if the machine stood still."""
    reason: str = ""
    assisting: Task | None = None

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.but(
            rung=self.rung,
            holding=case.holding + 1,
            held_since=stamp.at,
            accepted=False,
            took_over_late=case.handling_is_late,
            tasks=(*case.tasks, self.assisting) if self.assisting else case.tasks,
            counters=case.counters.model_copy(update={"escalations": case.counters.escalations + 1}),
        )

    def words(self) -> Words:
        origin, to = self.origin.unit.name, self.to.unit.name
        if self.automatic:
            return Words(zh=f"超期升级：{origin} → {to}", en=f"Overdue, climbed from {origin} to {to}")
        return Words(
            zh=f"提级：{origin} → {to}。{self.reason}", en=f"Handed up from {origin} to {to}. {self.reason}"
        )


class Regraded(FactBase):
    """调整紧急程度: another urgency, with the reason. Ledgers are kept."""

    fact: Literal["regraded"] = "regraded"
    origin: Urgency
    to: Urgency
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(urgency=self.to)

    def words(self) -> Words:
        old, new = URGENCIES[self.origin], URGENCIES[self.to]
        return Words(
            zh=f"紧急程度由{old.zh}调整为{new.zh}：{self.reason}",
            en=f"Urgency changed from {old.en} to {new.en}: {self.reason}",
        )


class Requested(FactBase):
    """申请: something that another person must approve."""

    fact: Literal["requested"] = "requested"
    request: Request

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(requests=(*case.requests, self.request))

    def words(self) -> Words:
        kind = REQUESTS[self.request.kind]
        return Words(
            zh=f"申请{kind.zh}：{self.request.reason}", en=f"Asked for {kind.en}: {self.request.reason}"
        )


class RequestDecided(FactBase):
    """What was asked has been approved or refused; what follows from it are facts of their own."""

    fact: Literal["request_decided"] = "request_decided"
    request: str
    kind: RequestKind
    approved: bool
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        case = case.but(requests=tuple(r for r in case.requests if r.id != self.request))
        if self.approved and self.kind is RequestKind.EXTENSION:
            counters = case.counters.model_copy(update={"extensions": case.counters.extensions + 1})
            return case.but(counters=counters, extended=case.extended + 1)
        return case

    def words(self) -> Words:
        kind = REQUESTS[self.kind]
        note = f"：{self.note}" if self.note else ""
        if self.approved:
            return Words(zh=f"批准{kind.zh}{note}", en=f"{kind.en.capitalize()} approved{note}")
        return Words(zh=f"不批准{kind.zh}{note}", en=f"{kind.en.capitalize()} refused{note}")


class WasSuspended(FactBase):
    """挂起: clocks stand still until resumed; looked at again on the review date."""

    fact: Literal["suspended"] = "suspended"
    suspension: Suspension

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        counters = case.counters.model_copy(update={"suspensions": case.counters.suspensions + 1})
        return case.but(suspension=self.suspension, counters=counters)

    def words(self) -> Words:
        day = self.suspension.review_on.isoformat()
        return Words(
            zh=f"挂起：{self.suspension.reason}（复核日期 {day}）",
            en=f"Suspended: {self.suspension.reason} (review on {day})",
        )


class ReviewCalled(FactBase):
    """复核提醒: the review date of a suspension has come."""

    fact: Literal["review_called"] = "review_called"
    scheduled: datetime

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        if case.suspension is None:
            return case
        return case.but(suspension=case.suspension.model_copy(update={"review_called": True}))

    def words(self) -> Words:
        return Words(zh="挂起复核日期已到", en="The suspension's review date has come")


class Resumed(FactBase):
    """恢复: clocks go on with what was left."""

    fact: Literal["resumed"] = "resumed"
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(suspension=None)

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        return Words(zh=f"恢复办理{note}", en=f"Resumed{note}")


class SpecialHandling(FactBase):
    """特事特办: the policy's limit for handling is overridden, with approver and reason."""

    fact: Literal["special_handling"] = "special_handling"
    rules: Rules
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(special=self.rules)

    def words(self) -> Words:
        return Words(zh=f"特事特办：{self.reason}", en=f"Special handling: {self.reason}")


class RulesChanged(FactBase):
    """Policy or calendar changed while the case was open; its dates are projected anew."""

    fact: Literal["rules_changed"] = "rules_changed"
    rules: dict[Urgency, Rules] | None = None
    calendar: CalendarSlice | None = None
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        changes: dict[str, object] = {}
        if self.rules is not None:
            changes["rules"] = self.rules
        if self.calendar is not None:
            changes["calendar"] = self.calendar
        return case.but(book=case.book.model_copy(update=changes))

    def words(self) -> Words:
        return Words(zh=f"规则变更：{self.reason}", en=f"Rules changed: {self.reason}")


class MilestonePlanned(FactBase):
    """A step inside the case with its own limit."""

    fact: Literal["milestone_planned"] = "milestone_planned"
    milestone: Milestone

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(milestones=(*case.milestones, self.milestone))

    def words(self) -> Words:
        return Words(zh=f"设定节点：{self.milestone.name}", en=f"Milestone set: {self.milestone.name}")


class MilestoneReached(FactBase):
    """A step inside the case was reached."""

    fact: Literal["milestone_reached"] = "milestone_reached"
    key: str
    name: str
    note: str = ""
    attachments: tuple[str, ...] = ()

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.but(
            milestones=tuple(
                m.model_copy(update={"reached_at": stamp.at})
                if m.key == self.key and m.round == case.round
                else m
                for m in case.milestones
            )
        )

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        return Words(zh=f"完成节点 {self.name}{note}", en=f"Milestone reached: {self.name}{note}")


class Voided(FactBase):
    """作废: terminal; deletes nothing."""

    fact: Literal["voided"] = "voided"
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(Stage.VOIDED, stamp.at, closed_at=stamp.at, requests=(), suspension=None)

    def words(self) -> Words:
        return Words(zh=f"作废：{self.reason}", en=f"Voided: {self.reason}")
