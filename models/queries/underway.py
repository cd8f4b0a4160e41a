"""Promises that commands are seen through: made before a command is sent, and kept by whoever is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from models.base import Frozen
from models.tables.underway import UnderwayRow


class Promise(Frozen):
    """One promise."""

    id: str
    number: str
    """The case's."""


async def make(connection: AsyncConnection, promise: Promise) -> None:
    """Write down that the case is about to be sent a command. The caller commits."""
    values = {"id": promise.id, "case_no": promise.number, "since": func.clock_timestamp()}
    await connection.execute(insert(UnderwayRow).values(values))


async def strike_out(connection: AsyncConnection, ids: Iterable[str]) -> None:
    """These are kept. The caller commits."""
    await connection.execute(delete(UnderwayRow).where(col(UnderwayRow.id).in_(list(ids))))


async def left_behind(connection: AsyncConnection, longer: timedelta, limit: int) -> Sequence[Promise]:
    """The oldest promises that have been open for longer than that."""
    old = (
        select(col(UnderwayRow.id), col(UnderwayRow.case_no))
        .where(col(UnderwayRow.since) < func.clock_timestamp() - longer)
        .order_by(col(UnderwayRow.since))
        .limit(limit)
    )
    return [Promise(id=id_, number=number) for id_, number in await connection.execute(old)]
