"""The test house itself: real servers, a database a module, a clock that jumps."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.database import Sessions, ping
from runtime.migrations import is_current


async def test_the_database_is_migrated_and_speaks_utc(engine: AsyncEngine) -> None:
    await ping(engine)
    assert await is_current(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SHOW timezone"))).scalar_one() == "UTC"


async def test_a_read_session_sees_one_view_and_cannot_write(sessions: Sessions) -> None:
    async with sessions.read() as session:
        assert (await session.execute(text("SHOW transaction_read_only"))).scalar_one() == "on"
        assert (await session.execute(text("SHOW transaction_isolation"))).scalar_one() == "repeatable read"
    async with sessions.write() as session:
        assert (await session.execute(text("SHOW transaction_read_only"))).scalar_one() == "off"


async def test_temporal_answers(temporal: Client) -> None:
    assert await temporal.service_client.check_health()


async def test_the_test_clock_jumps(time_skipping_env: WorkflowEnvironment) -> None:
    before = await time_skipping_env.get_current_time()
    await time_skipping_env.sleep(timedelta(days=3))
    after = await time_skipping_env.get_current_time()
    assert after - before >= timedelta(days=3)
