"""One round: people at work, a blow at some instant, work again, and then the judge."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from bench.faults.asking import ask_again, those_retried_first
from bench.faults.blows import Blow
from bench.faults.examining import examine
from bench.faults.findings import Fault, Finding
from bench.faults.home import bring_back
from bench.faults.memory import REPORT, Answer, Followed
from bench.faults.promises import fired
from bench.faults.scene import Scene, Struck
from bench.house import Part
from models.base import Frozen

BEFORE: Final = (1.0, 4.0)
"""Seconds of work between which chance chooses the instant of a blow."""
AFTERWARDS: Final = 1.5
"""Seconds of work after everything is answered again."""
AGAIN_WITHIN: Final = 90.0
ASK_AGAIN: Final = 30
"""Answers of a round whose requests are sent once more; at the end all are, as far as time allows."""


class Round(Frozen):
    """What a blow did, and what was found after it."""

    blow: str
    harm_s: float
    """How long the harm lasted."""
    again_s: float
    """From the blow until both a report and a command sent after it had been answered."""
    longest_s: float
    """The longest that anybody waited for an answer, all tries together."""
    rest_s: float
    """From the end of the load until both stores agreed and were judged."""
    answers: int
    """Commands and reports that were answered."""
    retried: int
    """Those that needed more than one try."""
    asked_again: int
    """Those sent once more after they had been answered."""
    cases: int
    facts: int
    """Looked at by the judge."""
    across: int
    """Deadlines that fell due while the harm lasted."""
    foretold: int
    """Cases whose moved deadlines were worked out from the answers, and judged by that."""
    remark: str = ""
    findings: tuple[Finding, ...] = ()


async def play(scene: Scene, blow: Blow, before: tuple[float, float] = BEFORE) -> Round:
    """One round; its findings are those that the load has met meanwhile, and the judge's."""
    memory, found = scene.clients.memory, scene.found
    scene.load.go_on()
    first, followed = len(memory.answers), len(memory.followed)
    await asyncio.sleep(scene.rng.uniform(*before))
    struck_at = time.monotonic()
    struck = await blow.strike(scene)
    again, ended = await _again(scene, struck_at, first)
    await asyncio.sleep(AFTERWARDS)
    await scene.load.hold()
    if again is None:
        words = f"no report or no command was answered within {AGAIN_WITHIN:g} s"
        found.append(Finding(fault=Fault.STUCK, number="", words=words))
    held, mine = time.monotonic(), memory.answers[first:]
    chosen: list[Answer | Followed] = [
        *memory.followed[followed:],
        *those_retried_first(mine, scene.rng)[:ASK_AGAIN],
    ]
    asked_again, other = await ask_again(scene.clients, chosen, AGAIN_WITHIN)
    found += other
    told, wrong = await examine(scene, memory.cases(first))
    rest = time.monotonic() - held
    found += wrong
    across = [one for case in told for one in fired(case) if struck.since <= one.scheduled <= struck.until]
    foretold = len(scene.expected)
    findings = tuple(finding.model_copy(update={"during": blow.key}) for finding in found)
    found.clear()
    scene.expected.clear()
    return Round(
        blow=blow.key,
        harm_s=round(struck.seconds, 2),
        again_s=round(again if again is not None else AGAIN_WITHIN, 2),
        longest_s=round(max((answer.answered - answer.began for answer in mine), default=0.0), 2),
        rest_s=round(rest, 2),
        answers=len(mine),
        retried=sum(answer.tries > 1 for answer in mine),
        asked_again=asked_again,
        cases=len(told),
        facts=sum(len(case.facts) for case in told),
        across=len(across),
        foretold=foretold,
        remark=_remark(struck, ended),
        findings=findings,
    )


async def _again(scene: Scene, struck_at: float, first: int) -> tuple[float | None, set[Part]]:
    """Seconds from the blow until both kinds of request were answered again, None if they were not; and what
    else has ended meanwhile, which was started anew as systemd would."""
    deadline, ended = time.monotonic() + AGAIN_WITHIN, set[Part]()
    while time.monotonic() < deadline:
        gone = [part for part in scene.home.own if not scene.home.runs(part)]
        ended |= set(gone)
        await bring_back(scene.home, *gone)
        firsts: dict[bool, float] = {}
        for answer in scene.clients.memory.answers[first:]:
            if answer.asked > struck_at:
                firsts.setdefault(answer.sent.name == REPORT, answer.answered)
        if len(firsts) == 2:
            return max(firsts.values()) - struck_at, ended
        await asyncio.sleep(0.1)
    return None, ended


def _remark(struck: Struck, ended: set[Part]) -> str:
    also = f"ended by itself: {', '.join(sorted(ended))}" if ended else ""
    return "; ".join(filter(None, (struck.remark, also)))
