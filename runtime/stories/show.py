"""What `shaodao stories` prints: every step as it is played, in both languages, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.base import Words
from models.case.state import Stage as CaseStage
from models.case.table import RULES
from models.case.wording import STAGES
from runtime.stories.faults import Refused
from runtime.stories.player import Played, play
from runtime.stories.stage import Stage
from runtime.stories.story import Step, Story, person_name

_REPORT = Words(zh="上报", en="report")


class Outcome(NamedTuple):
    """What has come of one case."""

    story: Story
    played: Played
    """Its last step."""


@dataclass
class Shown:
    """What has been played."""

    cases: dict[str, Outcome] = field(default_factory=dict)
    """By their numbers, in the order in which they began."""
    complete: bool = True
    """Whether no step was refused."""


async def show(stories: Iterable[Story], stage: Stage, console: Console, run: str) -> Shown:
    """Play the stories one after another and print them.

    A refused step ends its story, not the others. Raises NotReady when the product cannot be reached.
    """
    shown = Shown()
    for story in stories:
        _heading(console, story)
        played = 0
        try:
            async for now in play(story, stage, run):
                played += 1
                shown.cases[now.number] = Outcome(story, now)
                _step(console, now)
        except Refused as refused:
            shown.complete = False
            failed = story.steps[played]
            console.print(f"  [red]✗[/] {_deed(failed)}: {escape(str(refused))}")
            continue
        _ending(console, story, story.steps[played:])
    if shown.cases:
        _summary(console, shown.cases)
    return shown


def command_words(command: str) -> Words:
    """What a command is called."""
    return _REPORT if command == "report" else RULES[command].words


def _heading(console: Console, story: Story) -> None:
    console.print(f"\n[bold]{story.number} {story.title.zh} · {story.title.en}[/]")
    console.print(f"  [dim]{story.source.zh}\n  {story.source.en}[/]", soft_wrap=True)


def _deed(step: Step) -> str:
    said = command_words(step.does)
    return f"{person_name(step.who)} ({step.who}) {said.zh} · {said.en}"


def _step(console: Console, played: Played) -> None:
    step, after = played.step, played.step.after.words()
    when = f"  [dim]({after.zh}后 · {after.en} later)[/]" if after.zh else ""
    stage = STAGES[CaseStage(played.stage)]
    stands = f"[cyan]{played.number}[/] → {stage.zh} · {stage.en}"
    console.print(f"  [green]▸[/] {_deed(step)}  {stands}{when}", soft_wrap=True)
    console.print(f"      {step.words.zh}\n      {step.words.en}", soft_wrap=True)


def _ending(console: Console, story: Story, left: tuple[Step, ...]) -> None:
    if left:
        console.print("  [yellow]…[/] 后面的事要等时间真的过去;本件留着,可以看它亮灯、逐级上交")
        console.print(
            "      The rest needs real time; the case is left open: watch its lights, and it climbs",
            soft_wrap=True,
        )
    else:
        console.print(f"  [bold green]■[/] {story.ending.zh}\n      {story.ending.en}", soft_wrap=True)


def _summary(console: Console, outcome: Mapping[str, Outcome]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("案件 case", "故事 story", "阶段 stage"):
        table.add_column(title, header_style="bold", overflow="fold")
    for number, (story, played) in outcome.items():
        stage = STAGES[CaseStage(played.stage)]
        remark = " (超期 late)" if played.receipt["case"].get("closed_late") else ""
        table.add_row(number, f"{story.title.zh} · {story.title.en}", f"{stage.zh} · {stage.en}{remark}")
    console.print()
    console.print(table)


def where_to_look(
    console: Console, played: Played, address: str, password: str, temporal_ui: str | None
) -> None:
    """Print how to read on: the front page, the engine's own pages, and a case with its timeline by curl."""
    console.print("\n  再看 · read on")
    console.print(f"    {address}  (/docs)", markup=False)
    if temporal_ui:
        console.print(f"    {temporal_ui}  (Temporal: {played.number})", markup=False)
    form = f"-d username={played.step.who} -d password={password}"
    pick = """python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'"""
    for line in (
        f"TOKEN=$(curl -s {address}/api/v1/tokens {form} | {pick})",
        f'curl -s {address}/api/v1/cases/{played.number}/timeline -H "Authorization: Bearer $TOKEN"',
    ):
        console.print(f"    {line}", markup=False, soft_wrap=True)
    console.print()
