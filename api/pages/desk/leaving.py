"""Why a case has left somebody's desk: the row that fades says it."""

from __future__ import annotations

from collections.abc import Mapping

from api.glossary import TASK_STATES
from models.base import Frozen, Words
from models.case.state import ENDED, Case, Stage, TaskState
from models.case.wording import STAGES
from models.city.people import Principal
from models.queries.tasks import served
from models.queries.worklist import WorkLine


class Left(Frozen):
    """A case that was on the desk, and what became of it."""

    line: WorkLine
    words: Words


def left(line: WorkLine, principal: Principal, names: Mapping[str, str]) -> Left:
    """The last that happened to the task of the reader's unit, told with the name of who did it."""
    return Left(line=line, words=_words(line.case, principal, names))


def _words(case: Case, principal: Principal, names: Mapping[str, str]) -> Words:
    if case.stage in ENDED or case.stage is Stage.CLOSED:
        return STAGES[case.stage]
    units = served(principal.posts)
    ours = [task for task in case.tasks if task.round == case.round and task.unit.id in units]
    if not ours:
        return Words(zh="已不在您的工作台", en="No longer on your desk")
    last = ours[-1]
    said = TASK_STATES[last.state]
    if last.state is TaskState.OPEN or last.person is None or last.person == principal.person:
        return said
    who = names.get(last.person, last.person)
    return Words(zh=f"{who} {said.zh}", en=f"{said.en.capitalize()} by {who}")
