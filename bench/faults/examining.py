"""Examining: the evidence is gathered, and the judge and the product's own `verify` look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bench.faults.evidence import CATCH_UP, Told, Witness
from bench.faults.findings import Fault, Finding
from bench.faults.judging import judge, once_reported
from bench.faults.memory import REPORT, Memory
from bench.faults.moved import judge_expected
from bench.faults.promises import fired, judge_deadlines
from bench.faults.scene import Scene
from models.queries.verification import GRACE, verify
from runtime.database import Sessions
from runtime.verify_command import asking


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
    findings += await _verified(scene, numbers, min(within, GRACE))
    return told, findings


async def final_judgement(scene: Scene) -> list[Finding]:
    """Everything that people were ever answered on this product, once more."""
    await scene.load.hold()
    _, wrong = await examine(scene, scene.clients.memory.cases())
    found = [*scene.found, *wrong]
    scene.found.clear()
    return [finding.model_copy(update={"during": "the end"}) for finding in found]


def _reports(memory: Memory, cases: Mapping[str, int]) -> Iterator[Finding]:
    sent = [sent.key for sent in memory.sent.values() if sent.name == REPORT]
    answered = {answer.sent.key for answer in memory.answers if answer.sent.name == REPORT}
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
