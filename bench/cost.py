"""What a case costs, counted exactly: Temporal's history, and what PostgreSQL was asked.

History is counted by Temporal's server, statements and rows by PostgreSQL's own `pg_stat_statements`: every
statement of every process of the product, BEGIN and COMMIT and the look whether a connection still lives
among them. Where that extension is not loaded the figures of SQL are left out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import EventType

from bench.figures import Figure, Say
from bench.house import House, house
from bench.line import Line
from bench.ways import GRID, MATTER, NOTE, OFFICER, TEXT, WORKER, sign_in
from workflows.policies import LOOK_AFTER

DISPATCHER: Final = "bicheng-dispatch"
Steps = Sequence[tuple[str, str, dict[str, Any]]]
"""Login, command and body, one after the other, of what follows the report."""

LOOP: Final[Steps] = (
    (OFFICER, "accept", {}),
    (OFFICER, "dispatch", {"lead": GRID}),
    (WORKER, "claim", {}),
    (WORKER, "arrive", {}),
    (WORKER, "handle", {"note": NOTE}),
    (OFFICER, "verify", {}),
)
ESCALATED: Final[Steps] = (
    (OFFICER, "accept", {}),
    (OFFICER, "escalate", {"reason": "超出社区处置能力，请街道协调"}),
    (DISPATCHER, "accept", {}),
    (DISPATCHER, "dispatch", {"lead": "500120001-minsheng"}),
    ("bicheng-minsheng", "claim", {}),
    ("bicheng-minsheng", "arrive", {}),
    ("bicheng-minsheng", "handle", {"note": NOTE}),
    (DISPATCHER, "verify", {}),
)
CASES: Final = 20
"""Cases among which the statements are divided: what happens once in a while becomes a fraction."""
OPTIONS: Final = {"shared_preload_libraries": "pg_stat_statements"}
QUIET: Final = LOOK_AFTER.total_seconds() + 2
"""Seconds after a command by which all that follows from it has happened, in the case and at the gateway."""


class History(NamedTuple):
    """How much of Temporal a case took."""

    events: int
    workflow_tasks: int
    size: int


class Asked(NamedTuple):
    """What PostgreSQL was asked meanwhile."""

    statements: int
    rows: int


async def measure(say: Say, *, quick: bool = False) -> list[Figure]:
    """All figures of `case`. `quick` is for trying out: few cases, and no lone command."""
    async with house(Path("build/bench/cost"), postgres_options=OPTIONS, say=say) as at:
        found = await measured(at, say, cases=2 if quick else CASES)
        if not quick:
            say("  a command that comes alone")
            found += await _alone(at, await _people(at))
    return found


async def measured(at: House, say: Say, cases: int, quiet: float = QUIET) -> list[Figure]:
    """What commands in a row cost on a house that runs, in the mean of so many cases.

    Statements are counted until `quiet` seconds after the last command.
    """
    people = await _people(at)
    found: list[Figure] = []
    for name, steps in (("case", LOOP), ("case.escalated", ESCALATED)):
        say(f"  {name}: {len(steps) + 1} commands in a row, {cases} cases")
        found += await _in_a_row(at, people, name, steps, cases, quiet)
    return found


async def _people(at: House) -> dict[str, dict[str, str]]:
    line = await Line.to(at.address)
    logins = {WORKER, *(login for steps in (LOOP, ESCALATED) for login, _, _ in steps)}
    people = {login: await sign_in(line, login, at.password) for login in sorted(logins)}
    await line.close()
    return people


async def _in_a_row(
    at: House, people: dict[str, dict[str, str]], name: str, steps: Steps, cases: int, quiet: float
) -> list[Figure]:
    line = await Line.to(at.address)
    await _case(line, people, steps)  # caches are filled, connections made
    await line.close()
    await asyncio.sleep(quiet)
    counting = await counts(at.engine())
    if counting:
        await forget(at.engine())
    line = await Line.to(at.address)
    numbers = [await _case(line, people, steps) for _ in range(cases)]
    await line.close()
    histories = [await history(at, number) for number in numbers]
    await asyncio.sleep(quiet)  # what the cases look after by themselves counts as well
    commands = len(steps) + 1
    found = [
        Figure(key=f"{name}.commands", value=commands),
        Figure(key=f"{name}.events", value=max(history.events for history in histories)),
        Figure(key=f"{name}.workflow_tasks", value=max(history.workflow_tasks for history in histories)),
        Figure(key=f"{name}.history_bytes", value=max(history.size for history in histories), unit="B"),
    ]
    if counting:
        all_in_all = await asked(at.engine())
        found += [
            Figure(key=f"{name}.statements", value=all_in_all.statements / cases),
            Figure(key=f"{name}.statements_per_command", value=all_in_all.statements / cases / commands),
            Figure(key=f"{name}.rows", value=all_in_all.rows / cases),
        ]
    return found


async def _alone(at: House, people: dict[str, dict[str, str]]) -> list[Figure]:
    """What one command costs when nobody sends another within the time in which the case looks after it."""
    line = await Line.to(at.address)
    number = await _case(line, people, ())
    await line.close()
    await asyncio.sleep(QUIET)
    reported = await history(at, number)
    counting = await counts(at.engine())
    if counting:
        await forget(at.engine())
    line = await Line.to(at.address)
    await line.post(f"/api/v1/cases/{number}/accept", b"{}", people[OFFICER])
    await line.close()
    await asyncio.sleep(QUIET)
    accepted = await history(at, number)
    spent = (await asked(at.engine())).statements if counting else 0
    if counting:
        # What every process asks now and then whether anything happens or not is no part of the command.
        await forget(at.engine())
        await asyncio.sleep(QUIET)
        spent -= (await asked(at.engine())).statements
    found = [
        Figure(key="case.alone.events", value=accepted.events - reported.events),
        Figure(key="case.alone.workflow_tasks", value=accepted.workflow_tasks - reported.workflow_tasks),
        Figure(key="case.alone.report_events", value=reported.events),
    ]
    if counting:
        found.append(Figure(key="case.alone.statements", value=spent))
    return found


async def _case(line: Line, people: dict[str, dict[str, str]], steps: Steps) -> str:
    """Take one case through these steps; its number. Raises Unanswered."""
    said = {"matter": MATTER, "unit": GRID, "text": TEXT, "drill": True}
    number: str = (await line.post_json("/api/v1/cases", said, people[WORKER]))["number"]
    for login, command, body in steps:
        await line.post_json(f"/api/v1/cases/{number}/{command}", body, people[login])
    return number


async def history(at: House, number: str) -> History:
    """What Temporal's server holds of a case."""
    handle = (await at.client()).get_workflow_handle(number)
    described = (await handle.describe()).raw_description.workflow_execution_info
    kinds = Counter(event.event_type for event in (await handle.fetch_history()).events)
    return History(
        events=kinds.total(),
        workflow_tasks=kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED],
        size=described.history_size_bytes,
    )


# ── PostgreSQL's own count ───────────────────────────────────────────────────────────────────────

_RESET: Final = text(
    "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)"
)
_COUNTED: Final = text(
    """
    SELECT coalesce(sum(calls), 0), coalesce(sum(rows), 0) FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND query NOT LIKE '%pg_stat_statements%'
    """
)


async def counts(engine: AsyncEngine) -> bool:
    """Whether the server counts statements, and lets us read that."""
    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"))
            await connection.execute(_COUNTED)
    except DBAPIError:
        return False
    return True


async def forget(engine: AsyncEngine) -> None:
    """Count anew from here."""
    async with engine.begin() as connection:
        await connection.execute(_RESET)


async def asked(engine: AsyncEngine) -> Asked:
    """What this database was asked since, by everybody but this question."""
    async with engine.connect() as connection:
        statements, rows = (await connection.execute(_COUNTED)).one()
    return Asked(int(statements), int(rows))
