"""`rebuild` writes the read model anew from the facts, and leaves alone what it cannot tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.commands import Annotate
from models.queries.checking import Discrepancy
from models.queries.rebuilding import rebuild
from models.queries.verification import verify
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, write
from tests.support.ruins import BUSY, DONE, EASY, discrepancies, kinds, refill, tamper


@pytest.fixture
async def written(engine: AsyncEngine) -> AsyncEngine:
    """The played cases, freshly written."""
    await refill(engine)
    return engine


def _silent(_words: str, _done: int, _total: int) -> None:
    """A progress nobody looks at."""


async def rebuilt(engine: AsyncEngine, only: Sequence[str] = ()) -> list[Discrepancy]:
    return [kept async for kept in rebuild(Sessions(engine).write, _silent, only=only)]


async def rows(engine: AsyncEngine) -> dict[str, list[str]]:
    """Every row of the read model and of the records, as text."""
    found: dict[str, list[str]] = {}
    async with engine.connect() as connection:
        for table in ("cases", "case_words", "tasks", "orders", "clocks", "messages", "facts"):
            read = await connection.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))  # noqa: S608
            found[table] = sorted(read.scalars())
    return found


RUINS: Final = (
    "UPDATE cases SET stage = 'closed', holder_id = '50', visible_to = '{}', snapshot = '{}'",
    "DELETE FROM cases WHERE number = '20261012-000002'",
    "DELETE FROM clocks WHERE clock_id LIKE 'handle%'",
    "UPDATE clocks SET red_at = red_at + interval '9 days', valid_until = null, owner_id = '50'",
    "INSERT INTO clocks SELECT '20261012-000001', 'ghost:1', 999, 'accept', 'x', '50', '135', 1,"
    " now(), null, now(), now(), false",
    "UPDATE tasks SET state = 'open', person = null",
    "UPDATE orders SET owed = false, due_at = null, person = 'p-nobody'",
    "DELETE FROM orders",
    "UPDATE case_words SET words = 'x', keys = '{}', seen_by = '{}'",
    "DELETE FROM case_words",
    "INSERT INTO tasks SELECT '20261012-000001', 't9', 'lead', '50', 'open', 1, false, false, null, now()",
)


@pytest.mark.parametrize("ruin", RUINS)
async def test_a_rebuild_puts_back_every_row_and_touches_nothing_else(
    written: AsyncEngine, ruin: str
) -> None:
    assert await rebuilt(written) == []
    before = await rows(written)
    assert await discrepancies(written) == []
    await tamper(written, ruin)
    assert await rows(written) != before
    assert await rebuilt(written) == []
    assert await rows(written) == before
    assert await discrepancies(written) == []


async def test_a_rebuild_of_one_case_leaves_the_others(written: AsyncEngine) -> None:
    await tamper(written, RUINS[0])
    assert await rebuilt(written, [EASY]) == []
    assert {number for number, _ in kinds(await discrepancies(written, None))} == {BUSY, DONE}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE facts SET hash = 'x' WHERE case_number = :n AND seq = 2", "chain"),
        ("UPDATE facts SET actor = '{}' WHERE case_number = :n AND seq = 1", "facts"),
        ("UPDATE cases SET version = version + 1 WHERE number = :n", "facts"),
        ("DELETE FROM facts WHERE case_number = :n", "facts"),
    ],
)
async def test_a_case_whose_facts_do_not_hold_is_left_as_it_is(
    written: AsyncEngine, statement: str, kind: str
) -> None:
    await tamper(written, statement, n=EASY)
    before = await rows(written)
    assert kinds(await rebuilt(written)) == {(EASY, kind)}
    after = await rows(written)
    assert [row for row in after["cases"] if EASY in row] == [row for row in before["cases"] if EASY in row]


async def test_a_rebuild_and_projections_of_the_same_case_do_not_harm_each_other(engine: AsyncEngine) -> None:
    """A newer version that is written meanwhile stays."""
    await furnish(engine)
    play = Play.reported(world.dossier(number="20261012-000077"))
    await write(engine, play)
    stop = asyncio.Event()

    async def keep_rebuilding() -> None:
        while not stop.is_set():
            assert await rebuilt(engine, [play.case.number]) == []

    task = asyncio.create_task(keep_rebuilding())
    for place in range(15):
        play.send(world.OFFICER, Annotate(note=f"第{place}条"))
        await write(engine, play, steps=True)
    stop.set()
    await task
    wrong = [w async for w in verify(Sessions(engine).read, None, _silent, only=[play.case.number])]
    assert wrong == []
