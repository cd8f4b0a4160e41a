"""State diagrams (Mermaid), drawn from the walk through the core."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from docs.generate.walk import CLOCK, steps
from models.base import Words
from models.case.state import PartyState, TaskState
from models.case.table import RULES
from models.case.wording import STAGES

S = TypeVar("S", bound=StrEnum)

TASKS: Final[Mapping[TaskState, str]] = {
    TaskState.OPEN: "待认领",
    TaskState.CLAIMED: "已认领",
    TaskState.ARRIVED: "已到场",
    TaskState.HANDLED: "已处置",
    TaskState.RETURNED: "已退回",
    TaskState.WITHDRAWN: "已撤回",
}
PARTIES: Final[Mapping[PartyState, str]] = {
    PartyState.CALLED: "已吹哨",
    PartyState.SIGNED: "已签收",
    PartyState.REPORTED_IN: "已报到",
    PartyState.FINISHED: "已办结",
    PartyState.RATED: "已评哨",
}
_OTHERS: Final = {"report": Words(zh="上报", en="report"), CLOCK: Words(zh="时限", en="clock")}
_SPELLED_OUT: Final = 2
"""Commands on one arrow that are named in both languages; more of them only by their English names."""


def case_states() -> str:
    """The stages of a case."""
    return _diagram("case", {stage: words.zh for stage, words in STAGES.items()})


def task_states() -> str:
    """The states of a unit's task."""
    return _diagram("task", TASKS)


def party_states() -> str:
    """The states of a department that was whistled."""
    return _diagram("party", PARTIES)


def _diagram(of: str, names: Mapping[S, str]) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in sorted(steps()):
        if step.of == of:
            arrows.setdefault((step.before, step.after), []).append(step.command)
    order = {state.value: place for place, state in enumerate(names)}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{zh} {state.value}" as {state.value}' for state, zh in names.items()]
    for (before, after), commands in sorted(
        arrows.items(), key=lambda arrow: (order.get(arrow[0][0], -1), order[arrow[0][1]])
    ):
        lines.append(f"    {before or '[*]'} --> {after} : {_label(commands)}")
    left = {before for before, _ in arrows}
    lines += [f"    {state.value} --> [*]" for state in names if state.value not in left]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def _label(commands: list[str]) -> str:
    if len(commands) > _SPELLED_OUT:
        return ", ".join(commands)
    return ", ".join(f"{_words(command).zh} {command}" for command in commands)


def _words(command: str) -> Words:
    return RULES[command].words if command in RULES else _OTHERS[command]
