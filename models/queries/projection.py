"""Projection: a case's facts and newest state, as rows, in one statement.

One statement is one transaction and one round trip. It may be sent again at any time: facts and messages
are inserted once, a snapshot never overwrites a newer one, and a clock's revision is closed only by a later
fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case.sealing import SealedFact
from models.case.state import Case
from models.queries.case_rows import rows
from models.queries.direct import Direct

CHANNEL: Final = "shaodao_cases"
"""Where `NOTIFY` tells listeners that a case has a new version; the payload is `number version`."""

CASE_COLUMNS: Final = """number text, version int, head text, round int, stage text, stage_since timestamptz,
    urgency text, matter text, section text, department text, policy text, channel text, drill bool,
    triage text, place_id text, place_path ltree, holder_id text, holder_path ltree, level text,
    accepted bool, lead_id text, desk_id text, desk_since timestamptz, visible_to text[],
    whistled text[], ordered text[], requests int,
    reported_at timestamptz, round_at timestamptz, closed_at timestamptz, closed_late bool,
    suspended_since timestamptz, yellow_at timestamptz, red_at timestamptz, snapshot jsonb"""
WORDS_COLUMNS: Final = "case_number text, words text, keys text[], seen_by text[]"
FACT_COLUMNS: Final = """case_number text, seq int, at timestamptz, actor jsonb, command text, kind text,
    body jsonb, previous text, hash text, stage text, holder_id text, round int"""
TASK_COLUMNS: Final = """case_number text, id text, role text, unit_id text, state text, round int,
    kept bool, appointed bool, person text, opened_at timestamptz, claimed_at timestamptz,
    arrived_at timestamptz, handled_at timestamptz"""
ORDER_COLUMNS: Final = """case_number text, id text, ordinal int, owner_id text, by_id text, person text,
    automatic bool, opened_at timestamptz, answered_at timestamptz, owed bool, due_at timestamptz"""
CLOCK_COLUMNS: Final = """case_number text, clock_id text, revision int, stage text, subject text,
    owner_id text, policy text, policy_version int, valid_from timestamptz, valid_until timestamptz,
    yellow_at timestamptz, red_at timestamptz, provisional bool, why jsonb"""
MESSAGE_COLUMNS: Final = """case_number text, seq int, place int, kind text, to_person text, to_contact text,
    to_unit text, to_roles text[], to_rank text, urgent bool, visible_at timestamptz, zh text, en text"""


def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.replace("\n", " ").split(",")]


def setting(columns: str, *but: str) -> str:
    """The part of an upsert that takes every column over but these."""
    return ", ".join(f"{name} = EXCLUDED.{name}" for name in _names(columns) if name not in but)


def inserting(table: str, part: str, columns: str, where: str = "true") -> str:
    """An INSERT of the rows in the JSON bound as `part`."""
    names = ", ".join(_names(columns))
    # Built of the constants above; every value is bound.
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {_of(part, columns)} WHERE {where}"  # noqa: S608


def _of(part: str, columns: str) -> str:
    """The rows in the JSON bound as `part`, which is a list of them, or but one, as `r`."""
    kind = "record" if part == "case" else "recordset"
    return f"jsonb_to_{kind}(CAST(:{part} AS jsonb)) AS r({columns})"


class Forked(Exception):
    """PostgreSQL has other facts of the case than these: one of the two stores was restored to an older day.

    Written side by side they would be no history at all, so nothing is; `shaodao verify --repair` says more.
    """

    def __init__(self, number: str, seq: int) -> None:
        super().__init__(f"case {number}: the records tell something else at fact {seq}")
        self.number = number
        self.seq = seq


_MAY: Final = "EXISTS (SELECT 1 FROM may)"
_IS_NEWEST: Final = "EXISTS (SELECT 1 FROM new_case)"


# Each part of a write beside the table it is for, by the part's name in `Rows`.
_PARTS: Final[Mapping[str, str]] = {
    "words": f"""new_words AS (
        {inserting("case_words", "words", WORDS_COLUMNS, _MAY)}
        ON CONFLICT (case_number) DO NOTHING
    )""",
    "facts": f"""new_facts AS (
        {inserting("facts", "facts", FACT_COLUMNS, _MAY)}
        ON CONFLICT (case_number, seq) DO NOTHING
    )""",
    "tasks": f"""new_tasks AS (
        {inserting("tasks", "tasks", TASK_COLUMNS, _IS_NEWEST)}
        ON CONFLICT (case_number, id) DO UPDATE SET {setting(TASK_COLUMNS, "case_number", "id")}
    )""",
    "orders": f"""new_orders AS (
        {inserting("orders", "orders", ORDER_COLUMNS, _IS_NEWEST)}
        ON CONFLICT (case_number, id) DO UPDATE SET {setting(ORDER_COLUMNS, "case_number", "id", "person")}
        WHERE (orders.answered_at, orders.owed, orders.due_at)
            IS DISTINCT FROM (EXCLUDED.answered_at, EXCLUDED.owed, EXCLUDED.due_at)
    )""",
    "closed": f"""closed_clocks AS (
        UPDATE clocks SET valid_until = r.at,
            why = CASE WHEN greatest(clocks.red_at, clocks.valid_from) < r.at THEN clocks.why END
        FROM {_of("closed", "clock_id text, revision int, at timestamptz")}
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.revision < r.revision AND {_MAY}
    )""",  # noqa: S608 - built of constants above
    "opened": f"""new_clocks AS (
        {inserting("clocks", "opened", CLOCK_COLUMNS, _MAY)}
        ON CONFLICT (case_number, clock_id, revision) DO UPDATE
        SET valid_until = EXCLUDED.valid_until, why = EXCLUDED.why,
            owner_id = CASE WHEN EXCLUDED.valid_until IS NULL THEN EXCLUDED.owner_id ELSE clocks.owner_id END
        WHERE clocks.valid_until IS NULL AND (EXCLUDED.valid_until IS NOT NULL OR {_IS_NEWEST})
    )""",  # noqa: S608
    "owners": f"""moved_clocks AS (
        UPDATE clocks SET owner_id = r.owner_id
        FROM {_of("owners", "clock_id text, owner_id text")}
        WHERE clocks.case_number = :number AND clocks.clock_id = r.clock_id
            AND clocks.valid_until IS NULL AND clocks.owner_id <> r.owner_id
            AND {_IS_NEWEST}
    )""",  # noqa: S608
    "messages": f"""new_messages AS (
        {inserting("messages", "messages", MESSAGE_COLUMNS, _MAY)}
        ON CONFLICT (case_number, seq, place) DO NOTHING
    )""",
    "pictures": f"""linked_pictures AS (
        UPDATE attachments SET case_no = :number
        WHERE id IN (SELECT jsonb_array_elements_text(CAST(:pictures AS jsonb)))
            AND case_no IS NULL AND {_MAY}
    )""",  # noqa: S608
}


@cache
def _writing(parts: frozenset[str]) -> Direct:
    """The statement that writes a case and these parts; PostgreSQL looks at no table that has none.

    The parts see one snapshot of the tables and touch different rows, so their order does not matter.
    """
    written = ", ".join(statement for part, statement in _PARTS.items() if part in parts)
    return Direct(
        f"""
    WITH fork AS MATERIALIZED (
        SELECT facts.seq
        FROM {_of("facts", "seq int, hash text, previous text")}
        JOIN facts ON facts.case_number = :number AND facts.seq IN (r.seq, r.seq - 1)
        WHERE facts.hash <> CASE facts.seq WHEN r.seq THEN r.hash ELSE r.previous END
    ), may AS MATERIALIZED (
        SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM fork) AND (
            CAST(:behind AS int) = 0
            OR EXISTS (SELECT 1 FROM facts WHERE case_number = :number AND seq = CAST(:behind AS int))
        )
    ), new_case AS (
        {inserting("cases", "case", CASE_COLUMNS, _MAY)}
        ON CONFLICT (number) DO UPDATE SET {setting(CASE_COLUMNS, "number")}
        WHERE cases.version < EXCLUDED.version
        RETURNING number, version
    ), seen_words AS (
        UPDATE case_words SET seen_by = r.visible_to
        FROM {_of("case", "visible_to text[]")}
        WHERE case_words.case_number = :number AND case_words.seen_by <> r.visible_to AND {_IS_NEWEST}
    ), {written}
    SELECT (SELECT min(seq) FROM fork) AS fork, {_MAY} AS written,
        (SELECT count(pg_notify('{CHANNEL}', number || ' ' || version)) FROM new_case)
    """  # noqa: S608 - built of constants above
    )


_HAS_VERSION: Final = Direct("SELECT 1 FROM cases WHERE number = :number AND version >= :version")
_IS_WRITTEN: Final = Direct("SELECT 1 FROM facts WHERE case_number = :number AND seq = :seq AND hash = :hash")


def _json(value: Any) -> str:
    return to_json(value).decode()


async def project(
    connection: AsyncConnection,
    case: Case,
    facts: Sequence[SealedFact],
    *,
    shown: Mapping[str, Any] | None = None,
    in_order: bool = False,
) -> bool:
    """Write `facts` and the state after them, and say whether that came about. Idempotent.

    `shown` is the state's snapshot, if the caller has it.

    All of it or nothing, by itself where the connection commits every statement. With `in_order` nothing is
    written, and False returned, where the fact before these is not there. Raises Forked when other facts
    stand in their places; nothing is written then.
    """
    parts = {name: part for name, part in vars(rows(case, facts, shown)).items() if part}
    values: dict[str, Any] = {name: _json(part) for name, part in parts.items()}
    values |= {"number": case.number, "behind": facts[0].seq - 1 if in_order else 0}
    [(fork, written, _)] = await _writing(frozenset(parts)).rows(connection, values)
    if fork is not None:
        raise Forked(case.number, fork)
    return bool(written)


async def has_version(connection: AsyncConnection, number: str, version: int) -> bool:
    """Whether the case is written up to `version`."""
    return bool(await _HAS_VERSION.rows(connection, {"number": number, "version": version}))


async def is_written(connection: AsyncConnection, number: str, fact: SealedFact) -> bool:
    """Whether the fact is there, and so all before it: they come in order, each with the state after it."""
    values = {"number": number, "seq": fact.seq, "hash": fact.hash}
    return bool(await _IS_WRITTEN.rows(connection, values))
