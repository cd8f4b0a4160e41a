"""One statement by the driver itself, for what every command sends.

SQLAlchemy's own way from a statement to its rows takes longer than all else that a process does to write a
command's facts, and the driver goes through a long statement anew each time unless it is spelled in
PostgreSQL's own way. Pool, connections and errors stay SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Row = tuple[Any, ...]


class Direct:
    """A statement, spelled once for the driver: `$1`, `$2` …"""

    def __init__(self, statement: str) -> None:
        """`statement` names its values: `:number`."""
        dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        compiled = text(statement).compile(dialect=dialect)
        self._words = str(compiled)
        self._spelled = self._words.encode()
        self._names = tuple(dict.fromkeys(compiled.positiontup or ()))

    async def rows(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Sequence[Row]:
        """What it answers. It is part of the connection's transaction, if one has begun there.

        Raises DBAPIError, as SQLAlchemy does.
        """
        driver = await _driver(connection)
        cursor: psycopg.AsyncRawCursor[Row] = psycopg.AsyncRawCursor(driver)
        try:
            await cursor.execute(self._spelled, [values[name] for name in self._names], prepare=True)
            return await cursor.fetchall() if cursor.description else ()
        except psycopg.Error as error:
            if lost := driver.closed:
                await connection.invalidate(error)
            raise DBAPIError.instance(
                self._words,
                None,
                error,
                psycopg.Error,
                hide_parameters=True,
                connection_invalidated=lost,
                dialect=connection.dialect,
            ) from error


async def _driver(connection: AsyncConnection) -> psycopg.AsyncConnection[Row]:
    under = connection.sync_connection
    # To ask for it in SQLAlchemy's own asynchronous way is a task's worth of work for a look at a field.
    ready = under is not None and not under.closed and not under.invalidated
    pooled = under.connection if under is not None and ready else await connection.get_raw_connection()
    driver: psycopg.AsyncConnection[Row] = pooled.driver_connection  # type: ignore[assignment]
    return driver
