"""The judge: what must hold, whatever was done to the product. Pure: shown evidence, it finds faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

from bench.faults.evidence import Told
from bench.faults.findings import Fault, Finding
from bench.faults.memory import REPORT, Answer
from models.case.decide import CLOCK
from models.case.sealing import broken_link
from models.queries.case_rows import message_rows

MAIN_FACT: Final = {
    "report": "reported",
    "accept": "accepted",
    "dispatch": "dispatched",
    "claim": "claimed",
    "arrive": "arrived",
    "handle": "handled",
    "verify": "verified",
    "call-back": "called_back",
    "annotate": "annotated",
    "regrade": "regraded",
    "request-extension": "requested",
    "request-suspension": "requested",
    "approve": "request_decided",
    "resume": "resumed",
    "whistle": "whistled",
    "sign": "signed",
    "report-in": "reported_in",
    "finish": "finished",
    "rate": "rated",
    "supervise": "supervised",
    "answer": "answered",
}
"""The fact that each command of the load must have left, once."""


def judge(told: Told, answers: Sequence[Answer], commands: Collection[str]) -> Iterator[Finding]:
    """Everything that is wrong with one case, of which people were told `answers`.

    `commands` are the identities of all that was ever sent, answered or not.
    """
    yield from _stores(told)
    yield from _chain(told)
    yield from _answered(told, answers)
    yield from _once(told, answers, commands)
    yield from _in_order(told, answers)


def _found(fault: Fault, told: Told, words: str) -> Finding:
    return Finding(fault=fault, number=told.number, words=words)


def _stores(told: Told) -> Iterator[Finding]:
    """Both stores have the same facts, with the same messages, and nothing is in the way of more."""
    if told.pending:
        yield _found(Fault.STUCK, told, told.pending)
    elif told.held is None:
        yield _found(Fault.LOST, told, "there is no workflow for it")
    if told.held is None:
        return
    here, there = [fact.hash for fact in told.facts], [fact.hash for fact in told.held]
    if here != there:
        if there[: len(here)] == here:
            words = f"PostgreSQL has {len(here)} facts of the workflow's {len(there)}"
            yield _found(Fault.LOST, told, words)
        else:
            yield _found(Fault.CHANGED, told, "PostgreSQL and the workflow tell different things")
    for fact in told.held:
        expected, there_are = len(list(message_rows(told.number, fact))), told.messages.get(fact.seq, 0)
        if expected != there_are:
            fault = Fault.LOST if there_are < expected else Fault.DOUBLED
            words = f"fact {fact.seq} ({fact.body['fact']}) has {there_are} messages instead of {expected}"
            yield _found(fault, told, words)


def _chain(told: Told) -> Iterator[Finding]:
    broken = broken_link(told.number, told.facts)
    if broken is not None:
        yield _found(Fault.CHANGED, told, f"the chain breaks at fact {broken}")
    for before, after in pairwise(told.facts):
        if after.at < before.at:
            yield _found(Fault.OUT_OF_ORDER, told, f"fact {after.seq} is older than the one before it")


def _answered(told: Told, answers: Sequence[Answer]) -> Iterator[Finding]:
    """Every answer is borne out: its facts are there, and seal what it said."""
    by_seq = {fact.seq: fact for fact in told.facts}
    for answer in answers:
        name = f"{answer.sent.name} ({answer.sent.key})"
        own = [fact for fact in told.facts if fact.command == answer.command_id]
        if not own:
            yield _found(Fault.LOST, told, f"{name} was answered and left no fact")
            continue
        # The clocks may have gone on between a report and the try that was answered.
        ends_there = own[-1].seq == answer.version or (
            answer.sent.name == REPORT and own[-1].seq < answer.version
        )
        sealed = by_seq.get(answer.version)
        if not ends_there or sealed is None or sealed.hash != answer.head or sealed.stage != answer.stage:
            words = f"{name} was answered with version {answer.version}, and the record says something else"
            yield _found(Fault.CHANGED, told, words)
        elif own[0].at != answer.at:
            words = f"{name} was answered with {answer.at.isoformat()}, recorded {own[0].at.isoformat()}"
            yield _found(Fault.CHANGED, told, words)


def _once(told: Told, answers: Sequence[Answer], commands: Collection[str]) -> Iterator[Finding]:
    """Each command happened once, and nothing happened that nobody sent."""
    runs = Counter(command for command, _ in groupby(told.facts, key=lambda fact: fact.command))
    for command, times in runs.items():
        if command == CLOCK:
            continue
        if times > 1:
            yield _found(Fault.DOUBLED, told, f"{command} happened {times} times")
        if command not in commands:
            yield _found(Fault.DOUBLED, told, f"{command} happened, and nobody has sent it")
    kinds = Counter((fact.command, fact.body["fact"]) for fact in told.facts)
    for answer in answers:
        times = kinds[answer.command_id, MAIN_FACT[answer.sent.name]]
        if times > 1:
            yield _found(Fault.DOUBLED, told, f"{answer.sent.name} ({answer.sent.key}): {times} facts")


def _in_order(told: Told, answers: Sequence[Answer]) -> Iterator[Finding]:
    """What was sent after something else had been answered comes after it."""
    for before in answers:
        for after in answers:
            if before.answered < after.began and after.version <= before.version:
                words = (
                    f"{after.sent.name} was sent after the answer to {before.sent.name}, and stands before it"
                )
                yield _found(Fault.OUT_OF_ORDER, told, words)


def once_reported(
    keys: Mapping[str, int], sent: Iterable[str], answered: Collection[str]
) -> Iterator[Finding]:
    """Each report became one case. `keys`: how many cases there are by the report's key."""
    for key in sent:
        times = keys.get(key, 0)
        if times > 1:
            yield Finding(fault=Fault.DOUBLED, number="", words=f"report {key} became {times} cases")
        if times == 0 and key in answered:
            yield Finding(fault=Fault.LOST, number="", words=f"report {key} was answered and became no case")


def same_again(first: Answer, again: Answer) -> Iterator[Finding]:
    """A retry brings back the first answer."""
    if not first.same_as(again):
        words = (
            f"{first.sent.name} ({first.sent.key}) was answered with version {first.version} of "
            f"{first.number}, and when sent again with version {again.version} of {again.number}"
        )
        yield Finding(fault=Fault.CHANGED, number=first.number, words=words)
