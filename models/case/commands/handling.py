"""Commands of handling: dispatch, transfer, claim, release, arrive, handle, return, annotate, inform."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Words
from models.case.commands.base import (
    CommandBase,
    Note,
    Pictures,
    Reason,
    my_task,
    post_of,
    require_area,
    require_turn,
)
from models.case.draft import Draft
from models.case.facts import (
    Arrived,
    Claimed,
    Dispatched,
    Handled,
    Informed,
    Noted,
    Released,
    Returned,
    Transferred,
    Withdrawn,
)
from models.case.permissions import serves
from models.case.refusals import (
    Appointed,
    BadValue,
    NoSuchThing,
    NotOnTheList,
    TooLate,
    WrongStage,
)
from models.case.state import ACTIVE_TASK, Case, Task, TaskRole, TaskState
from models.city.units import UnitRef
from models.clocks.measure import advance, begins, worth
from models.clocks.policy import ClockStage

RETURNS_BEFORE_APPOINTMENT = 3
"""The third return forces an appointed owner, 指定办理 (domain.md §2)."""


def _require_on_list(case: Case, unit: UnitRef) -> None:
    """Items outside a level's list may not be pushed down to it (分级分类库)."""
    if unit.level.rank < case.holder.level.rank and unit.level not in case.matter.accepted_by:
        raise NotOnTheList(
            Words(
                zh=f"分级分类库未将“{case.matter.name.zh}”列入{unit.name}所在层级，不得下派",
                en=f"“{case.matter.name.en}” is not on the list of {unit.name}'s level; do not push it down",
            ),
            unit=unit.id,
            level=unit.level.value,
        )


def _active(case: Case, unit: UnitRef, *, kept: bool) -> list[Task]:
    """The unit's unfinished tasks; with `kept`, those it has from holding the case before as well."""
    return [t for t in case.tasks if t.unit.id == unit.id and t.state in ACTIVE_TASK and (kept or not t.kept)]


def _supersede(draft: Draft, *units: UnitRef) -> None:
    """A unit that is given a task has that one only: an assisting one it had before is withdrawn."""
    before = tuple(t.id for unit in units for t in _active(draft.case, unit, kept=True))
    if before:
        reason = Words(zh="该单位另有新任务", en="the unit has been given another task")
        draft.record(Withdrawn(tasks=before, reason=reason))


class Dispatch(CommandBase):
    """派遣: a lead unit (unless one is at work) and any number of assisting units."""

    command: Literal["dispatch"] = "dispatch"
    lead: UnitRef | None = None
    assisting: tuple[UnitRef, ...] = Field(default=(), max_length=20)
    instruction: str = Note
    task_force: str | None = Field(default=None, max_length=100)
    reason: str = Note

    def decide(self, draft: Draft) -> None:
        case = draft.case
        if not case.accepted:
            raise WrongStage(Words(zh="请先受理再派遣", en="Accept the case before dispatching it"))
        if self.lead is None and case.lead_task is None:
            raise BadValue(Words(zh="请指定主办单位", en="Name a lead unit"), field="lead")
        if self.lead is not None and case.lead_task is not None:
            raise BadValue(
                Words(zh="已有主办单位，请用转办", en="There is a lead unit already; transfer instead"),
                field="lead",
            )
        units = ([self.lead] if self.lead else []) + list(self.assisting)
        if not units:
            raise BadValue(Words(zh="请指定协办单位", en="Name an assisting unit"), field="assisting")
        for unit in units:
            require_area(case, unit)
        named = [unit.id for unit in units]
        for unit in self.assisting:
            if _active(case, unit, kept=False) or named.count(unit.id) > 1:
                raise BadValue(
                    Words(zh=f"{unit.name}已有任务", en=f"{unit.name} has a task already"), unit=unit.id
                )
        if self.lead is not None:
            _require_on_list(case, self.lead)
        _supersede(draft, *units)
        draft.record(
            Dispatched(
                tasks=tuple(self._task(draft, unit, place) for place, unit in enumerate(units, start=1)),
                task_force=self.task_force,
                reason=self.reason,
            )
        )

    def _task(self, draft: Draft, unit: UnitRef, place: int) -> Task:
        case = draft.case
        lead = self.lead is not None and unit.id == self.lead.id
        return Task(
            id=f"t{len(case.tasks) + place}",
            role=TaskRole.LEAD if lead else TaskRole.ASSISTING,
            unit=unit,
            round=case.round,
            opened_at=draft.at,
            appointed=lead and case.lead_returns >= RETURNS_BEFORE_APPOINTMENT,
            instruction=self.instruction,
        )


class Transfer(CommandBase):
    """转办: the task goes to another unit; the first receiver stays responsible (首接负责制)."""

    command: Literal["transfer"] = "transfer"
    to: UnitRef
    task: str | None = None
    """Whose task; the lead's if it is not said."""
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        task = case.task(self.task) if self.task else case.lead_task
        if task is None or task.state not in ACTIVE_TASK:
            raise NoSuchThing(Words(zh="没有可转办的任务", en="There is no task to transfer"), task=self.task)
        post = post_of(draft.actor)
        if not (serves(post, case.holder.id) or serves(post, task.unit.id)):
            raise NoSuchThing(Words(zh="不是本单位的任务", en="That is not your unit's task"), task=task.id)
        if task.unit.id == self.to.id:
            raise BadValue(Words(zh="已在该单位", en="It is that unit's already"), field="to")
        if task.appointed and not serves(post, case.holder.id):
            raise Appointed(Words(zh="指定办理的任务不得转办", en="An appointed owner may not transfer"))
        require_area(case, self.to)
        if task.role is TaskRole.LEAD:
            _require_on_list(case, self.to)
        elif _active(case, self.to, kept=False):
            raise BadValue(
                Words(zh=f"{self.to.name}已有任务", en=f"{self.to.name} has a task already"), field="to"
            )
        _supersede(draft, self.to)
        draft.record(Transferred(task=task.id, origin=task.unit, to=self.to, reason=self.reason))


class Claim(CommandBase):
    """签收/认领: any fitting post of the unit may take an open task; one person gets it."""

    command: Literal["claim"] = "claim"
    task: str | None = None

    def decide(self, draft: Draft) -> None:
        task = my_task(draft, self.task, TaskState.OPEN, owned=False)
        require_turn(draft, ClockStage.CLAIM, task.pool)
        draft.record(Claimed(task=task.id, unit=task.unit))


class Release(CommandBase):
    """放回: back to the unit's pool, with the reason."""

    command: Literal["release"] = "release"
    task: str | None = None
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        task = my_task(draft, self.task, TaskState.CLAIMED, TaskState.ARRIVED, owned=True)
        draft.record(Released(task=task.id, unit=task.unit, reason=self.reason))


class Arrive(CommandBase):
    """到场, or contact made with whoever reported."""

    command: Literal["arrive"] = "arrive"
    task: str | None = None
    contact_only: bool = False
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    note: str = Note

    def decide(self, draft: Draft) -> None:
        task = my_task(draft, self.task, TaskState.CLAIMED, owned=True)
        draft.record(
            Arrived(
                task=task.id,
                unit=task.unit,
                contact_only=self.contact_only,
                latitude=self.latitude,
                longitude=self.longitude,
                note=self.note,
            )
        )


class Handle(CommandBase):
    """处置: done, with what was done and the after-photos."""

    command: Literal["handle"] = "handle"
    task: str | None = None
    note: str = Reason
    attachments: tuple[str, ...] = Pictures

    def decide(self, draft: Draft) -> None:
        task = my_task(draft, self.task, TaskState.CLAIMED, TaskState.ARRIVED, owned=True)
        draft.record(Handled(task=task.id, unit=task.unit, note=self.note, attachments=self.attachments))


class Return(CommandBase):
    """退回: "not mine", with the reason and within the return limit, to the dispatcher."""

    command: Literal["return"] = "return"
    task: str | None = None
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        task = my_task(draft, self.task, TaskState.OPEN, TaskState.CLAIMED, TaskState.ARRIVED, owned=False)
        if task.appointed:
            raise Appointed(
                Words(
                    zh="第三次退回后已指定办理，不得再退回",
                    en="The owner was appointed after the third return; it cannot be returned again",
                )
            )
        limit = case.rules.return_limit if case.rules else None
        if limit is not None:
            calendar, kind = case.book.calendar, limit.kind
            began = begins(kind, task.opened_at)
            until = advance(kind, calendar, began, worth(kind, limit.amount, calendar))
            if draft.at > until:
                raise TooLate(
                    Words(
                        zh=f"已超过退回时限（{limit.words().zh}），请转办或申请提级",
                        en=f"The return limit ({limit.words().en}) has passed; ask for a transfer",
                    ),
                    until=until,
                )
        count = case.counters.returns + 1
        draft.record(Returned(task=task.id, unit=task.unit, reason=self.reason, count=count))


class Annotate(CommandBase):
    """备注: a note, with pictures. From a unit at work it is the feedback that its clock waits for."""

    command: Literal["annotate"] = "annotate"
    note: str = Reason
    attachments: tuple[str, ...] = Pictures

    def decide(self, draft: Draft) -> None:
        case, post = draft.case, post_of(draft.actor)
        at_work = ACTIVE_TASK | {TaskState.HANDLED}
        working = any(
            serves(post, t.unit.id) and t.state in at_work for t in case.tasks if t.round == case.round
        )
        draft.record(Noted(note=self.note, attachments=self.attachments, feedback=working))


class Inform(CommandBase):
    """告知: units are told something, without a task: traffic police of an ambulance on its way."""

    command: Literal["inform"] = "inform"
    units: tuple[UnitRef, ...] = Field(min_length=1, max_length=20)
    text: str = Reason

    def decide(self, draft: Draft) -> None:
        draft.record(Informed(units=self.units, text=self.text))
