"""A walk through the core: every step that a case, a task or a whistled department can take.

What is drawn and listed in the documentation is what `decide` did here, not what somebody remembered of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from models.base import Urgency
from models.case.commands import COMMANDS, Envelope, OnTheSpot, Report
from models.case.commands.closing import CALL_BACK_TRIES
from models.case.decide import advance_to, begin, decide, offers
from models.case.refusals import Refusal
from models.case.state import ACTIVE_TASK, Case, Link, RequestKind, Stage, TaskRole, TaskState
from models.city.people import MACHINE, Principal
from models.clocks.budget import Budget
from tests.support import world

CLOCK: Final = "clock"
"""Stands for the command where the clocks themselves took the step."""
LATER: Final = timedelta(minutes=1)
"""Between two commands; far from every limit of an ordinary case."""
WALKERS: Final = (
    world.WORKER,
    world.OTHER_WORKER,
    world.OFFICER,
    world.OFFICER_2,
    world.DISPATCHER,
    world.CHENGGUAN_STAFF,
    world.RESIDENT,
    MACHINE,
)
"""Enough people for every row of the table: two at one desk, so that one checks what the other did."""


class Step(NamedTuple):
    """One thing moved, by one command. `before` is empty for what the command began."""

    of: str
    """`case`, `task` or `party`."""
    before: str
    command: str
    after: str


def _bodies(case: Case) -> dict[str, Sequence[dict[str, Any]]]:
    """What is sent with each command that wants more than its name; several where they lead elsewhere."""
    reason = {"reason": "…"}
    return {
        "decline": [reason],
        "merge": [{"into": "20261012-000001"}],
        "dispatch": [{"lead": world.GRID, "assisting": (world.OTHER_GRID,)}, {"lead": world.COMMUNITY}],
        "transfer": [{"to": world.COMMUNITY, **reason}, {"to": world.GRID, **reason}],
        "release": [reason],
        "handle": [{"note": "…"}],
        "return": [reason],
        "annotate": [{"note": "…"}],
        "inform": [{"units": (world.JIAOJING,), "text": "…"}],
        "plan-milestone": [{"key": "cordon", "name": "警戒"}],
        "reach-milestone": [{"key": "cordon"}],
        "whistle": [{"ground": "joint_enforcement", "units": (world.CHENGGUAN,), **reason}],
        "finish": [{"note": "…"}],
        "rate": [{"score": 5}],
        "supervise": [{"text": "…"}],
        "answer": [{"reply": "…"}],
        "escalate": [reason],
        "regrade": [
            {"urgency": Urgency.URGENT if case.urgency is Urgency.ORDINARY else Urgency.ORDINARY, **reason}
        ],
        "request-extension": [{"amount": 1, **reason}],
        "request-suspension": [{"review_on": date(2027, 6, 1), **reason}],
        "request-special-handling": [{"budget": Budget.working_days(9), **reason}],
        "void": [reason],
        "refuse": [{"note": "…"}],
        "rework": [reason],
        "call-back": [
            {"resolved": True, "satisfied": True},
            {"resolved": False, "satisfied": False},
            {"reached": False},
        ],
        "evaluate": [
            {"responded": True, "resolved": True, "satisfied": True},
            {"responded": True, "resolved": False, "satisfied": False},
        ],
        "reopen": [reason],
        "change-rules": [{"calendar": world.calendar(), **reason}],
        "link": [{"link": Link(number="20261012-000002", relation="follow_up")}],
        "absorb": [{"number": "20261012-000003", "reporters": ()}],
    }


def _place(case: Case) -> tuple[Any, ...]:
    """Where a case stands, as far as it matters which steps are open to it from there."""
    helping = (task.state for task in case.tasks if task.role is TaskRole.ASSISTING)
    return (
        case.stage,
        case.accepted,
        _voiding(case),
        case.lead_task.state if case.lead_task else None,
        frozenset(helping) & ACTIVE_TASK,
        tuple(party.state for whistle in case.whistles[-1:] for party in whistle.parties),
        min(case.missed_calls, CALL_BACK_TRIES - 1),
        case.reported_by.role,
        bool(case.evaluated),
    )


def _voiding(case: Case) -> bool:
    return any(request.kind is RequestKind.VOID for request in case.requests)


def _worth_going_on(case: Case) -> bool:
    """Whether the walk goes on from here; a pause, a second climb or a third round show nothing new."""
    if case.whistles and not _just_dispatched(case):
        return False  # a whistled department goes its own way, whatever the tasks do
    return case.suspension is None and case.rung <= 2 and case.round <= 2


def _just_dispatched(case: Case) -> bool:
    return case.stage is Stage.HANDLING and [task.state for task in case.tasks] == [TaskState.OPEN]


def _moves(before: Case | None, command: str, after: Case) -> Iterator[Step]:
    """What moved between the two."""
    yield Step("case", before.stage.value if before else "", command, after.stage.value)
    tasks = {task.id: task.state.value for task in before.tasks} if before else {}
    for task in after.tasks:
        yield Step("task", tasks.get(task.id, ""), command, task.state.value)
    parties = {
        (whistle.id, party.unit.id): party.state.value
        for whistle in (before.whistles if before else ())
        for party in whistle.parties
    }
    for whistle in after.whistles:
        for party in whistle.parties:
            yield Step("party", parties.get((whistle.id, party.unit.id), ""), command, party.state.value)


def _next(case: Case, walker: Principal) -> Iterator[tuple[str, Case]]:
    """Every case that the walker can make of this one with one command."""
    at = case.reported_at + case.version * LATER
    bodies = _bodies(case)
    # Where voiding is asked for, only the answer is of interest: the rest is as it was without.
    for name in ("approve", "refuse") if _voiding(case) else offers(case, walker):
        for body in bodies.get(name, ({},)):
            command = COMMANDS[name].model_validate(body)
            envelope = Envelope.model_validate({"id": "walk", "principal": walker, "command": command})
            try:
                yield name, decide(case, envelope, at).case
            except Refusal:
                continue


def _beginnings() -> Iterator[Case]:
    """A resident's report, one of a matter that nobody is called back for, and one handled on the spot."""
    plain, silent = world.dossier(), world.dossier(about=world.matter(callback=False))
    done = OnTheSpot(note="…")
    for by, dossier, spot in (
        (world.RESIDENT, plain, None),
        (world.WORKER, silent, None),
        (world.WORKER, plain, done),
    ):
        yield begin(dossier, Report(text="…", on_the_spot=spot), by, "c0", world.MONDAY).case


@cache
def steps() -> frozenset[Step]:
    """Every step that was seen, whatever led there; those in which nothing moved are left out."""
    waiting = deque(_beginnings())
    known = {(case.matter.callback, _place(case)) for case in waiting}
    seen = {move for case in waiting for move in _moves(None, "report", case)}
    while waiting:
        case = waiting.popleft()
        found = [pair for walker in WALKERS for pair in _next(case, walker)]
        if case.stage is Stage.CLOSED and case.archive_at is not None:
            found.append((CLOCK, advance_to(case, case.archive_at).case))
        for name, after in found:
            seen.update(_moves(case, name, after))
            place = (after.matter.callback, _place(after))
            if place not in known and _worth_going_on(after):
                known.add(place)
                waiting.append(after)
    return frozenset(step for step in seen if step.before != step.after)
