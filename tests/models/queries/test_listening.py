"""Listening: every committed version is heard, and whoever was cut off is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case.commands import Accept
from models.case.jurisdiction import visible_to
from models.queries.listening import Announced, Missed, audiences, listen
from runtime.database import Sessions
from tests.servers import plain
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

Ear = AsyncGenerator[Announced | Missed, None]


@pytest.fixture
async def ear(engine: AsyncEngine, database_url: str) -> AsyncIterator[Ear]:
    """Hears already when the test begins."""
    await furnish(engine)
    async with aclosing(listen(plain(database_url))) as heard:
        assert await soon(heard) == Missed()
        yield heard


async def soon(heard: Ear) -> Announced | Missed:
    return await asyncio.wait_for(anext(heard), 10)


async def test_every_new_version_is_announced_once_it_is_committed(engine: AsyncEngine, ear: Ear) -> None:
    play = Play.reported(world.dossier(number="20261012-000001"))
    await write(engine, play)
    assert await soon(ear) == Announced(number="20261012-000001", version=play.case.version)
    await write(engine, play)  # nothing new
    play.send(world.OFFICER, Accept())
    await write(engine, play)
    assert await soon(ear) == Announced(number="20261012-000001", version=play.case.version)


async def test_a_broken_connection_comes_back_by_itself(engine: AsyncEngine, ear: Ear) -> None:
    async with engine.begin() as connection:
        ended = await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query = 'LISTEN shaodao_cases' AND datname = current_database()"
            )
        )
        assert ended.scalars().all() == [True]
    assert await soon(ear) == Missed()
    play = Play.reported(world.dossier(number="20261012-000002"))
    await write(engine, play)
    assert await soon(ear) == Announced(number="20261012-000002", version=play.case.version)


async def test_whom_cases_concern_is_one_query(engine: AsyncEngine, sessions: Sessions) -> None:
    await furnish(engine)
    plays = [Play.reported(world.dossier(number=f"20261012-{place:06}")) for place in range(10, 13)]
    await write(engine, *plays)
    async with sessions.read() as session:
        with statements(engine) as sent:
            found = await audiences(session, [play.case.number for play in plays] + ["20261012-999999"])
    assert len(sent) == 1
    assert found.keys() == {play.case.number for play in plays}
    assert found["20261012-000010"] == set(visible_to(plays[0].case))
