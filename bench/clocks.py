"""Clocks: many deadlines within one minute, and then as many within one second. Are they kept?

Each case's first limit turns yellow at an instant of its own within a chosen minute, and red together with
all others' shortly after: limits in working days end at 18:00, so a whole city's fall due together every day.
What was recorded, and under which scheduled instant, is read from the facts in SQL; when it got there, from
the NOTIFY that PostgreSQL sends when it commits.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from api.metrics import Metrics
from api.services import start
from bench.figures import Figure, Say, percentile
from bench.house import House, house
from bench.opening import Due, Opener
from models.base import Frozen
from models.clocks.clock import Threshold
from models.queries.listening import Announced, listen
from models.tables.cases import FactRow

CASES: Final = 2_000
QUICK: Final = 200
FOLDER: Final = Path("build/bench/clocks")
MINUTE: Final = timedelta(seconds=60)
MARGIN: Final = timedelta(seconds=8)
"""Before the minute, so that opened cases have come to rest; and from its end to the second in which all
turn red."""
SAMPLE: Final = timedelta(seconds=6)
"""How long it is tried how quickly cases can be opened."""
PATIENCE: Final = timedelta(seconds=30)
"""Without anything new, what has not been recorded by then is missing."""


class Kept(Frozen):
    """A threshold that passed: when it was to, when the case recorded it, and when people could read it."""

    case: str
    threshold: Threshold
    scheduled: datetime
    recorded: datetime
    written: datetime | None
    """None where the announcement was not heard; the fact itself is there."""


class Arrivals:
    """When this process heard of each version of each case."""

    def __init__(self) -> None:
        self._heard: dict[str, list[tuple[int, datetime]]] = {}
        self.listening = asyncio.Event()
        self.last = datetime.now(UTC)

    async def run(self, dsn: str) -> None:
        """Listen, until cancelled."""
        async with aclosing(listen(dsn.replace("+psycopg", "", 1))) as announcements:
            async for said in announcements:
                self.listening.set()
                if isinstance(said, Announced):
                    self.last = datetime.now(UTC)
                    self._heard.setdefault(said.number, []).append((said.version, self.last))

    def of(self, number: str, seq: int) -> datetime | None:
        """When that fact of the case was first heard to be written; None if it was not."""
        return min((at for version, at in self._heard.get(number, ()) if version >= seq), default=None)


async def measure(say: Say, *, quick: bool = False, cases: int | None = None) -> list[Figure]:
    """Open cases (2,000; 200 when quick), let their deadlines come, and say how late they were kept."""
    count = cases or (QUICK if quick else CASES)
    async with house(FOLDER, say=say) as at:
        return await kept_in(at, count, say)


async def kept_in(
    at: House, count: int, say: Say, *, minute: timedelta = MINUTE, margin: timedelta = MARGIN
) -> list[Figure]:
    """The measurement in a house that runs; `minute` is how long the first deadlines are spread over."""
    arrivals = Arrivals()
    listening = asyncio.create_task(arrivals.run(at.settings.dsn))
    try:
        await arrivals.listening.wait()
        async with start(at.settings, Metrics()) as services:
            opener = await Opener.at_work(services, say)
            begin = await _first_instant(opener, count) + margin
            together = begin + minute + margin

            def schedule(place: int) -> Due:
                return Due(yellow=begin + minute * (place / count), red=together)

            opened = await opener.open(count, schedule, what="cases with a deadline")
        numbers = {case.number for case in opened}
        say(f"{count:,} deadlines fall between {begin:%H:%M:%S} and {begin + minute:%H:%M:%S} UTC")
        await asyncio.sleep(max(0.0, (together - datetime.now(UTC)).total_seconds()))
        say(f"{count:,} more fall together at {together:%H:%M:%S} UTC")
        kept = await _all_kept(at.engine(), numbers, arrivals, 2 * count, say)
    finally:
        listening.cancel()
        await asyncio.wait([listening])
    return figures(kept, numbers)


async def _first_instant(opener: Opener, count: int) -> datetime:
    """An instant by which so many cases will be open; some are opened to see how long that takes."""
    began = datetime.now(UTC)
    opened = await opener.open(count, within=SAMPLE.total_seconds(), what="cases to see how long it takes")
    needed = (datetime.now(UTC) - began) / len(opened) * count
    return datetime.now(UTC) + 1.3 * needed


async def _all_kept(
    engine: AsyncEngine, numbers: Collection[str], arrivals: Arrivals, expected: int, say: Say
) -> list[Kept]:
    """What passed, once everything has, or nothing new has come for a while."""
    while True:
        kept = await _kept(engine, numbers, arrivals)
        if len(kept) >= expected:
            return kept
        if datetime.now(UTC) - arrivals.last > PATIENCE:
            say(f"nothing new for {PATIENCE.total_seconds():.0f} s")
            return kept
        say(f"{len(kept):,} of {expected:,} recorded")
        await asyncio.sleep(2)


async def _kept(engine: AsyncEngine, numbers: Collection[str], arrivals: Arrivals) -> list[Kept]:
    scheduled = col(FactRow.body)["scheduled"].astext.cast(TIMESTAMP(timezone=True))
    statement = select(
        col(FactRow.case_number),
        col(FactRow.seq),
        col(FactRow.at),
        col(FactRow.body)["threshold"].astext,
        scheduled,
    ).where(
        col(FactRow.kind) == "threshold_passed",
        col(FactRow.case_number) == func.any(list(numbers)),
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return [
        Kept(
            case=number,
            threshold=threshold,
            scheduled=due,
            recorded=recorded,
            written=arrivals.of(number, seq),
        )
        for number, seq, recorded, threshold, due in rows
    ]


def figures(kept: Sequence[Kept], numbers: Collection[str]) -> list[Figure]:
    """The figures of the deadlines of these cases: yellow within the minute, red together."""
    seen = Counter((one.case, one.threshold) for one in kept)
    wanted = {(number, threshold) for number in numbers for threshold in (Threshold.YELLOW, Threshold.RED)}
    by_light: Mapping[Threshold, list[Kept]] = {
        threshold: [one for one in kept if one.threshold is threshold]
        for threshold in (Threshold.YELLOW, Threshold.RED)
    }
    yellow, red = by_light[Threshold.YELLOW], by_light[Threshold.RED]
    return [
        Figure(key="clocks.cases", value=len(numbers)),
        Figure(key="clocks.missing", value=len(wanted - seen.keys())),
        Figure(key="clocks.doubled", value=sum(times - 1 for times in seen.values())),
        *_lateness("clocks", yellow),
        *_lateness("clocks.together", red),
    ]


def _lateness(key: str, kept: Sequence[Kept]) -> list[Figure]:
    if not kept:
        return []
    late = [(one.recorded - one.scheduled).total_seconds() for one in kept]
    written = [(one.written - one.scheduled).total_seconds() for one in kept if one.written is not None]
    first, last = min(one.scheduled for one in kept), max(one.scheduled for one in kept)
    found = [
        Figure(key=f"{key}.within_s", value=(last - first).total_seconds(), unit="s"),
        Figure(key=f"{key}.late_p50_s", value=percentile(late, 50), unit="s"),
        Figure(key=f"{key}.late_p99_s", value=percentile(late, 99), unit="s"),
    ]
    if written:
        found += [
            Figure(key=f"{key}.written_p50_s", value=percentile(written, 50), unit="s"),
            Figure(key=f"{key}.written_p99_s", value=percentile(written, 99), unit="s"),
        ]
    return found
