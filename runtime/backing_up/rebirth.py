"""A database from a dump: a new cluster, filled while nobody knows of it, then shut down in good order."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.tables.intakes import CASE_NUMBERS
from runtime.backing_up.shipped import Progress, run
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.state import StateFolder

LEAP: Final = 100_000
"""How far the counter of case numbers jumps. Numbers were given out after the backup, and which ones nobody
knows yet: numbers may have gaps, never twins. Three days of a city of Chongqing's size."""

_FILLING: Final = {
    "synchronous_commit": "off",  # an interrupted restore is begun anew, and the shutdown writes everything
    "autovacuum": "off",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
}


async def rebuild_database(state: StateFolder, dump: Path, progress: Progress) -> None:
    """Make a cluster in `state` (which has none) and fill it from the dump.

    Must run on the main thread, to which the server's life is tied. Raises ServerFailed.
    """
    postgres = EmbeddedPostgres(state, options=_FILLING)
    try:
        await postgres.start()
        items = 0

        def hear(words: str) -> None:
            nonlocal items
            if "finished item" in words:
                items += 1
                progress("items of PostgreSQL", items, items)

        arguments = ["--no-owner", "--exit-on-error", "--verbose", "--jobs=2", str(dump)]
        await run("pg_restore", arguments, postgres.url, hear)
        engine = create_async_engine(postgres.url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                leap = func.setval(CASE_NUMBERS.name, CASE_NUMBERS.next_value() + LEAP)
                await connection.execute(select(leap))
                await connection.execute(text("ANALYZE"))
        finally:
            await engine.dispose()
    finally:
        await postgres.stop()
