"""What every command has in common, and the questions several of them ask."""

from __future__ import annotations

from abc import abstractmethod

from pydantic import Field

from models.base import Frozen, Words
from models.case.draft import Draft
from models.case.facts import Withdrawn
from models.case.permissions import serves
from models.case.refusals import (
    AlreadyClaimed,
    NoSuchThing,
    NotYourTurn,
    OutsideArea,
    WrongStage,
)
from models.case.state import ACTIVE_TASK, Case, Task, TaskState
from models.city.people import Actor, Post, Rank
from models.city.units import Level, UnitKind, UnitRef, within
from models.clocks.policy import ClockStage

Note = Field(default="", max_length=2000)
Reason = Field(min_length=1, max_length=2000)
Pictures = Field(default=(), max_length=20)
_TAKEN = frozenset({TaskState.CLAIMED, TaskState.ARRIVED, TaskState.HANDLED})


class CommandBase(Frozen):
    """Something a person or a machine wants of a case.

    By the time `decide` is asked, the table of rules has let the command through: the sender may send it,
    the case is at a stage for it, and it is not suspended against it. `decide` records facts in the draft,
    or raises a `Refusal`; it changes nothing else.
    """

    @abstractmethod
    def decide(self, draft: Draft) -> None:
        """Record what happens."""


def post_of(actor: Actor) -> Post:
    """The post an actor acts under, for the questions that are asked of posts."""
    if actor.unit is None:
        raise ValueError("a person acts under a post")
    return Post(id="", unit=actor.unit, role=actor.role, rank=actor.rank)


def my_task(draft: Draft, named: str | None, *states: TaskState, owned: bool) -> Task:
    """The task the command is about: the named one, or the one of the actor's unit that fits.

    A unit has one unfinished task at a time. `owned` asks for one that the actor has claimed. Refuses with
    who has it, or in what state it is.
    """
    case, post, person = draft.case, post_of(draft.actor), draft.actor.person
    mine = [t for t in case.tasks if serves(post, t.unit.id) and t.round == case.round]
    if named is not None:
        mine = [t for t in mine if t.id == named]
        if not mine:
            raise NoSuchThing(
                Words(zh=f"本单位没有任务 {named}", en=f"Your unit has no task {named}"), task=named
            )
    for task in mine:
        free = not owned and task.state is TaskState.OPEN
        if task.state in states and (free or task.person == person):
            return task
    last = mine[-1]
    if last.state in _TAKEN and last.person != person:
        raise AlreadyClaimed(
            Words(zh="该任务已被他人认领", en="Somebody else has claimed this task"),
            task=last.id,
            person=last.person,
            at=last.claimed_at,
        )
    raise WrongStage(
        Words(zh="任务当前状态不允许此操作", en="The task is not in a state for this"), state=last.state.value
    )


def require_turn(draft: Draft, stage: ClockStage, subject: str) -> None:
    """Refuse B while A still has time to answer (AB角)."""
    clock = draft.case.clock(f"{stage}:{subject}")
    if clock is None or clock.substitute_at is None or clock.substituted is not None:
        return
    if draft.actor.rank is Rank.B:
        raise NotYourTurn(
            Words(
                zh="A角尚在响应时限内，B角暂不能办理", en="A still has time to answer; B is called afterwards"
            ),
            from_instant=clock.substitute_at,
        )


def withdraw_open(draft: Draft, reason: Words) -> None:
    """Withdraw every task that is still open: nobody needs it any more."""
    unfinished = tuple(t.id for t in draft.case.tasks if t.state in ACTIVE_TASK)
    if unfinished:
        draft.record(Withdrawn(tasks=unfinished, reason=reason))


def in_area(case: Case, unit: UnitRef) -> bool:
    """Whether the holder may give work to the unit.

    A holder dispatches within its own area; from the street up also to the departments of the district.
    """
    holder = case.holder
    district = case.unit_of(UnitKind.DISTRICT)
    area = district.path if holder.level is Level.DISTRICT and district else holder.path
    if within(unit.path, area):
        return True
    return (
        unit.kind is UnitKind.DEPARTMENT
        and holder.level.rank >= Level.STREET.rank
        and district is not None
        and within(unit.path, district.path)
    )


def require_area(case: Case, unit: UnitRef) -> None:
    """Refuse units outside the holder's area."""
    if not in_area(case, unit):
        raise OutsideArea(
            Words(
                zh=f"{unit.name}不在{case.holder.name}的管辖范围内，可吹哨或提级",
                en=f"{unit.name} lies outside {case.holder.name}'s area; whistle, or hand the case up",
            ),
            unit=unit.id,
        )
