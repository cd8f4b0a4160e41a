"""Promises that commands are seen through: made before a command is sent, and kept by whoever is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Frozen
from models.queries.direct import Direct


class Promise(Frozen):
    """One promise."""

    id: str
    number: str
    """The case's."""


_MAKE: Final = Direct("INSERT INTO underway (id, case_no, since) VALUES (:id, :number, clock_timestamp())")
_STRIKE_OUT: Final = Direct("DELETE FROM underway WHERE id = ANY(CAST(:ids AS text[]))")
_LEFT_BEHIND: Final = Direct(
    "SELECT id, case_no FROM underway WHERE since < clock_timestamp() - CAST(:longer AS interval)"
    " ORDER BY since LIMIT :limit"
)


async def make(connection: AsyncConnection, promise: Promise) -> None:
    """Write down that the case is about to be sent a command. The connection must commit by itself."""
    await _MAKE.rows(connection, vars(promise))


async def strike_out(connection: AsyncConnection, ids: Iterable[str]) -> None:
    """These are kept. The connection must commit by itself."""
    await _STRIKE_OUT.rows(connection, {"ids": list(ids)})


async def left_behind(connection: AsyncConnection, longer: timedelta, limit: int) -> Sequence[Promise]:
    """The oldest promises that have been open for longer than that."""
    found = await _LEFT_BEHIND.rows(connection, {"longer": longer, "limit": limit})
    return [Promise(id=id_, number=number) for id_, number in found]
