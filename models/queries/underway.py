"""Promises that commands are seen through: made before a command is sent, and kept by whoever is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from models.base import Frozen
from models.tables.underway import UnderwayRow


class Promise(Frozen):
    """One promise, as it stood when it was read."""

    sender: str
    number: str
    """The case's."""
    since: datetime
    """UTC."""


async def promise(connection: AsyncConnection, sender: str, number: str) -> None:
    """Write down that `sender` is about to send the case a command. The caller commits."""
    made = insert(UnderwayRow).values(sender=sender, case_no=number, since=func.clock_timestamp())
    again = made.on_conflict_do_update(
        index_elements=["sender", "case_no"], set_={"since": made.excluded.since}
    )
    await connection.execute(again)


async def strike_out(
    connection: AsyncConnection, sender: str, numbers: Iterable[str], older: timedelta
) -> None:
    """Everything that these cases decided is written. The caller commits.

    A promise that is no older than that was renewed meanwhile, for another command, and stays.
    """
    kept = delete(UnderwayRow).where(
        col(UnderwayRow.sender) == sender,
        col(UnderwayRow.case_no).in_(list(numbers)),
        col(UnderwayRow.since) < func.clock_timestamp() - older,
    )
    await connection.execute(kept)


async def left_behind(connection: AsyncConnection, longer: timedelta, limit: int) -> Sequence[Promise]:
    """The oldest promises that have been open for longer than that."""
    old = (
        select(col(UnderwayRow.sender), col(UnderwayRow.case_no), col(UnderwayRow.since))
        .where(col(UnderwayRow.since) < func.clock_timestamp() - longer)
        .order_by(col(UnderwayRow.since))
        .limit(limit)
    )
    return [
        Promise(sender=sender, number=number, since=since)
        for sender, number, since in await connection.execute(old)
    ]


async def settle(connection: AsyncConnection, promises: Iterable[Promise]) -> None:
    """Somebody else keeps these now. One that was renewed meanwhile stays. The caller commits."""
    same = tuple_(col(UnderwayRow.sender), col(UnderwayRow.case_no), col(UnderwayRow.since))
    wanted = [(one.sender, one.number, one.since) for one in promises]
    await connection.execute(delete(UnderwayRow).where(same.in_(wanted)))
