"""The data of the measure *Reading*: a city's year of cases, loaded by COPY into a database of its own.

Each closed case is made once and copied in SQL, a fortnight earlier each time: the columns that anything is
looked up by are its own, and what its JSON tells is its pattern's. Open cases are made one by one, with
everything in them their own. No chain of hashes holds: what is measured is how fast this is read.

While loading, PostgreSQL gives up all durability, indexes come last, and the tables that hold the mass stay
unlogged: after a crash they are empty and are loaded anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql

from bench.figures import Say
from bench.reading_lives import ROLE_OF, person_of
from bench.reading_plots import CLOSED, OPEN, lives
from bench.reading_rows import (
    Pattern,
    Place,
    columns_of,
    street_address,
    told,
    words_fields,
)
from models.case.tracking_code import code_from, code_hash
from models.city.new_units import NewUnit
from models.city.tree_files import load_tree
from models.city.units import GridType, UnitKind, UnitSource
from models.clocks.calendar import CITY_ZONE, city_date

NOW: Final = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
"""The present instant of the data, a Monday at three in the afternoon: whatever day they are read on."""
COPIES: Final = 25
"""How often each closed case is told, a fortnight apart: a year."""
EVERY: Final = timedelta(days=14)
OPEN_SHARE: Final = 0.035
BIG: Final = (
    "cases", "case_words", "facts", "tasks", "orders", "clocks", "messages", "message_reads", "trackings",
)  # fmt: skip
"""The tables that hold the mass."""
LANES: Final = 2
"""Statements that run at the same time."""
_GRIDS_EACH: Final = 5
"""Grids of a community for which none are shipped: with them the city has some 62,000."""
_INSTANTS: Final = {
    "cases": (
        "stage_since", "desk_since", "reported_at", "round_at", "closed_at", "suspended_since", "yellow_at",
        "red_at",
    ),
    "facts": ("at",),
    "tasks": ("opened_at", "claimed_at", "arrived_at", "handled_at"),
    "orders": ("opened_at", "answered_at", "due_at"),
    "clocks": ("valid_from", "valid_until", "yellow_at", "red_at"),
    "messages": ("visible_at",),
}  # fmt: skip
_TRACKED_EVERY: Final = 10
"""One case in so many has a tracking code."""


class City(NamedTuple):
    """Where cases happen."""

    units: list[NewUnit]
    grids: list[Place]
    weights: list[float]
    """Of the grids, summed up: some streets report far more than others."""


def city(random: Random) -> City:
    """The shipped tree, with grids for every community."""
    units = load_tree()
    with_grids = {unit.parent_id for unit in units if unit.kind is UnitKind.GRID}
    units += [grid for unit in units if unit.kind is UnitKind.COMMUNITY for grid in _grids(unit, with_grids)]
    known = {unit.id: unit for unit in units}
    share: dict[str, float] = {}
    grids, weights = [], []
    for unit in units:
        if unit.kind is UnitKind.GRID:
            _, district, street, community, grid = unit.path.split(".")
            weights.append(share.setdefault(street, random.lognormvariate(0, 0.7)))
            grids.append(
                Place(
                    district, street, community, grid,
                    known[district].name, known[street].name, known[community].name, known[grid].name,
                    latitude=28.2 + int(street[2:6]) % 400 / 100,
                    longitude=105.3 + int(street[5:]) % 470 / 100,
                )
            )  # fmt: skip
    return City(units, grids, list(accumulate(weights)))


def _grids(community: NewUnit, have: set[str | None]) -> Iterator[NewUnit]:
    for number in range(1, _GRIDS_EACH + 1 if community.id not in have else 0):
        yield NewUnit(
            id=f"{community.id}-g{number}", path=f"{community.path}.{community.id}-g{number}",
            kind=UnitKind.GRID, name=f"{number}网格", official_name=f"{community.name}{number}网格",
            parent_id=community.id, grid_type=GridType.RESIDENTIAL, position=number,
            source=UnitSource.GENERATED,
        )  # fmt: skip


def tracking_code(number: str) -> str:
    """The code by which the resident follows a case that has one."""
    return code_from(f"bench reading {number}".encode())


class Loader:
    """Fills a database that has the product's empty tables. `address` is PostgreSQL's, as libpq spells it."""

    def __init__(self, address: str, cases: int, say: Say) -> None:
        self.cases = cases
        self._address = address
        self._say = say
        self._random = Random(141)  # noqa: S311 - no secret
        self._begun = time.monotonic()
        self._indexes: list[str] = []

    async def load(self) -> None:
        """Everything. Raises psycopg.Error where the database will not have it."""
        place = city(self._random)
        async with self._connection() as one:
            await self._bare(one)
            await self._copy_units(one, place)
            await self._copy_people(one, place)
            await self._copy_cases(one, place)
        self._tell("copying them through a year")
        await self._lanes([self._slices(lane) for lane in range(LANES)])
        self._tell("making indexes")
        await self._lanes_of(self._indexes)
        self._tell("reading marks, statistics")
        async with self._connection() as one:
            await one.execute("DROP SCHEMA made CASCADE")
            await one.execute(_READS, {"now": NOW})
        await self._lanes_of([f"VACUUM (ANALYZE) {table}" for table in (*BIG, "units", "people", "posts")])
        self._tell("loaded")

    def _tell(self, what: str) -> None:
        self._say(f"reading: {time.monotonic() - self._begun:4.0f} s  {what}")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
        async with connection:
            await connection.execute("SET session_replication_role = replica")  # foreign keys hold by making
            await connection.execute("SET maintenance_work_mem = '1GB'")
            await connection.execute("SET work_mem = '512MB'")
            yield connection

    async def _bare(self, one: psycopg.AsyncConnection[Any]) -> None:
        """Take indexes and durability away until everything is there, and make the tables for one telling."""
        cursor = await one.execute(_INDEXES, [list(BIG)])
        for table, constraint, definition in await cursor.fetchall():
            if constraint is None:
                name = definition.split()[2 if not definition.startswith("CREATE UNIQUE") else 3]
                await one.execute(f"DROP INDEX {name}")
                self._indexes.append(definition)
            else:
                await one.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
                self._indexes.append(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}")
        await one.execute("CREATE SCHEMA made")
        for table in BIG:
            await one.execute(f"ALTER TABLE {table} SET UNLOGGED")
            made = sql.SQL("CREATE UNLOGGED TABLE made.{0} AS SELECT 0 AS slot, * FROM {0}")
            await one.execute(made.format(sql.Identifier(table)))

    async def _copy_units(self, one: psycopg.AsyncConnection[Any], place: City) -> None:
        columns = "id, path, kind, name, official_name, parent_id, grid_type, position, source, active"
        async with one.cursor() as cursor, cursor.copy(f"COPY units ({columns}) FROM STDIN") as copy:
            for unit in place.units:
                await copy.write_row((*map(_plain, unit), True))
        await one.execute("ANALYZE units")

    async def _copy_people(self, one: psycopg.AsyncConnection[Any], place: City) -> None:
        """One person at the desk of every unit."""
        names = [
            f"{family}{given}" for family in "王李张刘陈杨黄赵周吴" for given in ("敏", "建国", "丽华", "涛")
        ]
        since = NOW - timedelta(days=900)
        columns = (
            "id, login, password_hash, name, active, created_at, password_changed_at, must_change_password"
        )
        async with one.cursor() as cursor:
            async with cursor.copy(f"COPY people ({columns}) FROM STDIN") as copy:
                for unit in place.units:
                    who = person_of(unit.id)
                    await copy.write_row(
                        (who, who, "none", self._random.choice(names), True, since, since, False)
                    )
            async with cursor.copy("COPY posts (id, person_id, unit_id, role, since) FROM STDIN") as copy:
                for unit in place.units:
                    role = ROLE_OF[unit.kind].value
                    await copy.write_row((f"post_{unit.id}", person_of(unit.id), unit.id, role, since))

    async def _copy_cases(self, one: psycopg.AsyncConnection[Any], place: City) -> None:
        """Each closed case once, into the schema `made`; the open ones into the tables themselves."""
        open_cases = round(self.cases * OPEN_SHARE)
        closed_cases = -(-(self.cases - open_cases) // COPIES)
        each = 4 if self.cases > 20_000 else 1
        closed = lives(CLOSED, each, self._random)
        open_ = lives(OPEN, each, self._random)
        self._tell(
            f"{len(closed) + len(open_)} lives are played; {closed_cases + open_cases:,} cases of them"
        )
        starts = sorted(self._closed_starts(closed, closed_cases), key=lambda one: one[1])
        await self._copy(one, place, starts, "made.", 0)
        await self._copy(one, place, self._open_starts(open_, open_cases), "", closed_cases * COPIES)
        await one.execute("UPDATE case_words SET seen_by = visible_to FROM cases WHERE number = case_number")

    def _closed_starts(
        self, found: Sequence[tuple[Any, float]], count: int
    ) -> Iterator[tuple[Pattern, datetime]]:
        """Closed within the last fortnight, by day rather than by night."""
        patterns, shares = _patterns(found)
        for pattern in self._random.choices(patterns, shares, k=count):
            ended = NOW - EVERY * self._random.random()
            start = (ended - pattern.length).astimezone(CITY_ZONE)
            start = start.replace(hour=self._random.choice((7, 8, 9, 9, 10, 11, 13, 14, 15, 16, 18, 21)))
            yield pattern, min(start.astimezone(UTC), NOW - pattern.length)

    def _open_starts(self, found: Sequence[tuple[Any, float]], count: int) -> list[tuple[Pattern, datetime]]:
        """Where their lives have come to now; since then nothing would have happened by itself."""
        patterns, shares = _patterns(found)
        chosen = self._random.choices(patterns, shares, k=count)
        since = (pattern.slack() * self._random.random() * 0.95 for pattern in chosen)
        starts = [(p, NOW - p.length - slack) for p, slack in zip(chosen, since, strict=True)]
        return sorted(starts, key=lambda one: one[1])

    async def _copy(
        self,
        one: psycopg.AsyncConnection[Any],
        place: City,
        cases: list[tuple[Pattern, datetime]],
        schema: str,
        counted: int,
    ) -> None:
        made = bool(schema)
        columns = columns_of([pattern for pattern, _ in cases])
        lines: dict[str, list[str]] = {table: [] for table in (*columns, "case_words", "trackings")}
        grids = self._random.choices(place.grids, cum_weights=place.weights, k=len(cases))
        numbers = [f"{city_date(start):%Y%m%d}-{counted + n:06d}" for n, (_, start) in enumerate(cases, 1)]
        for slot, ((pattern, start), grid, number) in enumerate(zip(cases, grids, numbers, strict=True)):
            text, address = told(self._random), street_address(grid, self._random)
            first = f"{slot}\t" if made else ""
            for table, block in pattern.case(grid, number, start, text, address, first).items():
                lines[table].append(block)
            words = pattern.words(grid, text, address)
            if made:
                lines["case_words"].append(f"{slot}\t{number}\t{words_fields(words, start)}\n")
            else:
                lines["case_words"].append(f"{number}\t{words_fields(f'{number} {words}', start)}\n")
            if not made and slot % _TRACKED_EVERY == 0:
                fields = (
                    code_hash(tracking_code(number)),
                    number,
                    f"r_{number[-6:]}",
                    grid.grid,
                    start.isoformat(),
                )
                lines["trackings"].append("\t".join(fields) + "\n")
            if slot % 2000 == 1999 or slot == len(cases) - 1:
                await self._flush(one, columns, lines, schema)
        self._tell(f"{len(cases):,} {'closed' if made else 'open'} cases are made")

    async def _flush(
        self,
        one: psycopg.AsyncConnection[Any],
        columns: Any,
        lines: dict[str, list[str]],
        schema: str,
    ) -> None:
        named = {
            **columns,
            "case_words": ["case_number", "words", "keys", "seen_by"],
            "trackings": ["code_hash", "case_no", "person", "unit_id", "created_at"],
        }
        async with one.cursor() as cursor:
            for table, blocks in lines.items():
                names = ", ".join((["slot"] if schema else []) + named[table])
                async with cursor.copy(f"COPY {schema}{table} ({names}) FROM STDIN") as copy:
                    for block in blocks:
                        await copy.write(block)
                blocks.clear()

    async def _slices(self, lane: int) -> None:
        """Every fortnight of this lane, the oldest first."""
        async with self._connection() as one:
            for back in range(COPIES - 1 - lane, -1, -LANES):
                await one.execute(_RENAMED, {"days": back * EVERY.days, "before": COPIES - 1 - back})
                for table in _INSTANTS:
                    await one.execute(await self._slice(one, table), {"back": back * EVERY})
                await one.execute(_WORDS, {"back": back * EVERY})
                await one.execute("DROP TABLE renamed")
                if lane == 0:
                    self._tell(f"{(COPIES - back) * 100 // COPIES} %")

    async def _slice(self, one: psycopg.AsyncConnection[Any], table: str) -> sql.Composed:
        """The statement that tells everything of one table again, the given time back."""
        cursor = await one.execute(
            "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        names = [row[0] for row in await cursor.fetchall()]
        shown: dict[str, sql.Composable] = {
            name: sql.SQL("m.{}").format(sql.Identifier(name)) for name in names
        }
        for name in _INSTANTS[table]:
            shown[name] = sql.SQL("m.{} - %(back)s").format(sql.Identifier(name))
        shown["number" if table == "cases" else "case_number"] = sql.SQL("r.number")
        if table == "cases":
            shown["snapshot"] = sql.SQL("jsonb_set(m.snapshot, '{number}', to_jsonb(r.number))")
        return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM made.{} m JOIN renamed r USING (slot)").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.SQL(", ").join(shown[name] for name in names),
            sql.Identifier(table),
        )

    async def _lanes_of(self, statements: list[str]) -> None:
        """All statements, as many at a time as there are lanes."""
        left = list(reversed(statements))

        async def lane() -> None:
            async with self._connection() as one:
                while left:
                    await one.execute(left.pop())  # from PostgreSQL's own catalogue

        await self._lanes([lane() for _ in range(LANES)])

    async def _lanes(self, lanes: list[Any]) -> None:
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(lane)


def _patterns(found: Sequence[tuple[Any, float]]) -> tuple[list[Pattern], list[float]]:
    return [Pattern(life) for life, _ in found], [share for _, share in found]


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


_INDEXES: Final = """
    SELECT t.relname, c.conname, coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid))
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE n.nspname = 'public' AND t.relname = ANY(%s)
    ORDER BY array_position(ARRAY['case_words', 'facts', 'cases', 'clocks', 'messages'], t.relname::text),
        c.conname NULLS FIRST
"""
_RENAMED: Final = """
    CREATE TEMP TABLE renamed AS
    SELECT slot,
        to_char((reported_at AT TIME ZONE 'Asia/Shanghai')::date - %(days)s::int, 'YYYYMMDD-')
            || lpad((%(before)s * count(*) OVER () + row_number() OVER (ORDER BY slot))::text, 6, '0')
        AS number
    FROM made.cases
"""
_WORDS: Final = """
    INSERT INTO case_words (case_number, words, keys, seen_by)
    SELECT r.number, r.number || ' ' || m.words,
        ARRAY(
            SELECT key FROM unnest(m.keys) AS key WHERE key NOT LIKE '#%%'
            UNION SELECT substr(r.number, i, n)
            FROM generate_series(1, length(r.number)) i, generate_series(1, 2) n
            UNION SELECT to_char((c.reported_at - %(back)s) AT TIME ZONE 'UTC', form)
            FROM unnest(ARRAY['"#"YYYYMM', '"#"YYYYMMDD']) AS form
        ),
        c.visible_to
    FROM made.case_words m JOIN renamed r USING (slot) JOIN made.cases c USING (slot)
"""
_READS: Final = """
    INSERT INTO message_reads (person_id, case_number, seq, place, at)
    SELECT 'p_' || to_unit, case_number, seq, place, visible_at + interval '1 hour'
    FROM messages
    WHERE to_unit IS NOT NULL AND visible_at BETWEEN %(now)s - interval '60 days' AND %(now)s
        AND hashtext(case_number) %% 10 <> 0
"""
