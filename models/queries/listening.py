"""Listening: PostgreSQL says which case has a new version, as soon as it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

import psycopg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.queries.projection import CHANNEL
from models.tables.cases import CaseRow

ASK_EVERY: Final = 20.0
"""Seconds of silence after which the connection is asked whether it still lives."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between two attempts to reach a database that is away; each pause is twice the one before."""


class Announced(Frozen):
    """A case has a new version."""

    number: str
    version: int


class Missed(Frozen):
    """Listening begins, or begins again: what was announced before has not been heard."""


async def listen(url: str) -> AsyncGenerator[Announced | Missed, None]:
    """What is announced on a connection of its own, for ever; it comes back by itself when it breaks.

    `url` is PostgreSQL's address as libpq spells it. Close the iterator to hang up.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                pause = FIRST_PAUSE
                yield Missed()
                while True:
                    async for heard in connection.notifies(timeout=ASK_EVERY):
                        number, _, version = heard.payload.partition(" ")
                        yield Announced(number=number, version=int(version))
                    await connection.execute("SELECT 1")
        except psycopg.Error:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def audiences(session: AsyncSession, numbers: Sequence[str]) -> dict[str, frozenset[str]]:
    """Whom each of these cases is visible to, in one query for any number of listeners."""
    statement = select(col(CaseRow.number), col(CaseRow.visible_to)).where(col(CaseRow.number).in_(numbers))
    return {number: frozenset(visible) for number, visible in (await session.execute(statement))}
