"""Commands of pressure: urge, supervise, answer, hand up, regrade, milestones, and changed rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field

from models.base import Urgency, Words
from models.case.commands.base import CommandBase, Note, Pictures, Reason, post_of
from models.case.draft import Draft
from models.case.facts import (
    Answered,
    MilestonePlanned,
    MilestoneReached,
    Regraded,
    RulesChanged,
    Supervised,
    Urged,
)
from models.case.lights import climb
from models.case.permissions import serves
from models.case.refusals import BadValue, LimitReached, NoSuchThing, WhichOne, WrongStage
from models.case.state import ACTIVE_TASK, Milestone, Order, Stage
from models.city.people import Role
from models.city.units import Level, UnitRef
from models.clocks.budget import Budget
from models.clocks.calendar import CalendarSlice
from models.clocks.policy import Rules
from models.clocks.quiet import deliver_at

RESIDENT_URGES_EVERY: Final = timedelta(hours=24)
"""How often the residents who reported a case may urge it, all together (project default)."""


class Urge(CommandBase):
    """催办: a nudge to whoever has it now; ownership is unchanged."""

    command: Literal["urge"] = "urge"
    note: str = Note

    def decide(self, draft: Draft) -> None:
        case = draft.case
        if draft.actor.role is Role.RESIDENT and case.resident_urged_at is not None:
            again = case.resident_urged_at + RESIDENT_URGES_EVERY
            if draft.at < again:
                raise LimitReached(
                    Words(zh="24小时内已催办过", en="It was urged within the last 24 hours"), again_at=again
                )
        # At work it is the units with a task, and the first receiver; before and after, the holder.
        working = [t.unit for t in case.tasks if t.state in ACTIVE_TASK and not t.kept]
        if case.stage is Stage.HANDLING and case.lead is not None:
            working.append(case.lead)
        units = {unit.id: unit for unit in working}
        draft.record(
            Urged(
                units=tuple(units.values()) if case.stage is Stage.HANDLING else (case.holder,),
                note=self.note,
                deliver_at=deliver_at(draft.at, urgent=case.urgency is Urgency.CRITICAL),
            )
        )


class Supervise(CommandBase):
    """督办: an order to the holder, or to a unit with a task, which must be answered."""

    command: Literal["supervise"] = "supervise"
    unit: UnitRef | None = None
    text: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        concerned = {case.holder.id: case.holder}
        concerned |= {t.unit.id: t.unit for t in case.tasks if t.state in ACTIVE_TASK}
        concerned |= {p.unit.id: p.unit for w in case.whistles if w.round == case.round for p in w.parties}
        lead = case.lead_task
        at_work = lead.unit if lead is not None and lead.state in ACTIVE_TASK else case.holder
        owner = self.unit or at_work
        if owner.id not in concerned:
            raise BadValue(
                Words(zh=f"{owner.name}未经办本件", en=f"{owner.name} has no part in this case"),
                field="unit",
                unit=owner.id,
            )
        order = Order(
            id=f"o{len(case.orders) + 1}",
            round=case.round,
            owner=concerned[owner.id],
            by=post_of(draft.actor).unit,
            automatic=False,
            clock=None,
            text=self.text,
            opened_at=draft.at,
        )
        draft.record(Supervised(order=order))


class Answer(CommandBase):
    """督办回复: the owner's reply."""

    command: Literal["answer"] = "answer"
    order: str | None = None
    reply: str = Reason

    def decide(self, draft: Draft) -> None:
        post = post_of(draft.actor)
        case = draft.case
        mine = [o for o in case.orders if serves(post, o.owner.id) and o.round == case.round]
        if self.order is not None:
            mine = [o for o in mine if o.id == self.order]
            if not mine:
                raise NoSuchThing(Words(zh="没有该督办", en="There is no such order"), order=self.order)
        waiting = [o for o in mine if o.answered_at is None]
        if not waiting:
            raise WrongStage(Words(zh="督办已回复", en="The order has been answered"))
        if len(waiting) > 1:
            ids = [o.id for o in waiting]
            raise WhichOne(
                Words(zh=f"有多个督办，请指明：{'、'.join(ids)}", en=f"Name the order: {', '.join(ids)}"),
                candidates=ids,
            )
        draft.record(Answered(order=waiting[0].id, reply=self.reply))


class Escalate(CommandBase):
    """提级: a level may send straight up, to the next rung or further."""

    command: Literal["escalate"] = "escalate"
    to: Level | None = None
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        target = case.rung + 1
        if self.to is not None:
            found = next((i for i, rung in enumerate(case.ladder) if rung.level is self.to), None)
            if found is None or found <= case.rung:
                raise BadValue(
                    Words(zh="只能提到更高的层级", en="It can only be handed to a higher level"), field="to"
                )
            target = found
        if not climb(draft, to=target, reason=self.reason):
            raise LimitReached(
                Words(zh="已在最高办理层级", en="The case is at the highest level that handles cases")
            )


class Regrade(CommandBase):
    """调整紧急程度: ledgers are kept, dates are derived anew and never lie in the past."""

    command: Literal["regrade"] = "regrade"
    urgency: Urgency
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        if self.urgency is draft.case.urgency:
            raise BadValue(Words(zh="紧急程度未变", en="That is its urgency already"), field="urgency")
        draft.record(Regraded(origin=draft.case.urgency, to=self.urgency, reason=self.reason))


class PlanMilestone(CommandBase):
    """设定节点: a step inside the case, with a limit of its own if one is given."""

    command: Literal["plan-milestone"] = "plan-milestone"
    key: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: str = Field(min_length=1, max_length=60)
    budget: Budget | None = None

    def decide(self, draft: Draft) -> None:
        case = draft.case
        if any(m.key == self.key and m.round == case.round for m in case.milestones):
            raise BadValue(Words(zh="该节点已设定", en="That milestone is planned already"), field="key")
        draft.record(
            MilestonePlanned(
                milestone=Milestone(
                    key=self.key, name=self.name, budget=self.budget, planned_at=draft.at, round=case.round
                )
            )
        )


class ReachMilestone(CommandBase):
    """完成节点."""

    command: Literal["reach-milestone"] = "reach-milestone"
    key: str
    note: str = Note
    attachments: tuple[str, ...] = Pictures

    def decide(self, draft: Draft) -> None:
        case = draft.case
        found = next((m for m in case.milestones if m.key == self.key and m.round == case.round), None)
        if found is None:
            raise NoSuchThing(Words(zh="没有该节点", en="There is no such milestone"), key=self.key)
        if found.reached_at is not None:
            raise WrongStage(
                Words(zh="节点已完成", en="That milestone has been reached"), at=found.reached_at
            )
        draft.record(
            MilestoneReached(key=found.key, name=found.name, note=self.note, attachments=self.attachments)
        )


class ChangeRules(CommandBase):
    """A new edition of the policy or of the working calendar reaches the open case."""

    command: Literal["change-rules"] = "change-rules"
    rules: dict[Urgency, Rules] | None = None
    calendar: CalendarSlice | None = None
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        if self.rules is None and self.calendar is None:
            raise BadValue(Words(zh="没有变更内容", en="Nothing is changed"), field="rules")
        if self.rules is not None and set(self.rules) != set(Urgency):
            raise BadValue(
                Words(zh="须包含各紧急程度的规则", en="Rules for every urgency are needed"), field="rules"
            )
        draft.record(RulesChanged(rules=self.rules, calendar=self.calendar, reason=self.reason))
