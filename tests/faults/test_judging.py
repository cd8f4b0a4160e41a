"""The judge finds what is wrong in the evidence, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bench.faults.evidence import Told
from bench.faults.findings import Fault
from bench.faults.judging import judge, once_reported, same_again
from bench.faults.memory import Answer, Memory, Sent
from models.base import Urgency
from models.case.commands import Accept, Claim, Command, Dispatch, Envelope, Handle, Report
from models.case.decide import Decision, advance_to, begin, decide
from models.case.sealing import SealedFact
from models.city.people import Principal
from models.queries.case_rows import message_rows
from tests.support import world

NUMBER = "20261012-000001"


class Life:
    """A case that went its way, and what people were answered meanwhile; a command each second."""

    def __init__(self) -> None:
        self.at: datetime = world.MONDAY
        self.facts: list[SealedFact] = []
        self.memory = Memory()
        dossier = world.dossier(Urgency.URGENT, number=NUMBER)
        decision = begin(dossier, Report(), world.WORKER, f"report:{NUMBER}", self.at)
        self.case = decision.case
        self._answered("/cases", "k0", decision)
        self._send(world.DISPATCHER, Accept())
        self._send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
        self.at += timedelta(days=1)
        late = advance_to(self.case, self.at)
        self.case = late.case
        self.facts += late.facts
        self._send(world.SAFETY_A, Claim())
        self._send(world.SAFETY_A, Handle(note="已修好"))

    def _send(self, by: Principal, command: Command) -> None:
        self.at += timedelta(seconds=1)
        key = f"k{len(self.memory.answers)}"
        decision = decide(self.case, Envelope(id=f"p:{key}", principal=by, command=command), self.at)
        self.case = decision.case
        self._answered(f"/cases/{NUMBER}/{command.command}", key, decision)

    def _answered(self, path: str, key: str, decision: Decision) -> None:
        self.facts += decision.facts
        sent = Sent(login="l", person="p", path=path, body={}, key=key)
        self.memory.sent[key] = sent
        place = float(len(self.memory.answers))
        self.memory.note(
            Answer(
                sent=sent,
                number=NUMBER,
                version=decision.case.version,
                head=decision.case.head,
                stage=decision.case.stage.value,
                at=self.at,
                tries=1,
                began=place,
                asked=place,
                answered=place + 0.5,
            )
        )

    @property
    def told(self) -> Told:
        """Both stores say the same."""
        messages = {fact.seq: len(list(message_rows(NUMBER, fact))) for fact in self.facts}
        facts = tuple(self.facts)
        return Told(number=NUMBER, facts=facts, held=facts, messages=messages)

    def faults(self, told: Told, answers: list[Answer] | None = None) -> set[Fault]:
        """The kinds of what the judge finds."""
        said = self.memory.of(NUMBER) if answers is None else answers
        return {finding.fault for finding in judge(told, said, self.memory.commands())}


@pytest.fixture
def life() -> Life:
    """A case in which nothing is wrong."""
    return Life()


def test_nothing_is_found_where_nothing_is_wrong(life: Life) -> None:
    assert len(life.facts) > 10
    assert any(fact.command == "clock" for fact in life.facts)
    assert life.faults(life.told) == set()


def _without(told: Told, *places: int) -> Told:
    """As if these facts had never been written, nor decided."""
    facts = tuple(fact for place, fact in enumerate(told.facts) if place not in places)
    return replace(told, facts=facts, held=facts)


def _but_sql(told: Told, facts: tuple[SealedFact, ...]) -> Told:
    return replace(told, facts=facts)


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda told: replace(told, held=None), Fault.LOST),
        (lambda told: replace(told, held=None, pending="it does not answer"), Fault.STUCK),
        (lambda told: replace(told, pending="its step is at attempt 7"), Fault.STUCK),
        (lambda told: _but_sql(told, told.facts[:-1]), Fault.LOST),
        (lambda told: _but_sql(told, (*told.facts[:2], *told.facts[3:])), Fault.CHANGED),
        (lambda told: _without(told, len(told.facts) - 1), Fault.CHANGED),
        (lambda told: _without(told, *range(4, len(told.facts))), Fault.LOST),
        (lambda told: _but_sql(told, (*told.facts, told.facts[-1])), Fault.CHANGED),
        (lambda told: _but_sql(told, (*told.facts, told.facts[0])), Fault.DOUBLED),
        (lambda told: _but_sql(told, (told.facts[1], told.facts[0], *told.facts[2:])), Fault.CHANGED),
        (
            lambda told: _but_sql(told, (told.facts[-1], *told.facts[1:-1], told.facts[0])),
            Fault.OUT_OF_ORDER,
        ),
        (lambda told: replace(told, messages={}), Fault.LOST),
        (lambda told: replace(told, messages=dict.fromkeys(range(1, 99), 9)), Fault.DOUBLED),
    ],
)
def test_what_the_stores_lack_is_found(life: Life, tamper: Callable[[Told], Told], fault: Fault) -> None:
    assert fault in life.faults(tamper(life.told))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": 1}, Fault.CHANGED),
        ({"head": "another"}, Fault.CHANGED),
        ({"stage": "closed"}, Fault.CHANGED),
        ({"at": world.MONDAY + timedelta(days=9)}, Fault.CHANGED),
        ({"answered": -2.0, "began": -3.0}, Fault.OUT_OF_ORDER),
    ],
)
def test_an_answer_that_is_not_borne_out_is_found(
    life: Life, change: dict[str, object], fault: Fault
) -> None:
    *others, last = life.memory.of(NUMBER)
    assert fault in life.faults(life.told, [*others, last.model_copy(update=change)])


def test_what_nobody_has_sent_is_found(life: Life) -> None:
    del life.memory.sent["k2"]
    assert life.faults(life.told) == {Fault.DOUBLED}


def test_a_command_whose_answer_was_lost_is_no_fault(life: Life) -> None:
    assert life.faults(life.told, life.memory.of(NUMBER)[:-2]) == set()


def test_a_report_becomes_one_case() -> None:
    sent, answered = ["a", "b", "c", "d"], {"a", "b", "c"}
    found = once_reported({"a": 1, "b": 2, "d": 1}, sent, answered)
    assert [(finding.fault, finding.words.split()[1]) for finding in found] == [
        (Fault.DOUBLED, "b"),
        (Fault.LOST, "c"),
    ]


def test_a_retry_brings_the_first_answer(life: Life) -> None:
    first = life.memory.of(NUMBER)[0]
    later = first.model_copy(update={"tries": 3, "answered": 99.0})
    assert list(same_again(first, later)) == []
    for other in (
        {"number": "20261012-000002"},
        {"version": 9},
        {"head": ""},
        {"at": world.MONDAY - timedelta(days=2)},
    ):
        [finding] = same_again(first, later.model_copy(update=other))
        assert finding.fault is Fault.CHANGED
