"""Engines and sessions: one place that says how this product talks to PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from runtime.settings import Settings

_READ_VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def create_engine(
    settings: Settings,
    *,
    application: str = "shaodao",
    pool_size: int | None = None,
    statement_timeout: timedelta | None = None,
    pre_ping: bool = True,
    autocommit: bool = False,
) -> AsyncEngine:
    """An engine over psycopg with this product's time-outs; dispose of it at the end.

    Every connection speaks UTC. The statement time-out (the setting's, unless given) bounds each statement on
    the server, so that an attempt its caller gave up on does not go on holding locks. Without `pre_ping` the
    first statement after PostgreSQL's restart fails; who can repeat it saves a question each time. With
    `autocommit` every statement is a transaction by itself, for whoever has only one.
    Raises NotRunning when no database has an address.
    """
    limit = statement_timeout or settings.statement_timeout
    server_options = {
        "timezone": "UTC",
        "statement_timeout": _milliseconds(limit),
        "lock_timeout": _milliseconds(limit),
        "idle_in_transaction_session_timeout": 60_000,
        # Compiling a plan takes longer than any of these statements.
        "jit": "off",
        # Such a statement finds its rows by their keys, whatever the values: it is planned once.
        **({"plan_cache_mode": "force_generic_plan"} if autocommit else {}),
    }
    return create_async_engine(
        settings.dsn,
        pool_size=pool_size or settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout.total_seconds(),
        pool_pre_ping=pre_ping,
        **({"isolation_level": "AUTOCOMMIT"} if autocommit else {}),
        hide_parameters=True,  # errors are logged, and parameters may be personal
        connect_args={
            "application_name": application,
            "connect_timeout": max(1, round(settings.connect_timeout.total_seconds())),
            "options": " ".join(f"-c {name}={value}" for name, value in server_options.items()),
        },
    )


class Standing:
    """Connections that stay open from one statement to the next, for what every command sends.

    What a pool does at each taking and giving back takes longer than such a statement.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        """At `most` so many of `engine`, which must commit every statement by itself."""
        self._engine = engine
        self._idle: list[AsyncConnection] = []
        self._places = asyncio.Semaphore(most)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection that nobody else has meanwhile; to be left as it was found."""
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._engine.connect()
            try:
                yield connection
            except BaseException as error:
                await connection.close()
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    await self.close()  # PostgreSQL was restarted: the others are dead too
                raise
            self._idle.append(connection)

    async def close(self) -> None:
        """Close those that nobody has at the moment."""
        idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(SQLAlchemyError):
                await connection.invalidate()
                await connection.close()


class Sessions:
    """The two kinds of transaction: reading, which PostgreSQL itself keeps from writing, and writing.

    The edge (a route, an activity, a command) opens one and thereby decides the commit; nobody else commits.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._make = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent, read-only view of the database (REPEATABLE READ).

        Each statement is planned for its own values. What suits a grid suits no city: a plan kept for both
        takes a second where the right one takes a few milliseconds, and planning takes less than one.
        """
        async with self._make() as session, session.begin():
            connection = await session.connection(execution_options=_READ_VIEW)
            async with _unprepared(connection):
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, undone when it raises."""
        async with self._make() as session, session.begin():
            yield session


@asynccontextmanager
async def _unprepared(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let the driver keep no plans meanwhile."""
    driver: psycopg.AsyncConnection[Any] = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment]
    usual = driver.prepare_threshold
    driver.prepare_threshold = None
    try:
        yield
    finally:
        driver.prepare_threshold = usual


async def ping(engine: AsyncEngine) -> None:
    """Ask the database for one answer. Raises whatever keeps it from answering."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


def _milliseconds(duration: timedelta) -> int:
    return max(1, round(duration.total_seconds() * 1000))
