"""Examining: the evidence is gathered, and the judge and the product's own `verify` look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bench.faults.asking import ask_again, those_retried_first
from bench.faults.evidence import CATCH_UP, Told, Witness
from bench.faults.findings import Fault, Finding
from bench.faults.judging import judge, once_reported
from bench.faults.memory import REPORT, Answer, Followed, Memory
from bench.faults.moved import judge_expected
from bench.faults.pictures import judge_pictures
from bench.faults.promises import fired, judge_deadlines
from bench.faults.residents import judge_followed
from bench.faults.scene import Scene
from models.base import Frozen
from models.queries.verification import GRACE, verify
from runtime.database import Sessions
from runtime.verify_command import asking

ASK_WITHIN: Final = 30.0
"""Seconds for sending everything once more at the end."""


async def examine(
    scene: Scene, numbers: Sequence[str], within: float = CATCH_UP
) -> tuple[list[Told], list[Finding]]:
    """What both stores say of these cases, at the latest after `within` seconds, and what is wrong with it.

    Nobody may be at work meanwhile. What was expected of moved deadlines is looked at too.
    """
    memory = scene.clients.memory
    witness = Witness(scene.home.engine(), await scene.home.client())
    told = await witness.ask(numbers, within)
    commands, now = memory.commands(), datetime.now(UTC)
    findings: list[Finding] = []
    for case in told:
        findings += judge(case, memory.of(case.number), commands)
        findings += judge_deadlines(case, now)
    passed = [one for case in told for one in fired(case)]
    for expected in scene.expected:
        findings += judge_expected(expected, passed)
    findings += _reports(memory, await witness.reports(memory.run))
    findings += await judge_pictures(scene.clients, numbers)
    findings += await judge_followed(scene.clients, numbers)
    findings += await _verified(scene, numbers, min(within, GRACE))
    return told, findings


class LastJudgement(Frozen):
    """What was looked at once more at the end, and what was found."""

    asked_again: int
    """Answers whose requests were sent once more."""
    answers: int
    """Those that there were."""
    findings: tuple[Finding, ...]


async def final_judgement(scene: Scene, within: float = ASK_WITHIN) -> LastJudgement:
    """Everything that people were ever answered on this product, once more.

    All of it is sent again first, as far as `within` seconds allow; what that may have done is judged too.
    """
    await scene.load.hold()
    memory = scene.clients.memory
    await scene.clients.sign_in(answer.sent.login for answer in memory.answers)  # an earlier product's too
    everything: list[Answer | Followed] = [*memory.followed, *those_retried_first(memory.answers, scene.rng)]
    asked_again, other = await ask_again(scene.clients, everything, within)
    numbers = sorted({*memory.cases(), *(one.number for one in memory.followed)})
    _, wrong = await examine(scene, numbers)
    found = [*scene.found, *other, *wrong]
    scene.found.clear()
    return LastJudgement(
        asked_again=asked_again,
        answers=len(everything),
        findings=tuple(finding.model_copy(update={"during": "the end"}) for finding in found),
    )


def _reports(memory: Memory, cases: Mapping[str, int]) -> Iterator[Finding]:
    sent = [sent.key for sent in memory.sent.values() if sent.name == REPORT]
    answered = {answer.sent.key for answer in memory.answers if answer.sent.name == REPORT}
    answered |= {one.sent.key for one in memory.followed}
    return once_reported(cases, sent, answered)


async def _verified(scene: Scene, numbers: Sequence[str], grace: float) -> list[Finding]:
    """What `shaodao verify` says of these cases."""
    if not numbers:
        return []
    ask = asking(await scene.home.client(), scene.home.settings)
    read = Sessions(scene.home.engine()).read
    wrong = verify(read, ask, lambda _what, _done, _all: None, only=numbers, grace=grace)
    return [
        Finding(
            fault=Fault.STUCK if one.kind in {"behind", "unanswered"} else Fault.CHANGED,
            number=one.number,
            words=f"verify: {one.kind}: {one.words}",
        )
        async for one in wrong
    ]
