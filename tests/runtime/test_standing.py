"""Connections that stand open, and the statements that go straight to the driver on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.patience import once_more
from models.queries.direct import Direct
from runtime.database import Sessions, Standing

WHO = Direct("SELECT pg_backend_pid()")
TAKE = Direct("INSERT INTO underway (id, case_no, since) VALUES (:id, :id, clock_timestamp())")
COUNT = Direct("SELECT count(*) FROM underway WHERE id = :id")
WRONG = Direct("SELECT 1 / CAST(:number AS int)")


@pytest.fixture
async def standing(engine: AsyncEngine) -> AsyncIterator[Standing]:
    made = Standing(engine.execution_options(isolation_level="AUTOCOMMIT"), most=2)
    yield made
    await made.close()


async def _who(connection: AsyncConnection) -> int:
    [(pid,)] = await WHO.rows(connection, {})
    return int(pid)


async def _asked(standing: Standing) -> int:
    async with standing.connect() as connection:
        return await _who(connection)


async def test_a_connection_is_used_again_and_no_more_are_made_than_may_be(standing: Standing) -> None:
    first = await _asked(standing)
    assert await _asked(standing) == first

    async def slowly() -> int:
        async with standing.connect() as connection:
            await asyncio.sleep(0.05)
            return await _who(connection)

    assert len(set(await asyncio.gather(*(slowly() for _ in range(6))))) == 2


async def test_when_postgresql_was_restarted_all_are_forgotten_at_once(
    standing: Standing, engine: AsyncEngine
) -> None:
    async with standing.connect() as one, standing.connect() as other:
        dead = {await _who(one), await _who(other)}
    async with engine.connect() as killer:
        for pid in dead:
            await killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with pytest.raises(DBAPIError) as lost:
        await _asked(standing)

    assert lost.value.connection_invalidated
    assert await _asked(standing) not in dead


async def test_whoever_can_ask_again_does_not_notice(standing: Standing, engine: AsyncEngine) -> None:
    dead = await _asked(standing)
    async with engine.connect() as killer:
        await killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": dead})

    assert await once_more(lambda: _asked(standing)) != dead


async def test_what_goes_wrong_is_told_as_everywhere_and_takes_no_place(standing: Standing) -> None:
    for _ in range(5):
        with pytest.raises(DBAPIError, match="division by zero") as fault:
            async with standing.connect() as connection:
                await WRONG.rows(connection, {"number": 0})
        assert not fault.value.connection_invalidated
        assert "parameters" not in str(fault.value)
    assert await asyncio.wait_for(_asked(standing), 5) > 0


async def test_a_direct_statement_is_part_of_the_transaction_that_has_begun(sessions: Sessions) -> None:
    async with sessions.write() as session:
        await TAKE.rows(await session.connection(), {"id": "undone"})
        await session.rollback()
    async with sessions.write() as session:
        await TAKE.rows(await session.connection(), {"id": "done"})
    async with sessions.read() as session:
        connection = await session.connection()
        assert [(await COUNT.rows(connection, {"id": name}))[0][0] for name in ("undone", "done")] == [0, 1]
