"""What is always true of a case, whoever did what to it. Checked after every step that a test plays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.case.clockwork import next_instant
from models.case.decide import Decision, advance_to
from models.case.demands import demands
from models.case.evolve import evolve
from models.case.facts.base import Stamp
from models.case.sealing import SealedFact, broken_link, replay
from models.case.state import ACTIVE_TASK, OPEN, Case, Stage, TaskRole, TaskState
from models.city.people import SYSTEM
from models.clocks.clock import ClockState, instants

DORMANT = {Stage.CLOSED, Stage.DECLINED, Stage.MERGED, Stage.VOIDED, Stage.ARCHIVED}


def check_clocks(case: Case) -> None:
    """Every demand has its clock and every clock its demand; it stands still iff suspended or held."""
    wanted = demands(case)
    have = {clock.id: clock for clock in case.clocks}
    assert len(have) == len(case.clocks), "a clock stands twice"
    assert len({demand.id for demand in wanted}) == len(wanted), "a demand stands twice"
    assert {demand.id for demand in wanted} == set(have), (
        "a declared limit that nothing measures, or the reverse"
    )
    for demand in wanted:
        clock, still = have[demand.id], case.suspension is not None or demand.held
        assert clock.state is (ClockState.PAUSED if still else ClockState.RUNNING), demand.id
        assert clock.budget == demand.rule.budget, f"{demand.id}: measured by another limit than the rule's"
    if case.stage not in OPEN:
        assert not case.clocks, "a clock runs on an ended case"


def check_state(case: Case) -> None:
    """The parts of the state agree with each other."""
    assert 0 <= case.rung < len(case.ladder) - 1 or len(case.ladder) == 1, "the last rung only supervises"
    active = [task for task in case.tasks if task.state in ACTIVE_TASK]
    busy = Counter(task.unit.id for task in active)
    assert all(count == 1 for count in busy.values()), "a unit has two unfinished tasks"
    assert all(task.round == case.round for task in active), "a task outlived its round"
    assert len({task.id for task in case.tasks}) == len(case.tasks)
    assert len({order.id for order in case.orders}) == len(case.orders)
    assert len({whistle.id for whistle in case.whistles}) == len(case.whistles)
    assert len({request.id for request in case.requests}) == len(case.requests)
    leads = [task for task in active if task.role is TaskRole.LEAD]
    assert len(leads) == (case.stage is Stage.HANDLING), "somebody leads, exactly while it is being handled"
    if case.stage is Stage.VERIFYING:
        assert case.handlers, "handled by nobody"
        assert case.lead_task is not None
        assert case.lead_task.state is TaskState.HANDLED
    if case.stage in DORMANT:
        assert not active, "an ended case still asks for work"
        assert not case.requests, "an ended case still asks for approval"
        assert case.suspension is None
        assert case.closed_at is not None
    assert (case.archive_at is not None) == (case.stage in {Stage.CLOSED, Stage.ARCHIVED})
    red = {clock.id for clock in case.clocks if clock.red is not None}
    assert red <= set(case.overrun), "a red light that the case does not know of"


def check_instants(case: Case, at: datetime) -> None:
    """Once everything due by `at` has happened, the next instant lies ahead."""
    later = advance_to(case, at).case
    due = next_instant(later)
    assert due is None or due > at, "the clock would spin"
    assert not advance_to(later, at).facts


def check_silence(case: Case) -> None:
    """On an ended case nothing happens by itself; on a closed one only that it is archived."""
    if case.stage in DORMANT - {Stage.CLOSED}:
        assert next_instant(case) is None
    elif case.stage is Stage.CLOSED:
        assert next_instant(case) == case.archive_at
        assert case.archive_at is not None
        month = advance_to(case, case.archive_at + timedelta(days=30))
        assert [fact.body["fact"] for fact in month.facts] == ["archived"]


def check_round_trip(case: Case, facts: Sequence[SealedFact]) -> None:
    """State and facts survive JSON unchanged, and the chain still holds afterwards."""
    assert Case.model_validate_json(case.model_dump_json()) == case
    again = [SealedFact.model_validate_json(fact.model_dump_json()) for fact in facts]
    assert again == list(facts)


def check_facts(case: Case, facts: Sequence[SealedFact]) -> None:
    """The facts from the first to the last are an unbroken chain, and rebuild the case."""
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1)), "a gap in the facts"
    assert broken_link(case.number, facts) is None
    assert (case.version, case.head) == (facts[-1].seq, facts[-1].hash)
    assert replay(facts) == case


def check_words(facts: Sequence[SealedFact]) -> None:
    """Every fact, and every message about it, says itself in both languages."""
    for sealed in facts:
        spoken = [sealed.fact.words(), *(notice.words for notice in sealed.notices)]
        for words in spoken:
            for text in (words.zh, words.en):
                assert text.strip(), sealed.body["fact"]
                assert "None" not in text, text
                assert text == text.strip(), text


def check_step(before: Case | None, decision: Decision, at: datetime) -> None:
    """What one decision must keep: cheap enough for after every step."""
    case, facts = decision.case, decision.facts
    version, head = (before.version, before.head) if before else (0, "")
    rebuilt = before
    for fact in facts:
        assert (fact.seq, fact.previous) == (version + 1, head), "a gap in the facts"
        assert fact.at == at
        rebuilt = evolve(rebuilt, fact.fact, Stamp(at=fact.at, actor=fact.actor))
        version, head = fact.seq, fact.hash
        assert (fact.stage, fact.holder, fact.round) == (rebuilt.stage, rebuilt.holder.id, rebuilt.round)
        assert (fact.command == "clock") == (fact.actor == SYSTEM), "only the clocks act for nobody"
    assert rebuilt is not None
    assert rebuilt.but(version=version, head=head) == case, "the facts tell another story than the state"
    check_clocks(case)
    check_state(case)
    check_instants(case, at)
    check_silence(case)
    check_words(facts)


def check_all(case: Case, facts: Sequence[SealedFact], at: datetime) -> None:
    """Everything, over the whole life so far."""
    check_clocks(case)
    check_state(case)
    check_instants(case, at)
    check_silence(case)
    check_facts(case, facts)
    check_words(facts)
    check_round_trip(case, facts)
    for clock in case.clocks:
        fired = [mark for mark in (clock.substituted, clock.yellow, clock.red) if mark is not None]
        assert all(mark <= at for mark in fired), "fired before its time"
        assert all(instant > clock.origin for instant, _ in instants(clock))
