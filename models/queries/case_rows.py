"""A case and its facts as rows of the read model: what the projection writes, and a rebuild writes again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from models.case.jurisdiction import visible_to
from models.case.owners import owner_of
from models.case.sealing import SealedFact
from models.case.state import ACTIVE_TASK, OPEN, WORKING, Case, PartyState, Stage, TaskRole
from models.case.views import snapshot
from models.clocks.clock import Clock, ClockState
from models.clocks.policy import ClockStage
from models.queries.search_words import keys, words_of


@dataclass
class Rows:
    """What one projection writes, ready for JSON."""

    case: dict[str, Any]
    words: list[dict[str, Any]] = field(default_factory=list)
    """Only with the report: they never change, and who sees them is taken from the case."""
    facts: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    owners: list[dict[str, Any]] = field(default_factory=list)
    """Who is measured now by the clocks that none of the facts has set: a dispatch moves that too."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    """Attachments that the facts speak of, which thereby belong to the case."""


def rows(case: Case, facts: Sequence[SealedFact], shown: Mapping[str, Any] | None = None) -> Rows:
    """The rows of `facts`, and of the case as it stands after the last of them; `shown` is its snapshot."""
    result = Rows(case=case_row(case, shown), tasks=task_rows(case), orders=order_rows(case, givers(facts)))
    if facts and facts[0].seq == 1:
        result.words.append(words_row(case))
    opened: dict[str, dict[str, Any]] = {}
    touched: set[str] = set()
    for fact in facts:
        result.facts.append(fact_row(case.number, fact))
        result.messages.extend(message_rows(case.number, fact))
        result.pictures.extend(fact.body.get("attachments", ()))
        if fact.body["fact"] != "clock_set":
            continue
        told = fact.body["clock"]
        touched.add(told["id"])
        previous = opened.pop(told["id"], None)
        if previous is not None:
            end(previous, fact.at)
            result.opened.append(previous)
        else:
            result.closed.append({"clock_id": told["id"], "revision": fact.seq, "at": fact.at.isoformat()})
        if told["state"] == ClockState.RUNNING:
            opened[told["id"]] = clock_row(case, Clock.model_validate(told), fact)
    result.opened.extend(opened.values())
    result.owners = [
        {"clock_id": clock.id, "owner_id": owner_of(case, clock).id}
        for clock in case.clocks
        if clock.state is ClockState.RUNNING and clock.id not in touched
    ]
    return result


OWED: Final = (PartyState.CALLED, PartyState.SIGNED, PartyState.REPORTED_IN)
"""The states in which a whistled department still owes something."""


def case_row(case: Case, shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The row of a case, as JSON values. `shown` is its snapshot, if the caller has it."""
    open_ = case.stage in OPEN
    desk, since = _desk(case)
    return {
        "number": case.number,
        "version": case.version,
        "head": case.head,
        "round": case.round,
        "stage": case.stage.value,
        "stage_since": case.stage_since.isoformat(),
        "urgency": case.urgency.value,
        "matter": case.matter.key,
        "section": case.matter.section.value,
        "department": case.matter.department,
        "policy": case.matter.policy,
        "channel": case.channel.value,
        "drill": case.drill,
        "triage": case.triage,
        "place_id": case.place.id,
        "place_path": case.place.path,
        "holder_id": case.holder.id,
        "holder_path": case.holder.path,
        "level": case.ladder[case.rung].level.value,
        "accepted": case.accepted,
        "lead_id": case.lead.id if case.lead else None,
        "desk_id": desk,
        "desk_since": since.isoformat(),
        "visible_to": visible_to(case),
        "whistled": sorted(
            {
                party.unit.id
                for whistle in case.whistles
                for party in whistle.parties
                if case.stage in WORKING and whistle.round == case.round and party.state in OWED
            }
        ),
        # Of this round only: what an earlier one left unanswered can be answered no more.
        "ordered": sorted(
            {
                order.owner.id
                for order in case.orders
                if open_ and order.round == case.round and order.answered_at is None
            }
        ),
        "requests": len(case.requests) if open_ else 0,
        "reported_at": case.reported_at.isoformat(),
        "round_at": case.round_at.isoformat(),
        "closed_at": _instant(case.closed_at),
        "closed_late": case.closed_late,
        "suspended_since": case.suspension.since.isoformat() if case.suspension else None,
        "yellow_at": _earliest(clock.yellow_at for clock in case.clocks),
        "red_at": _earliest(clock.red_at for clock in case.clocks),
        "snapshot": snapshot(case) if shown is None else shown,
    }


def _desk(case: Case) -> tuple[str, datetime]:
    """Where the case lies, and since when: since it came to this task, or to this stage or this holder."""
    tasks = [
        task
        for task in case.tasks
        if task.round == case.round and task.role is TaskRole.LEAD and task.state in ACTIVE_TASK
    ]
    if tasks and case.stage is Stage.HANDLING:
        task = max(tasks, key=lambda task: task.opened_at)
        return task.unit.id, task.opened_at
    return case.holder.id, max(case.stage_since, case.held_since)


def _earliest(instants: Iterable[datetime | None]) -> str | None:
    """The first of them; a clock that stands still has none."""
    return _instant(min((instant for instant in instants if instant is not None), default=None))


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def fact_row(number: str, fact: SealedFact) -> dict[str, Any]:
    return {
        "case_number": number,
        "seq": fact.seq,
        "at": fact.at.isoformat(),
        "actor": fact.actor.model_dump(mode="json", exclude_none=True),
        "command": fact.command,
        "kind": fact.body["fact"],
        "body": fact.body,
        "previous": fact.previous,
        "hash": fact.hash,
        "stage": fact.stage,
        "holder_id": fact.holder,
        "round": fact.round,
    }


def message_rows(number: str, fact: SealedFact) -> Iterable[dict[str, Any]]:
    for place, notice in enumerate(fact.notices):
        yield {
            "case_number": number,
            "seq": fact.seq,
            "place": place,
            "kind": notice.kind,
            "to_person": notice.person,
            "to_contact": notice.contact,
            "to_unit": notice.unit,
            "to_roles": [role.value for role in notice.roles],
            "to_rank": notice.rank.value if notice.rank else None,
            "urgent": notice.urgent,
            "visible_at": notice.visible_at.isoformat(),
            "zh": notice.words.zh,
            "en": notice.words.en,
        }


def words_row(case: Case) -> dict[str, Any]:
    """The row of the words by which a case is found, as JSON values."""
    words = words_of(case)
    return {
        "case_number": case.number,
        "words": words,
        "keys": keys(words, case.reported_at),
        "seen_by": visible_to(case),
    }


def task_rows(case: Case) -> list[dict[str, Any]]:
    """The rows of a case's tasks, as JSON values."""
    return [
        {
            "case_number": case.number,
            "id": task.id,
            "role": task.role.value,
            "unit_id": task.unit.id,
            "state": task.state.value,
            "round": task.round,
            "kept": task.kept,
            "appointed": task.appointed,
            "person": task.person,
            "opened_at": task.opened_at.isoformat(),
            "claimed_at": _instant(task.claimed_at),
            "arrived_at": _instant(task.arrived_at),
            "handled_at": _instant(task.handled_at),
        }
        for task in case.tasks
    ]


def givers(facts: Iterable[SealedFact]) -> dict[str, str]:
    """Who gave the supervision orders that these facts tell of, by the order's id."""
    return {
        fact.body["order"]["id"]: fact.actor.person for fact in facts if fact.body["fact"] == "supervised"
    }


def order_rows(case: Case, persons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a case's supervision orders, as JSON values; `persons` gave them."""
    due = {clock.id: clock.red_at for clock in case.clocks}
    return [
        {
            "case_number": case.number,
            "id": order.id,
            "ordinal": ordinal,
            "owner_id": order.owner.id,
            "by_id": order.by.id,
            "person": persons.get(order.id),
            "automatic": order.automatic,
            "opened_at": order.opened_at.isoformat(),
            "answered_at": _instant(order.answered_at),
            "owed": case.stage in OPEN and order.round == case.round and order.answered_at is None,
            "due_at": _instant(due.get(f"{ClockStage.ANSWER}:{order.id}")),
        }
        for ordinal, order in enumerate(case.orders, 1)
    ]


def clock_row(case: Case, clock: Clock, fact: SealedFact) -> dict[str, Any]:
    """The row of the revision that `fact` begins, as JSON values."""
    return {
        "case_number": case.number,
        "clock_id": clock.id,
        "revision": fact.seq,
        "stage": clock.stage.value,
        "subject": clock.subject,
        "owner_id": owner_of(case, clock).id,
        "policy": clock.policy,
        "policy_version": clock.version,
        "valid_from": fact.at.isoformat(),
        "valid_until": None,
        "yellow_at": _instant(clock.yellow_at),
        "red_at": _instant(clock.red_at),
        "provisional": clock.provisional,
        "why": fact.body.get("why"),
    }


def end(row: dict[str, Any], at: datetime) -> None:
    """Let the revision of this row end at `at`. One that ended in time needs its reason no longer."""
    row["valid_until"] = at.isoformat()
    if max(map(datetime.fromisoformat, (row["red_at"], row["valid_from"]))) >= at:
        row["why"] = None
