"""Both stores as they are at one moment: two views, fixed within milliseconds and then copied at leisure.

PostgreSQL's view is fixed first, Temporal's right after it. What PostgreSQL has was in Temporal's history
before (decision 0012), so everything in the first view is in the second: in a restored house the records may
lag behind the workflows by a moment, as they do all day in every house, and each case's own flusher mends it.
The other way round a workflow would know less than the records say of it, and would act on that.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from runtime.backing_up.shipped import Progress, plain, run
from runtime.processes import ServerFailed

_PAGES: Final = 4096
"""Pages of Temporal's file copied between two looks at the progress."""
_MIB: Final = 2**20


@dataclass(frozen=True)
class Views:
    """The fixed views. They hold until the block that fixed them ends."""

    snapshot: str
    """PostgreSQL's name of its view."""
    revision: str
    """The newest migration of the database."""
    postgres_at: datetime
    temporal: sqlite3.Connection | None
    temporal_at: datetime | None


@asynccontextmanager
async def fixed(dsn: str, temporal_db: Path | None) -> AsyncIterator[Views]:
    """Fix PostgreSQL's view and then Temporal's, if its file is ours. Raises ServerFailed."""
    try:
        connection = await psycopg.AsyncConnection.connect(plain(dsn))
    except psycopg.OperationalError as error:
        raise ServerFailed(f"PostgreSQL does not answer: {error}") from error
    async with connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        answer = await connection.execute(
            "SELECT pg_export_snapshot(), version_num, clock_timestamp() FROM alembic_version"
        )
        row = await answer.fetchone()
        if row is None:
            raise ServerFailed("the database has no tables of Shaodao: there is nothing to back up")
        file = await asyncio.to_thread(_temporal_view, temporal_db) if temporal_db else None
        try:
            yield Views(
                snapshot=row[0],
                revision=row[1],
                postgres_at=row[2].astimezone(UTC),
                temporal=file,
                temporal_at=datetime.now(UTC) if file else None,
            )
        finally:
            if file is not None:
                file.close()


def _temporal_view(path: Path) -> sqlite3.Connection:
    """A connection whose read transaction has begun: writers go on, and it sees none of what they write."""
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    file.execute("PRAGMA query_only = on")
    file.execute("BEGIN")
    file.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a transaction begins with its first read
    return file


async def dump_postgres(dsn: str, views: Views, to: Path, progress: Progress) -> None:
    """Write the database as it is in the view to `to`, in the format of `pg_dump --format=custom`.

    Raises ServerFailed with what pg_dump says.
    """
    total, tables = await _count_tables(dsn), 0

    def hear(words: str) -> None:
        nonlocal tables
        if "dumping contents of table" in words:
            tables += 1
            progress("tables of PostgreSQL", tables, max(tables, total))

    arguments = ["--format=custom", "--no-owner", "--verbose"]
    arguments += [f"--snapshot={views.snapshot}", f"--file={to}"]
    await run("pg_dump", arguments, dsn, hear)


async def _count_tables(dsn: str) -> int:
    async with await psycopg.AsyncConnection.connect(plain(dsn)) as connection:
        answer = await connection.execute(
            "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')"
        )
        row = await answer.fetchone()
    return int(row[0]) if row else 0


def copy_temporal(views: Views, to: Path, progress: Progress) -> None:
    """Write Temporal's file as it is in the view, checked and compressed, to `to`. Blocks.

    Raises ServerFailed when the copy does not hold.
    """
    assert views.temporal is not None  # noqa: S101 - asked for only where there is one
    plain = to.with_suffix("")

    def told(_status: int, remaining: int, total: int) -> None:
        progress("pages of Temporal", total - remaining, total)

    try:
        copy = sqlite3.connect(plain)
        try:
            views.temporal.backup(copy, pages=_PAGES, progress=told)
            verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            copy.close()
        if verdict != "ok":
            raise ServerFailed(f"Temporal's file is damaged: {verdict}")
        with plain.open("rb") as source, gzip.open(to, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed, _MIB)
    finally:
        plain.unlink(missing_ok=True)
