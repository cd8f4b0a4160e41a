"""Reading: a city's year of cases in PostgreSQL, and how long what people read takes there.

`python -m bench --only reading`. The data are loaded once into `build/bench/reading` and kept for the next
run; they are loaded anew when the tables, or what makes the data, have changed. What is measured is the time
in SQL: of all statements of a query, until their rows are here. Plans are looked at as well: none may read a
large table from its beginning to its end.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
import psycopg
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.bars import AT_ONCE
from bench.figures import Figure, Say, median, percentile
from bench.reading_asked import ASKED, LEVELS, Ask, Readers
from bench.reading_data import BIG, Loader, city
from models.city.units import Level
from runtime.database import Sessions, create_engine
from runtime.embedded.postgres import DATABASE, EmbeddedPostgres
from runtime.migrations import upgrade
from runtime.settings import Settings
from runtime.state import StateFolder

FOLDER: Final = Path("build/bench/reading")
CASES: Final = 1_000_000
QUICK_CASES: Final = 50_000
ROUNDS: Final = 3
EACH: Final = 15
"""Readers of each level that ask each question in a round."""
SELDOM: Final = 1
"""The same for questions that nobody waits for all day."""
WARMING: Final = 5
"""Readers of each level that ask before anything is measured; one, where questions are asked seldom."""

_QUARTER: Final = psutil.virtual_memory().total // 4 // 2**20
PRODUCTION: Final = {
    "shared_buffers": f"{_QUARTER}MB",
    "work_mem": "16MB",
    "effective_cache_size": f"{2 * _QUARTER}MB",
}
"""As a server for it would have: a quarter of the memory. Everything else as in every embedded run."""
_LOADING: Final = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "max_wal_size": "8GB", "autovacuum": "off", "checkpoint_timeout": "1h",
    "shared_buffers": "1GB",
}  # fmt: skip
_MADE_BY: Final = (
    "migrations/versions", "models/queries/case_rows.py", "bench/reading_data.py", "bench/reading_lives.py",
    "bench/reading_plots.py", "bench/reading_rows.py",
)  # fmt: skip
"""What decides which rows there are."""
_ROOT: Final = Path(__file__).parents[1]


class SequentialScan(AssertionError):
    """A query reads a large table from its beginning to its end."""


async def measure(say: Say, *, quick: bool = False) -> list[Figure]:
    """p50 and p99 of the time in SQL of each question, in milliseconds. Raises SequentialScan."""
    cases = QUICK_CASES if quick else CASES
    folder = FOLDER.with_name("reading-quick") if quick else FOLDER
    async with database(folder, cases, say) as address:
        return await ask_all(address, say, rounds=1 if quick else ROUNDS, each=EACH)


async def prepare(say: Say) -> None:
    """Load the data, unless they are there."""
    async with database(FOLDER, CASES, say):
        pass


@asynccontextmanager
async def database(folder: Path, cases: int, say: Say) -> AsyncIterator[str]:
    """The address of a PostgreSQL of its own in `folder` with so many cases; loaded unless they are there."""
    state = StateFolder(folder)
    stamp, wanted = state.root / "stamp.json", {"cases": cases, "made_by": _made_by()}
    if not stamp.exists() or json.loads(stamp.read_text()) != wanted:
        shutil.rmtree(state.root, ignore_errors=True)
        server = EmbeddedPostgres(state, options=_LOADING)
        began = time.monotonic()
        say(f"reading: loading {cases:,} cases into {folder}: once, some minutes")
        try:
            await server.start()
            address = server.url_of(DATABASE)
            await asyncio.to_thread(upgrade, address)
            await Loader(address.replace("+psycopg", "", 1), cases, say).load()
        finally:
            await server.stop()
        stamp.write_text(json.dumps(wanted))
        say(f"reading: loaded in {time.monotonic() - began:.0f} s")
    server = EmbeddedPostgres(state, options=PRODUCTION)
    try:
        await server.start()
        await _warm(server.url_of(DATABASE))
        yield server.url_of(DATABASE)
    finally:
        await server.stop()


async def _warm(address: str) -> None:
    """Bring into memory what a server that has been up for a day has there: all but the facts themselves."""
    connection = await psycopg.AsyncConnection.connect(address.replace("+psycopg", "", 1), autocommit=True)
    async with connection:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        await connection.execute(
            "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relname <> 'facts'"
            " AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)"
            " AND NOT EXISTS (SELECT 1 FROM pg_class f"
            " WHERE f.relname = 'facts' AND f.reltoastrelid = pg_class.oid)"
        )


def engine_of(address: str) -> AsyncEngine:
    """One connection, as the product's own are; dispose of it at the end."""
    settings = Settings(database_url=SecretStr(address), secret_key=SecretStr(secrets.token_urlsafe(48)))
    return create_engine(settings, application="shaodao-bench", pool_size=1)


def _made_by() -> str:
    """A hash of everything that decides what is loaded."""
    digest = hashlib.sha256()
    for name in _MADE_BY:
        path = _ROOT / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


class Meter:
    """Adds up the time that an engine's statements take, and keeps what was sent."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.spent = 0.0
        self.sent: list[tuple[str, Any]] = []
        self._since = 0.0
        event.listen(engine.sync_engine, "before_cursor_execute", self._before)
        event.listen(engine.sync_engine, "after_cursor_execute", self._after)

    def reset(self) -> None:
        """Begin anew."""
        self.spent = 0.0
        self.sent.clear()

    async def asked(self, question: Awaitable[Any]) -> float:
        """Milliseconds in SQL for a question; where PostgreSQL gave up, the time until then."""
        self.reset()
        try:
            await question
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.QueryCanceled):
                raise
            self._after()
        return self.spent * 1000

    def _before(self, *arguments: Any) -> None:
        self.sent.append((arguments[2], arguments[3]))
        self._since = time.perf_counter()

    def _after(self, *_: Any) -> None:
        self.spent += time.perf_counter() - self._since


async def ask_all(address: str, say: Say, *, rounds: int, each: int, plans: bool = True) -> list[Figure]:
    """Every question by readers of every level: each time other places, dates and words; some to warm up."""
    engine = engine_of(address)
    place = city(Random(141))  # noqa: S311 - no secret
    gc.freeze()  # or going through the whole city for garbage would count as time in SQL
    found: list[Figure] = []
    try:
        meter = Meter(engine)
        for name, ask in ASKED.items():
            turns, warming = (each, WARMING) if name in AT_ONCE else (min(each, SELDOM), SELDOM)
            taken = [
                await _round(engine, meter, ask, Readers(place, seed), turns, warming if seed == 1 else 0)
                for seed in range(1, rounds + 1)
            ]
            whole = [[ms for level in levels.values() for ms in level] for levels in taken]
            p50 = median(f"reading.{name}.p50_ms", [percentile(values, 50) for values in whole], "ms")
            p99 = median(f"reading.{name}.p99_ms", [percentile(values, 99) for values in whole], "ms")
            found += [p50, p99]
            by_level = "  ".join(
                f"{level.value} {percentile([ms for levels in taken for ms in levels[level]], 99):.0f}"
                for level in LEVELS
            )
            say(f"reading: {name:22} p50 {p50.value:6.1f}  p99 {p99.value:6.1f} ms   (p99: {by_level})")
        if plans:
            await check_plans(engine, Readers(place, 99), say)
    finally:
        await engine.dispose()
    return found


async def _round(
    engine: AsyncEngine, meter: Meter, ask: Ask, readers: Readers, each: int, warming: int
) -> Mapping[Level, list[float]]:
    taken: dict[Level, list[float]] = {level: [] for level in LEVELS}
    for turn in range(-warming, each):
        for level in LEVELS:
            async with Sessions(engine).read() as session:
                reader = await readers.one(session, level)
                spent = await meter.asked(ask(session, reader))
            if turn >= 0:
                taken[level].append(spent)
    return taken


async def check_plans(engine: AsyncEngine, readers: Readers, say: Say, *, forced: bool = False) -> None:
    """Look at the plan of every statement, as readers of each level send it. Raises SequentialScan.

    With `forced`, of plans that read a table from its beginning only where no index could do: in a small
    database that is the only way to know.
    """
    meter, checked = Meter(engine), 0
    for name, ask in ASKED.items():
        for level in LEVELS:
            async with Sessions(engine).read() as session:
                reader = await readers.one(session, level)
                await meter.asked(ask(session, reader))
            sent = list(meter.sent)
            async with Sessions(engine).read() as session:  # the one before may have been given up
                if forced:
                    await session.execute(text("SET LOCAL enable_seqscan = off"))
                raw = await (await session.connection()).get_raw_connection()
                driver: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
                for statement, parameters in sent:
                    cursor = await driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                    row = await cursor.fetchone()
                    plan: Mapping[str, Any] = row[0][0]["Plan"] if row else {}
                    for scanned in scans(plan):
                        raise SequentialScan(f"{name}, asked at the level {level}, reads all of {scanned}")
                    checked += 1
    say(f"reading: {checked} plans read no large table from its beginning to its end")


def scans(plan: Mapping[str, Any]) -> Iterator[str]:
    """The large tables that a plan reads sequentially."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG:
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scans(below)
