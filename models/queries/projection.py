"""Projection: a case's facts and newest state, as rows, in one statement.

One statement is one transaction and one round trip. It may be sent again at any time: facts and messages
are inserted once, a snapshot never overwrites a newer one, and a clock's revision is closed only by a later
fact.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from models.case.sealing import SealedFact
from models.case.state import Case
from models.queries.case_rows import rows
from models.tables.cases import CaseRow, FactRow

CHANNEL: Final = "shaodao_cases"
"""Where `NOTIFY` tells listeners that a case has a new version; the payload is `number version`."""

CASE_COLUMNS: Final = """number text, version int, head text, round int, stage text, stage_since timestamptz,
    urgency text, matter text, section text, department text, policy text, channel text, drill bool,
    triage text, place_id text, place_path ltree, holder_id text, holder_path ltree, level text,
    lead_id text, visible_to text[], whistled text[], ordered text[], requests int,
    reported_at timestamptz, round_at timestamptz, closed_at timestamptz, closed_late bool,
    suspended_since timestamptz, yellow_at timestamptz, red_at timestamptz, snapshot jsonb"""
WORDS_COLUMNS: Final = "case_number text, words text, pairs text[]"
FACT_COLUMNS: Final = """case_number text, seq int, at timestamptz, actor jsonb, command text, kind text,
    body jsonb, previous text, hash text, stage text, holder_id text, round int"""
TASK_COLUMNS: Final = """case_number text, id text, role text, unit_id text, state text, round int,
    kept bool, appointed bool, person text, opened_at timestamptz, claimed_at timestamptz,
    arrived_at timestamptz, handled_at timestamptz"""
CLOCK_COLUMNS: Final = """case_number text, clock_id text, revision int, stage text, subject text,
    owner_id text, policy text, policy_version int, valid_from timestamptz, valid_until timestamptz,
    yellow_at timestamptz, red_at timestamptz, provisional bool"""
MESSAGE_COLUMNS: Final = """case_number text, seq int, place int, kind text, to_person text, to_contact text,
    to_unit text, to_roles text[], to_rank text, urgent bool, visible_at timestamptz, zh text, en text"""


def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.replace("\n", " ").split(",")]


def setting(columns: str, *but: str) -> str:
    """The part of an upsert that takes every column over but these."""
    return ", ".join(f"{name} = EXCLUDED.{name}" for name in _names(columns) if name not in but)


def inserting(table: str, part: str, columns: str, source: str = "jsonb_to_recordset") -> str:
    """An INSERT from the JSON bound as `part`: a list of rows, or one row with `jsonb_to_record`."""
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
        {inserting("cases", "case", CASE_COLUMNS, "jsonb_to_record")}
        ON CONFLICT (number) DO UPDATE SET {setting(CASE_COLUMNS, "number")}
        WHERE cases.version < EXCLUDED.version
        RETURNING number, version
    ), new_words AS (
        {inserting("case_words", "words", WORDS_COLUMNS)}
        ON CONFLICT (case_number) DO NOTHING
    ), new_facts AS (
        {inserting("facts", "facts", FACT_COLUMNS)}
        ON CONFLICT (case_number, seq) DO NOTHING
    ), new_tasks AS (
        {inserting("tasks", "tasks", TASK_COLUMNS)}
        WHERE EXISTS (SELECT 1 FROM new_case)
        ON CONFLICT (case_number, id) DO UPDATE SET {setting(TASK_COLUMNS, "case_number", "id")}
    ), closed_clocks AS (
        UPDATE clocks SET valid_until = r.at
        FROM jsonb_to_recordset(CAST(:closed AS jsonb)) AS r(clock_id text, revision int, at timestamptz)
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.revision < r.revision
    ), new_clocks AS (
        {inserting("clocks", "opened", CLOCK_COLUMNS)}
        ON CONFLICT (case_number, clock_id, revision) DO UPDATE SET valid_until = EXCLUDED.valid_until
        WHERE clocks.valid_until IS NULL AND EXCLUDED.valid_until IS NOT NULL
    ), moved_clocks AS (
        UPDATE clocks SET owner_id = r.owner_id
        FROM jsonb_to_recordset(CAST(:owners AS jsonb)) AS r(clock_id text, owner_id text)
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.owner_id <> r.owner_id
            AND EXISTS (SELECT 1 FROM new_case)
    ), new_messages AS (
        {inserting("messages", "messages", MESSAGE_COLUMNS)}
        ON CONFLICT (case_number, seq, place) DO NOTHING
    ), linked_pictures AS (
        UPDATE attachments SET case_no = :number
        WHERE id IN (SELECT jsonb_array_elements_text(CAST(:pictures AS jsonb))) AND case_no IS NULL
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


async def leads_up_to(connection: AsyncConnection, number: str, fact: SealedFact) -> bool:
    """Whether what is written leads up to `fact`: it is the first, or the one before it is there."""
    if fact.seq == 1:
        return True
    found = select(col(FactRow.hash)).where(
        col(FactRow.case_number) == number,
        col(FactRow.seq) == fact.seq - 1,
        col(FactRow.hash) == fact.previous,
    )
    return (await connection.execute(found)).first() is not None


async def has_version(connection: AsyncConnection, number: str, version: int) -> bool:
    """Whether the case is written up to `version`."""
    found = select(col(CaseRow.version)).where(col(CaseRow.number) == number, col(CaseRow.version) >= version)
    return (await connection.execute(found)).first() is not None
