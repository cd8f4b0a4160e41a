"""The workflow and the pure core tell one story: random lives, lived by both, are alike to the last hash."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.gateway import Gateway, Refused
from models.base import Words
from models.case.commands import Command, Envelope, Report
from models.case.decide import CLOCK, Decision, advance_to, begin, decide
from models.case.dossier import Dossier
from models.case.refusals import Refusal
from models.case.sealing import SealedFact, broken_link
from models.case.state import Case
from models.city.people import Principal
from tests.support.play import Play
from tests.support.product import Product
from tests.support.records import eventually, written
from tests.support.strategies import PAUSES, commands, dossiers, reports
from tests.support.world import MONDAY, PEOPLE
from workflows.messages import Opening

LIVES, OF, STEPS = 5, 14, 22
DULL = {"decline", "merge", "void", "annotate", "inform", "urge"}
"""What ends a life early, or says little."""


class Step(NamedTuple):
    """Time passes, then somebody tries something."""

    pause: timedelta
    who: Principal
    command: Command


class Life(NamedTuple):
    """A report, and what came after it."""

    dossier: Dossier
    by: Principal
    report: Report
    steps: list[Step]


def _lives() -> list[Life]:
    """The most eventful of some lives, always the same ones. Mostly people do what they are offered."""
    found: list[tuple[int, Life]] = []

    @settings(
        max_examples=OF,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def live(data: st.DataObject) -> None:
        dossier = data.draw(dossiers())
        by, report = data.draw(reports(dossier))
        play = Play(dossier, by, report, MONDAY)
        life = Life(dossier, by, report, [])
        for _ in range(STEPS):
            pause = data.draw(PAUSES)
            play.wait(pause)
            able = {who: names for who in PEOPLE if (names := set(play.offered(who)) - DULL)}
            if not able:
                break
            who = data.draw(st.sampled_from(sorted(able, key=lambda person: person.person)))
            name = data.draw(st.sampled_from(sorted(able[who])))
            who = data.draw(st.sampled_from([who, who, who, *PEOPLE[:2]]))
            command = data.draw(commands(name, play.case))
            play.attempt(who, command)
            life.steps.append(Step(pause, who, command))
        found.append((len({fact.body["fact"] for fact in play.facts}), life))

    live()
    return [life for _, life in sorted(found, key=lambda scored: -scored[0])[:LIVES]]


class Shadow:
    """The pure core, living after the workflow: the same commands at the instants that it says."""

    def __init__(self, begun: Decision) -> None:
        self.case: Case = begun.case
        self.facts: list[SealedFact] = list(begun.facts)
        self.sent: dict[str, Envelope] = {}

    def follow(self, told: tuple[SealedFact, ...]) -> None:
        """Decide anew what the workflow has decided since, and compare fact by fact."""
        while len(self.facts) < len(told):
            fact = told[len(self.facts)]
            if fact.command == CLOCK:
                decision = advance_to(self.case, fact.at)
            else:
                decision = decide(self.case, self.sent[fact.command], fact.at)
            assert decision.facts, f"the core has nothing to say where the workflow has {fact.body}"
            self.case = decision.case
            self.facts += decision.facts
            assert self.facts == list(told[: len(self.facts)])


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    """Found once."""
    return _lives()


async def _refusal(gateway: Gateway, number: str, envelope: Envelope) -> tuple[str, Words] | None:
    """Send a command; what it was refused with, if it was."""
    try:
        await gateway.send(number, envelope)
    except Refused as refused:
        return refused.code, refused.words
    return None


@pytest.mark.parametrize("place", range(LIVES))
async def test_a_random_life_is_the_same_in_the_workflow_and_in_the_core(
    skipping: Product, lives: list[Life], place: int
) -> None:
    life, gateway = lives[place], skipping.services.gateway
    number = f"20260101-{10**6 + place}"
    opening = Opening(
        command_id="report",
        principal=life.by,
        report=life.report,
        dossier=life.dossier.model_copy(update={"number": number}),
    )
    receipt = await gateway.open(opening)
    shadow = Shadow(begin(opening.dossier, life.report, life.by, "report", receipt.at))
    assert shadow.facts == list(receipt.facts)

    for n, step in enumerate(life.steps):
        await skipping.later(step.pause)
        envelope = Envelope(id=f"c{n}", principal=step.who, command=step.command)
        shadow.sent[envelope.id] = envelope
        refused = await _refusal(gateway, number, envelope)
        shadow.follow((await skipping.timeline(number)).facts)
        if refused is not None:
            with pytest.raises(Refusal) as same:
                decide(shadow.case, envelope, await skipping.now())
            assert (same.value.code, same.value.words) == refused

    held = await skipping.timeline(number)
    shadow.follow(held.facts)
    assert await skipping.state(number) == shadow.case
    stored = await eventually(
        lambda: written(skipping, number), lambda facts: len(facts) == len(shadow.facts)
    )
    assert [fact["hash"] for fact in stored] == [fact.hash for fact in shadow.facts]
    assert broken_link(number, held.facts) is None
