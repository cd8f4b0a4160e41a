"""The closed loop: how fast cases go through their seven commands, beside Temporal with nothing on it.

Floor, gateway and API take turns, round after round, so that whatever else the machine does meets them alike;
ratios are made within a round. A round is a window of seconds in which commands are counted; cases begun
before it and ended after it count with the commands that fell into it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NamedTuple

from api.metrics import Metrics
from api.services import start
from bench.figures import Figure, Say, median, percentile
from bench.floor import FLOOR_QUEUE
from bench.house import House, house
from bench.ways import COMMANDS, ApiWay, FloorWay, GatewayWay, Way

PARALLEL: Final = (1, 10, 40)
"""Cases at once: a quiet street, a busy one, a district."""
ALONE: Final = 1
"""Cases at once at which `closed_loop.api.added_p50_ms` is taken: nobody waits for anybody."""
NAMED: Final = 10
"""Cases at once, of those above, at which `closed_loop.gateway.ratio` and `p50_ratio` are taken."""


class Pace(NamedTuple):
    """What one way did in one window."""

    cases_per_s: float
    p50_ms: float
    p99_ms: float


class Size(NamedTuple):
    """How long and how often is measured."""

    rounds: int
    window: float
    """Seconds in which commands are counted, per round, way and number of cases at once."""
    warm_up: float
    """Seconds before each window in which nothing is counted."""
    parallel: Sequence[int] = PARALLEL


FULL: Final = Size(rounds=4, window=2.5, warm_up=0.5)
QUICK: Final = Size(rounds=1, window=1.0, warm_up=0.2)
PATIENCE: Final = 30.0
"""Seconds after which a way that answers nothing is given up."""
SETTLING: Final = 0.02
"""Seconds that the warm-up is longer for each case at once: they all begin with a report."""


async def measure(say: Say, *, quick: bool = False) -> list[Figure]:
    """All figures of `closed_loop`. `quick` is for trying out: one short round."""
    async with house(Path("build/bench/loop"), say=say) as at:
        return await measured(at, say, QUICK if quick else FULL)


async def measured(at: House, say: Say, size: Size) -> list[Figure]:
    """The figures of `closed_loop` on a house that runs, with demonstration people in it."""
    async with AsyncExitStack() as stack:
        await at.start_beside("floor", "bench.floor_worker", FLOOR_QUEUE)
        services = await stack.enter_async_context(start(at.settings, Metrics()))
        api = await ApiWay.at_work(at)
        stack.push_async_callback(api.close)
        ways: Sequence[Way] = (
            FloorWay(await at.client(), at.settings),
            await GatewayWay.at_work(services),
            api,
        )
        for way in ways:  # every process has done everything once before anything is counted
            await way.prepare(1)
            for call in await way.case(0):
                await call()
        paces: dict[tuple[str, int], list[Pace]] = {}
        for number in range(1, size.rounds + 1):
            for parallel in size.parallel:
                for way in ways:
                    warm_up = size.warm_up + SETTLING * parallel
                    taken = await pace(way, parallel, size.window, warm_up)
                    paces.setdefault((way.name, parallel), []).append(taken)
                    say(
                        f"  round {number} of {size.rounds}: {way.name} × {parallel}: "
                        f"{taken.cases_per_s:.1f} cases/s, p50 {taken.p50_ms:.1f} ms"
                    )
    return figures(paces)


async def pace(way: Way, parallel: int, window: float, warm_up: float) -> Pace:
    """Let `parallel` lanes take case after case through the loop, and count within the window (seconds).

    A window in which not even one command a lane was answered goes on until that is so. Raises RuntimeError
    when it never is.
    """
    await way.prepare(parallel)
    began = time.perf_counter() + warm_up
    ends, gives_up = began + window, began + PATIENCE
    seconds: list[float] = []
    last = ends

    def goes_on() -> bool:
        now = time.perf_counter()
        return now < ends or (len(seconds) < parallel and now < gives_up)

    async def lane(place: int) -> None:
        nonlocal last
        while True:
            for call in await way.case(place):
                if not goes_on():
                    return
                sent = time.perf_counter()
                await call()
                answered = time.perf_counter()
                if answered >= began and goes_on():
                    seconds.append(answered - sent)
                    last = max(last, answered)

    async with asyncio.TaskGroup() as lanes:
        for place in range(parallel):
            lanes.create_task(lane(place))
    if not seconds:
        raise RuntimeError(f"{way.name} has answered nothing in {PATIENCE:g} s")
    return Pace(
        cases_per_s=len(seconds) / len(COMMANDS) / (last - began),
        p50_ms=percentile(seconds, 50) * 1000,
        p99_ms=percentile(seconds, 99) * 1000,
    )


def figures(paces: Mapping[tuple[str, int], Sequence[Pace]]) -> list[Figure]:
    """The figures of all rounds: absolute ones, and each way's ratio to the floor of the same round."""
    found: list[Figure] = []
    for (way, parallel), rounds in paces.items():
        key = f"closed_loop.{way}.at_{parallel}"
        found += [
            median(f"{key}.cases_per_s", [taken.cases_per_s for taken in rounds], "/s"),
            median(f"{key}.p50_ms", [taken.p50_ms for taken in rounds], "ms"),
            median(f"{key}.p99_ms", [taken.p99_ms for taken in rounds], "ms"),
        ]
        if way == "floor":
            continue
        beside = list(zip(rounds, paces["floor", parallel], strict=True))
        ratios = median(f"{key}.ratio", [taken.cases_per_s / floor.cases_per_s for taken, floor in beside])
        slower = median(f"{key}.p50_ratio", [taken.p50_ms / floor.p50_ms for taken, floor in beside])
        found += [ratios, slower]
        if parallel == NAMED:
            named = f"closed_loop.{way}"
            found += [ratios.model_copy(update={"key": f"{named}.ratio"})]
            found += [slower.model_copy(update={"key": f"{named}.p50_ratio"})]
    alone = zip(paces["api", ALONE], paces["gateway", ALONE], strict=True)
    added = [api.p50_ms - gateway.p50_ms for api, gateway in alone]
    return [*found, median("closed_loop.api.added_p50_ms", added, "ms")]
