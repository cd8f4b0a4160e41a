"""The facts as people follow them: what one command led to is told together."""

from __future__ import annotations

from datetime import timedelta

from api.pages.cases.steps import Step, steps
from models.case.commands.handling import Dispatch
from models.case.commands.intake import Accept
from models.case.facts.timing import Cause
from models.case.timeline import entry
from models.city.people import SYSTEM
from tests.support.play import Play
from tests.support.world import GRID, OFFICER


def accepted() -> Play:
    return Play.reported(text="路灯不亮").wait(minutes=5).send(OFFICER, Accept(note="已核实"))


def told(play: Play) -> tuple[Step, ...]:
    return steps(play.facts, [entry(fact) for fact in play.facts])


def test_a_command_is_one_step_with_the_clocks_it_moved() -> None:
    play = accepted()
    first, second = told(play)
    assert [line.entry.kind for line in first.lines] == ["reported"]
    assert [line.entry.kind for line in second.lines] == ["accepted"]
    assert {(change.entry.clock, change.cause) for change in second.clocks} == {
        ("accept:r1.h1", Cause.STOPPED), ("dispatch:r1.h1", Cause.STARTED),
    }  # fmt: skip
    stopped = next(change for change in second.clocks if change.cause is Cause.STOPPED)
    assert stopped.red_at is None
    assert (first.first, second.last) == (1, len(play.facts))
    assert second.hash == play.case.head


def test_every_fact_belongs_to_one_step() -> None:
    play = accepted().send(OFFICER, Dispatch(lead=GRID)).wait(days=12)
    made = told(play)
    numbers = [number for step in made for number in range(step.first, step.last + 1)]
    assert numbers == list(range(1, len(play.facts) + 1))


def test_a_light_has_its_colour_and_tells_how_late_it_was_noted() -> None:
    play = accepted().send(OFFICER, Dispatch(lead=GRID))
    punctual = [step for step in told(play.wait(days=2)) if step.actor == SYSTEM]
    assert {line.tone for step in punctual for line in step.lines if line.tone} == {"yellow", "red"}
    assert any(step.red for step in punctual)
    assert all(line.behind is None for step in punctual for line in step.lines)
    slept = accepted().send(OFFICER, Dispatch(lead=GRID)).sleep(days=2).tick()
    behind = [line.behind for step in told(slept) for line in step.lines if line.behind]
    assert behind
    assert max(behind) > timedelta(hours=1)


def test_words_and_rule_are_told_apart() -> None:
    first = told(accepted())[0]
    change = first.clocks[0].entry
    assert change.why is not None
    assert change.short.zh == "受理时限起算"
    assert change.short.en == "Acceptance clock starts"
    assert change.words.zh.endswith(change.why.zh)
