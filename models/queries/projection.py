"""Projection: a case's facts and newest state, as rows, in one statement.

One statement is one transaction and one round trip. It may be sent again at any time: facts and messages
are inserted once, a snapshot never overwrites a newer one, and a clock's revision is closed only by a later
fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case.facts import ClockSet
from models.case.jurisdiction import involved, reporters
from models.case.owners import owner_of
from models.case.sealing import SealedFact
from models.case.state import OPEN, Case, PartyState
from models.case.views import snapshot
from models.clocks.clock import Clock, ClockState

CHANNEL: Final = "shaodao_cases"
"""Where `NOTIFY` tells listeners that a case has a new version; the payload is `number version`."""


@dataclass
class Rows:
    """What one projection writes, ready for JSON."""

    case: dict[str, Any]
    facts: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    owners: list[dict[str, Any]] = field(default_factory=list)
    """Who is measured now by the clocks that none of the facts has set: a dispatch moves that too."""
    messages: list[dict[str, Any]] = field(default_factory=list)


def rows(case: Case, facts: Sequence[SealedFact]) -> Rows:
    """The rows of `facts`, and of the case as it stands after the last of them."""
    result = Rows(case=case_row(case), tasks=task_rows(case))
    opened: dict[str, dict[str, Any]] = {}
    touched: set[str] = set()
    for fact in facts:
        result.facts.append(_fact_row(case.number, fact))
        result.messages.extend(_message_rows(case.number, fact))
        if fact.body["fact"] != "clock_set":
            continue
        clock = ClockSet.model_validate(fact.body).clock
        touched.add(clock.id)
        previous = opened.pop(clock.id, None)
        if previous is not None:
            previous["valid_until"] = fact.at.isoformat()
            result.opened.append(previous)
        else:
            result.closed.append({"clock_id": clock.id, "revision": fact.seq, "at": fact.at.isoformat()})
        if clock.state is ClockState.RUNNING:
            opened[clock.id] = clock_row(case, clock, fact)
    result.opened.extend(opened.values())
    result.owners = [
        {"clock_id": clock.id, "owner_id": owner_of(case, clock).id}
        for clock in case.clocks
        if clock.state is ClockState.RUNNING and clock.id not in touched
    ]
    return result


_OWED: Final = (PartyState.CALLED, PartyState.SIGNED, PartyState.REPORTED_IN)


def case_row(case: Case) -> dict[str, Any]:
    """The row of a case, as JSON values."""
    open_ = case.stage in OPEN
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
        "lead_id": case.lead.id if case.lead else None,
        "involved": involved(case),
        "reporters": reporters(case),
        "whistled": sorted(
            {
                party.unit.id
                for whistle in case.whistles
                for party in whistle.parties
                if open_ and whistle.round == case.round and party.state in _OWED
            }
        ),
        "ordered": sorted({order.owner.id for order in case.orders if open_ and order.answered_at is None}),
        "requests": len(case.requests) if open_ else 0,
        "reported_at": case.reported_at.isoformat(),
        "round_at": case.round_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "closed_late": case.closed_late,
        "suspended_since": case.suspension.since.isoformat() if case.suspension else None,
        "yellow_at": _earliest(clock.yellow_at for clock in case.clocks),
        "red_at": _earliest(clock.red_at for clock in case.clocks),
        "words": " ".join((case.number, case.matter.name.zh, case.place.name, case.address, case.text)),
        "snapshot": snapshot(case),
    }


def _earliest(instants: Iterable[datetime | None]) -> str | None:
    """The first of them; a clock that stands still has none."""
    first = min((instant for instant in instants if instant is not None), default=None)
    return first.isoformat() if first is not None else None


def _fact_row(number: str, fact: SealedFact) -> dict[str, Any]:
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


def _message_rows(number: str, fact: SealedFact) -> Iterable[dict[str, Any]]:
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


def task_rows(case: Case) -> list[dict[str, Any]]:
    """The rows of a case's tasks, as JSON values."""
    return [
        task.model_dump(mode="json", exclude={"unit", "instruction"})
        | {"case_number": case.number, "unit_id": task.unit.id}
        for task in case.tasks
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
        "yellow_at": clock.yellow_at.isoformat() if clock.yellow_at else None,
        "red_at": clock.red_at.isoformat() if clock.red_at else None,
        "provisional": clock.provisional,
    }


_CASE_COLUMNS: Final = """number text, version int, head text, round int, stage text, stage_since timestamptz,
    urgency text, matter text, section text, department text, policy text, channel text, drill bool,
    triage text, place_id text, place_path ltree, holder_id text, holder_path ltree, level text,
    lead_id text, involved ltree[], reporters text[], whistled text[], ordered text[], requests int, reported_at timestamptz, round_at timestamptz,
    closed_at timestamptz, closed_late bool, suspended_since timestamptz, yellow_at timestamptz,
    red_at timestamptz, words text, snapshot jsonb"""
_FACT_COLUMNS: Final = """case_number text, seq int, at timestamptz, actor jsonb, command text, kind text,
    body jsonb, previous text, hash text, stage text, holder_id text, round int"""
_TASK_COLUMNS: Final = """case_number text, id text, role text, unit_id text, state text, round int,
    kept bool, appointed bool, person text, opened_at timestamptz, claimed_at timestamptz,
    arrived_at timestamptz, handled_at timestamptz"""
_CLOCK_COLUMNS: Final = """case_number text, clock_id text, revision int, stage text, subject text,
    owner_id text, policy text, policy_version int, valid_from timestamptz, valid_until timestamptz,
    yellow_at timestamptz, red_at timestamptz, provisional bool"""
_MESSAGE_COLUMNS: Final = """case_number text, seq int, place int, kind text, to_person text, to_contact text,
    to_unit text, to_roles text[], to_rank text, urgent bool, visible_at timestamptz, zh text, en text"""


def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.replace("\n", " ").split(",")]


def _set(columns: str, *but: str) -> str:
    return ", ".join(f"{name} = EXCLUDED.{name}" for name in _names(columns) if name not in but)


def _insert(table: str, part: str, columns: str, source: str = "jsonb_to_recordset") -> str:
    names = ", ".join(_names(columns))
    # Built of the constants above; every value is bound.
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
        f"FROM {source}(CAST(:{part} AS jsonb)) AS r({columns})"
    )


# The parts see one snapshot of the tables and touch different rows, so their order does not matter.
_WRITE: Final[TextClause] = text(
    f"""
    WITH new_case AS (
        {_insert("cases", "case", _CASE_COLUMNS, "jsonb_to_record")}
        ON CONFLICT (number) DO UPDATE SET {_set(_CASE_COLUMNS, "number")}
        WHERE cases.version < EXCLUDED.version
        RETURNING number, version
    ), new_facts AS (
        {_insert("facts", "facts", _FACT_COLUMNS)}
        ON CONFLICT (case_number, seq) DO NOTHING
    ), new_tasks AS (
        {_insert("tasks", "tasks", _TASK_COLUMNS)}
        WHERE EXISTS (SELECT 1 FROM new_case)
        ON CONFLICT (case_number, id) DO UPDATE SET {_set(_TASK_COLUMNS, "case_number", "id")}
    ), closed_clocks AS (
        UPDATE clocks SET valid_until = r.at
        FROM jsonb_to_recordset(CAST(:closed AS jsonb)) AS r(clock_id text, revision int, at timestamptz)
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.revision < r.revision
    ), new_clocks AS (
        {_insert("clocks", "opened", _CLOCK_COLUMNS)}
        ON CONFLICT (case_number, clock_id, revision) DO NOTHING
    ), moved_clocks AS (
        UPDATE clocks SET owner_id = r.owner_id
        FROM jsonb_to_recordset(CAST(:owners AS jsonb)) AS r(clock_id text, owner_id text)
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.owner_id <> r.owner_id
            AND EXISTS (SELECT 1 FROM new_case)
    ), new_messages AS (
        {_insert("messages", "messages", _MESSAGE_COLUMNS)}
        ON CONFLICT (case_number, seq, place) DO NOTHING
    )
    SELECT pg_notify(:channel, number || ' ' || version) FROM new_case
    """  # noqa: S608 - built of constants above
)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def project(connection: AsyncConnection, case: Case, facts: Sequence[SealedFact]) -> None:
    """Write `facts` and the state after them. Idempotent; the caller commits."""
    parts = asdict(rows(case, facts))
    parameters = {name: _json(part) for name, part in parts.items()}
    await connection.execute(_WRITE, parameters | {"number": case.number, "channel": CHANNEL})
