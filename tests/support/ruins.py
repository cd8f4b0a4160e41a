"""Records to verify and to ruin: played cases, written, and a hand that changes what nobody may change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Urgency
from models.case.commands import (
    Accept,
    Annotate,
    Approve,
    BlowWhistle,
    Claim,
    Decline,
    Dispatch,
    Handle,
    RequestSuspension,
    Resume,
    Transfer,
)
from models.case.state import Case, Ground
from models.queries.checking import Discrepancy
from models.queries.verification import Asking, NoWorkflow, verify
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, write

EASY, BUSY, DONE = "20261012-000001", "20261012-000002", "20261012-000003"


@cache
def plays() -> dict[str, Play]:
    """A fresh case, one with everything in it, and one that has ended."""
    busy = Play.reported(world.dossier(Urgency.URGENT, number=BUSY, chain=(*world.CHAIN, world.MICRO_GRID)))
    busy.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY)).wait(hours=1)
    busy.send(world.DISPATCHER, Transfer(task="t1", to=world.LIVELIHOOD, reason="属民生服务"))
    busy.send(world.LIVELIHOOD_STAFF, Claim()).wait(days=1)
    whistle = BlowWhistle(ground=Ground.EMERGENCY, units=(world.XIAOFANG,), reason="需专业队伍")
    holder = world.DISPATCHER if busy.case.holder == world.STREET else world.DISTRICT_DISPATCHER
    busy.send(holder, whistle)
    review = (world.MONDAY + timedelta(days=20)).date()
    busy.send(world.LIVELIHOOD_STAFF, RequestSuspension(review_on=review, reason="待资金"))
    busy.send(world.DISTRICT_COMMANDER, Approve()).wait(days=2).send(world.DISTRICT_COMMANDER, Resume())
    busy.send(world.LIVELIHOOD_STAFF, Annotate(note="进展正常")).wait(hours=3)
    busy.send(world.LIVELIHOOD_STAFF, Handle(note="已处置"))
    done = Play.reported(world.dossier(number=DONE)).send(world.OFFICER, Decline(reason="不属受理范围"))
    return {EASY: Play.reported(world.dossier(number=EASY)), BUSY: busy, DONE: done}


async def empty(engine: AsyncEngine) -> None:
    """Units and people, and no case."""
    await furnish(engine)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))  # past the trigger
        await connection.execute(text("TRUNCATE cases, case_words, tasks, orders, clocks, messages"))
        await connection.execute(text("DELETE FROM facts"))


async def refill(engine: AsyncEngine) -> None:
    """The played cases, freshly written, and nothing else."""
    await empty(engine)
    await write(engine, *plays().values())


async def running(number: str) -> Case:
    """The workflows as they should be."""
    if number == DONE:
        raise NoWorkflow(number)
    return plays()[number].case


async def discrepancies(
    engine: AsyncEngine, ask: Asking | None = running, *, only: Sequence[str] = (), grace: float = 0.0
) -> list[Discrepancy]:
    """What `verify` finds, with the workflows as they should be unless others are asked."""
    told: list[tuple[int, int]] = []
    wrong = [
        discrepancy
        async for discrepancy in verify(
            Sessions(engine).read,
            ask,
            lambda _, done, total: told.append((done, total)),
            only=only,
            grace=grace,
        )
    ]
    assert told[-1] == (len(only) or 3,) * 2
    return wrong


async def tamper(engine: AsyncEngine, statement: str, **values: Any) -> None:
    """Change what nobody may change, as a database's owner could."""
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        changed = await connection.execute(text(statement), values)
        assert changed.rowcount > 0


def kinds(wrong: Sequence[Discrepancy]) -> set[tuple[str, str]]:
    """Which cases, and of which kind."""
    return {(discrepancy.number, discrepancy.kind) for discrepancy in wrong}
