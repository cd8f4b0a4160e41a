"""Open cases: very many at once. What memory do they take, and how soon is everything back after a crash?

To open 20,000 cases takes longer than all other measurements together. So they stay in a folder from run to
run: each adds what it can in a while, measures with what there is, and says how many that are.
`python -m bench --stock` opens all that are missing, once.

Everything is killed (SIGKILL) while some deadlines are about to fall due, and started again when they have.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from api.metrics import Metrics
from api.services import Services, start
from bench.figures import Figure, Say, percentile
from bench.house import House, Part, house
from bench.opening import Due, Opener, insistently
from models.tables.cases import CaseRow, FactRow
from runtime.state import StateFolder, hold

CASES: Final = 20_000
QUICK: Final = 500
FOLDER: Final = Path("build/bench")
STOCKING: Final = 120.0
"""Seconds in which a run adds to the open cases."""
WOKEN: Final = 1_000
"""Cases asked for their state: the worker is weighed with these in its cache."""
FALLING_DUE: Final = 50
"""How many deadlines, at most, fall due while everything is down."""
KILLING: Final = timedelta(seconds=5)
OPENING: Final = timedelta(seconds=0.3)
"""What is foreseen for killing everything, and for opening a case, before those deadlines."""
PATIENCE: Final = 120.0
"""Seconds after which something that should have come is given up."""
RESTART: Final = (Part.POSTGRES, Part.TEMPORAL), (Part.WORKER, Part.API)
"""What is started side by side, the servers first."""


async def measure(say: Say, *, quick: bool = False, cases: int | None = None) -> list[Figure]:
    """With so many cases open (20,000; 500 when quick) weigh what runs, kill it, and time its return."""
    count = cases or (QUICK if quick else CASES)
    async with lasting_house(count, say) as at:
        return await held_open_in(at, count, say)


@asynccontextmanager
async def lasting_house(count: int, say: Say) -> AsyncIterator[House]:
    """The house in which so many cases are kept. Raises AlreadyRunning if another run is in it."""
    folder = FOLDER / f"open-{count}"
    with hold(StateFolder(folder)):
        async with house(folder, lasting=True, say=say) as at:
            yield at


async def prepare(say: Say) -> None:
    """Open all cases that are missing."""
    async with lasting_house(CASES, say) as at, start(at.settings, Metrics()) as services:
        await stock(at.engine(), await Opener.at_work(services, say), CASES, say)


async def held_open_in(at: House, count: int, say: Say) -> list[Figure]:
    """The measurement in a house that runs. Of servers that are not its own, nothing is weighed or killed."""
    async with start(at.settings, Metrics()) as services:
        opener = await Opener.at_work(services, say)
        numbers = await stock(at.engine(), opener, count, say, within=STOCKING)
        found = [Figure(key="open_cases.cases", value=len(numbers))]
        found += await _wake(services, numbers[:: max(1, len(numbers) // WOKEN)][:WOKEN], say)
        found += weigh(at)
        near = max(1, min(FALLING_DUE, count // 20))
        due = datetime.now(UTC) + KILLING + near * OPENING
        last = await opener.open(near, lambda _: Due(yellow=due, red=due + KILLING))
    return found + await crash_and_return(at, due, {case.number for case in last}, say)


async def stock(
    engine: AsyncEngine, opener: Opener, count: int, say: Say, *, within: float = math.inf
) -> Sequence[str]:
    """Open what is missing of so many cases, `within` so many seconds; the numbers of all that are open."""
    there = await _open_cases(engine)
    say(f"{len(there):,} cases are open since earlier runs")
    if len(there) < count:
        opened = await opener.open(count - len(there), within=within)
        there = await _all_there(engine, {*there, *(case.number for case in opened)})
    if len(there) < count:
        say(f"measuring with {len(there):,}; `python -m bench --stock` opens all {count:,}, once")
    return there


async def _all_there(engine: AsyncEngine, numbers: Collection[str]) -> Sequence[str]:
    """All that are open, once these are among them: what was not written at once is written soon."""
    began = time.monotonic()
    while missing := len({*numbers} - {*(there := await _open_cases(engine))}):
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"{missing} cases were opened {PATIENCE:.0f} s ago and are not in SQL")
        await asyncio.sleep(1)
    return there


async def _open_cases(engine: AsyncEngine) -> Sequence[str]:
    """The numbers of all that are open."""
    statement = select(col(CaseRow.number)).where(col(CaseRow.closed_at).is_(None)).order_by(CaseRow.number)
    async with engine.connect() as connection:
        return (await connection.scalars(statement)).all()


async def _wake(services: Services, numbers: Sequence[str], say: Say) -> list[Figure]:
    """Ask cases that rest for their state, one after the other: each is read from its history."""
    say(f"waking {len(numbers):,} of them")
    took = []
    for number in numbers:
        began = time.monotonic()
        await insistently(partial(services.gateway.state, number))
        took.append(1000 * (time.monotonic() - began))
    return [
        Figure(key="open_cases.wake_p50_ms", value=percentile(took, 50), unit="ms"),
        Figure(key="open_cases.wake_p99_ms", value=percentile(took, 99), unit="ms"),
    ]


def weigh(at: House) -> list[Figure]:
    """The memory of each part that runs, and of all together."""
    each = {part: at.memory_mb(part) for part in Part if at.runs(part)}
    return [
        *(Figure(key=f"open_cases.{part}_mb", value=mb, unit="MB") for part, mb in each.items()),
        Figure(key="open_cases.memory_mb", value=sum(each.values()), unit="MB"),
    ]


async def crash_and_return(at: House, due: datetime, numbers: Collection[str], say: Say) -> list[Figure]:
    """Kill everything before `due`, start it after, and time its return and the deadlines of these cases."""
    own = [part for wave in RESTART for part in wave if at.runs(part)]
    say(f"killing {', '.join(own)}")
    for part in own:
        at.kill(part)
    if datetime.now(UTC) >= due:
        raise RuntimeError(
            "it took so long to open the last cases that their deadlines came before the crash"
        )
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + 1)
    say("starting everything again")
    began = time.monotonic()
    deadlines = asyncio.create_task(_until_written(at.engine(), numbers, began))
    for wave in RESTART:
        await asyncio.gather(*(at.start(part) for part in wave if part in own))
    ready = time.monotonic() - began
    say(f"ready after {ready:.1f} s")
    first, last = await deadlines
    say(f"the first deadline is written after {first:.1f} s, the last after {last:.1f} s")
    return [
        Figure(key="open_cases.ready_s", value=ready, unit="s"),
        Figure(key="open_cases.first_deadline_s", value=first, unit="s"),
        Figure(key="open_cases.last_deadline_s", value=last, unit="s"),
    ]


async def _until_written(engine: AsyncEngine, numbers: Collection[str], began: float) -> tuple[float, float]:
    """Seconds from `began` until the first and the last of these cases' deadlines are in SQL."""
    passed = select(func.count(func.distinct(col(FactRow.case_number)))).where(
        col(FactRow.kind) == "threshold_passed", col(FactRow.case_number) == func.any(list(numbers))
    )
    first: float | None = None
    while True:
        try:
            async with engine.connect() as connection:
                count = await connection.scalar(passed) or 0
        except DBAPIError:
            count = 0  # PostgreSQL is still on its way
        now = time.monotonic() - began
        if count and first is None:
            first = now
        if first is not None and count == len(numbers):
            return first, now
        if now > PATIENCE:
            raise TimeoutError(f"{count} of {len(numbers)} deadlines are written {now:.0f} s after the start")
        await asyncio.sleep(0.05)
