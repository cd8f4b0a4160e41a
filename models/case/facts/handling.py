"""Facts of handling: who works on it, how far they have come, what was handed back."""

from __future__ import annotations

from typing import Literal

from models.base import Words
from models.case.facts.base import FactBase, Stamp
from models.case.state import ACTIVE_TASK, Case, Stage, Task, TaskRole, TaskState
from models.city.units import UnitRef


def _names(units: tuple[UnitRef, ...]) -> str:
    return "、".join(unit.name for unit in units)


class Dispatched(FactBase):
    """派遣: tasks for a lead and any number of assisting units."""

    fact: Literal["dispatched"] = "dispatched"
    tasks: tuple[Task, ...]
    task_force: str | None = None
    reason: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        lead = next((task.unit for task in self.tasks if task.role is TaskRole.LEAD), None)
        return case.at_stage(
            Stage.HANDLING if lead else case.stage,
            stamp.at,
            tasks=case.tasks + self.tasks,
            lead=case.lead or lead,
            task_force=self.task_force or case.task_force,
        )

    def words(self) -> Words:
        lead = _names(tuple(t.unit for t in self.tasks if t.role is TaskRole.LEAD))
        assisting = _names(tuple(t.unit for t in self.tasks if t.role is TaskRole.ASSISTING))
        appointed = any(task.appointed for task in self.tasks)
        zh = "指定办理" if appointed else "派遣"
        en = "Appointed" if appointed else "Dispatched"
        zh += f"：主办 {lead}" if lead else "："
        en += f": lead {lead}" if lead else ":"
        if assisting:
            zh += f"{'，' if lead else ''}协办 {assisting}"
            en += f"{', ' if lead else ' '}assisting {assisting}"
        if self.task_force:
            zh += f"，专班 {self.task_force}"
            en += f", task force {self.task_force}"
        return Words(zh=f"{zh}。{self.reason}" if self.reason else zh, en=f"{en}. {self.reason}".rstrip(". "))


class Transferred(FactBase):
    """转办: another unit works on it; the first receiver stays responsible."""

    fact: Literal["transferred"] = "transferred"
    task: str
    origin: UnitRef
    to: UnitRef
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        changes = {
            "unit": self.to,
            "state": TaskState.OPEN,
            "person": None,
            "claimed_at": None,
            "arrived_at": None,
            "released_at": None,
            "opened_at": stamp.at,
        }
        return case.but(
            tasks=tuple(t.model_copy(update=changes) if t.id == self.task else t for t in case.tasks)
        )

    def words(self) -> Words:
        return Words(
            zh=f"{self.origin.name}转办至{self.to.name}：{self.reason}",
            en=f"Transferred from {self.origin.name} to {self.to.name}: {self.reason}",
        )


class TaskFact(FactBase):
    """A fact about one task."""

    task: str
    unit: UnitRef

    def but_task(self, case: Case, **changes: object) -> Case:
        """The case with this fact's task changed."""
        return case.but(
            tasks=tuple(t.model_copy(update=changes) if t.id == self.task else t for t in case.tasks)
        )


class Claimed(TaskFact):
    """签收/认领: one person takes the task."""

    fact: Literal["claimed"] = "claimed"

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return self.but_task(case, state=TaskState.CLAIMED, person=stamp.actor.person, claimed_at=stamp.at)

    def words(self) -> Words:
        return Words(zh=f"{self.unit.name}认领", en=f"Claimed at {self.unit.name}")


class Released(TaskFact):
    """放回: the task goes back to the unit's pool."""

    fact: Literal["released"] = "released"
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return self.but_task(
            case,
            state=TaskState.OPEN,
            person=None,
            claimed_at=None,
            arrived_at=None,
            released_at=stamp.at,
        )

    def words(self) -> Words:
        return Words(zh=f"放回待认领：{self.reason}", en=f"Released to the pool: {self.reason}")


class Arrived(TaskFact):
    """到场: somebody is there, or has made contact."""

    fact: Literal["arrived"] = "arrived"
    contact_only: bool = False
    latitude: float | None = None
    longitude: float | None = None
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        case = case.but(contacted=True)
        if self.contact_only:
            return case
        task = case.task(self.task)
        if task is not None and task.role is TaskRole.LEAD:
            case = case.but(arrived=True)
        return self.but_task(case, state=TaskState.ARRIVED, arrived_at=stamp.at)

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        if self.contact_only:
            return Words(zh=f"{self.unit.name}已联系{note}", en=f"{self.unit.name} made contact{note}")
        return Words(zh=f"{self.unit.name}到场{note}", en=f"{self.unit.name} on the scene{note}")


class Handled(TaskFact):
    """处置: done, with evidence. The lead's handling sends the case to verification."""

    fact: Literal["handled"] = "handled"
    note: str
    attachments: tuple[str, ...] = ()

    def apply(self, case: Case, stamp: Stamp) -> Case:
        task = case.task(self.task)
        handlers = tuple(sorted({*case.handlers, stamp.actor.person}))
        case = self.but_task(case, state=TaskState.HANDLED, handled_at=stamp.at).but(handlers=handlers)
        if task is not None and task.role is TaskRole.LEAD:
            # What is handled has been answered: rework asks for better work, not for another first visit.
            return case.at_stage(Stage.VERIFYING, stamp.at, contacted=True, arrived=True, fed_back=True)
        return case

    def words(self) -> Words:
        photos = len(self.attachments)
        return Words(
            zh=f"{self.unit.name}处置完毕：{self.note}" + (f"（照片{photos}张）" if photos else ""),
            en=f"Handled by {self.unit.name}: {self.note}" + (f" ({photos} photos)" if photos else ""),
        )


class Returned(TaskFact):
    """退回: "not mine", with the reason. A returned lead leaves the case to be dispatched anew."""

    fact: Literal["returned"] = "returned"
    reason: str
    count: int

    def apply(self, case: Case, stamp: Stamp) -> Case:
        task = case.task(self.task)
        counters = case.counters.model_copy(update={"returns": self.count})
        case = self.but_task(case, state=TaskState.RETURNED).but(counters=counters)
        if task is not None and task.role is TaskRole.LEAD:
            return case.at_stage(Stage.ACCEPTED, stamp.at)
        return case

    def words(self) -> Words:
        return Words(
            zh=f"{self.unit.name}退回（第{self.count}次）：{self.reason}",
            en=f"Returned by {self.unit.name} (return {self.count}): {self.reason}",
        )


class Withdrawn(FactBase):
    """撤回: tasks nobody needs any more."""

    fact: Literal["withdrawn"] = "withdrawn"
    tasks: tuple[str, ...]
    reason: Words

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(
            tasks=tuple(
                t.model_copy(update={"state": TaskState.WITHDRAWN})
                if t.id in self.tasks and t.state in ACTIVE_TASK
                else t
                for t in case.tasks
            )
        )

    def words(self) -> Words:
        return Words(
            zh=f"撤回任务 {'、'.join(self.tasks)}：{self.reason.zh}",
            en=f"Tasks {', '.join(self.tasks)} withdrawn: {self.reason.en}",
        )


class Annotated(FactBase):
    """A note on the case; from a working unit it counts as its first feedback to the reporter."""

    fact: Literal["annotated"] = "annotated"
    note: str
    attachments: tuple[str, ...] = ()
    feedback: bool = False

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(fed_back=True) if self.feedback else case

    def words(self) -> Words:
        label = Words(zh="反馈", en="Feedback") if self.feedback else Words(zh="备注", en="Note")
        return Words(zh=f"{label.zh}：{self.note}", en=f"{label.en}: {self.note}")


class Informed(FactBase):
    """告知: units are told, without a task."""

    fact: Literal["informed"] = "informed"
    units: tuple[UnitRef, ...]
    text: str

    def words(self) -> Words:
        names = _names(self.units)
        return Words(zh=f"告知{names}：{self.text}", en=f"Told {names}: {self.text}")
