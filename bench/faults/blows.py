"""The blows: everything that is done to the product. Each ends with nothing in the product's way any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from bench.faults.home import bring_back
from bench.faults.moved import LAST, Mover, furnish
from bench.faults.scene import Scene, Struck
from bench.house import Part

PARTS: Final = (Part.WORKER, Part.API, Part.TEMPORAL, Part.POSTGRES)
NAMES: Final = {
    Part.WORKER: "the worker",
    Part.API: "the API",
    Part.TEMPORAL: "Temporal",
    Part.POSTGRES: "PostgreSQL",
}
DOWN: Final = (0.5, 4.0)
"""Seconds between which chance chooses how long a killed part is away before it is started again."""
PAUSE: Final = 30.0
FULL: Final = 8.0
"""Seconds for which a disk stays full."""
HANGING_UP: Final = 8.0


class Blow(Protocol):
    """Something that is done to the product."""

    key: str
    words: str
    parts: tuple[Part, ...]
    """What it strikes; nothing of it may be somebody else's."""

    async def strike(self, scene: Scene) -> Struck:
        """Do it. Returns when everything that it took down serves again."""


class Kill:
    """SIGKILL, and some seconds later a new start."""

    def __init__(self, key: str, *parts: Part, down: tuple[float, float] = DOWN) -> None:
        self.key = key
        self.parts = parts
        self.words = f"kill -9 {_named(parts)}"
        self._down = down

    async def strike(self, scene: Scene) -> Struck:
        since = datetime.now(UTC)
        order = list(self.parts)
        scene.rng.shuffle(order)
        for part in order:
            await asyncio.to_thread(scene.home.kill, part)
        await asyncio.sleep(scene.rng.uniform(*self._down))
        until = datetime.now(UTC)
        await bring_back(scene.home, *self.parts)
        return Struck(since=since, until=until)


class Pause:
    """SIGSTOP: it keeps its connections, and answers nothing."""

    def __init__(self, key: str, part: Part, seconds: float = PAUSE) -> None:
        self.key = key
        self.parts: tuple[Part, ...] = (part,)
        self.words = f"pause {NAMES[part]} for {seconds:g} s"
        self._part = part
        self._seconds = seconds

    async def strike(self, scene: Scene) -> Struck:
        since = datetime.now(UTC)
        scene.home.pause(self._part)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            scene.home.resume(self._part)
        return Struck(since=since, until=datetime.now(UTC))


class HangUp:
    """Every other client cuts its line in the middle of the request or before the answer."""

    key = "hang-up"
    words = "cut clients' lines mid-request"
    parts: tuple[Part, ...] = ()

    def __init__(self, seconds: float = HANGING_UP) -> None:
        self._seconds = seconds

    async def strike(self, scene: Scene) -> Struck:
        since, before = datetime.now(UTC), scene.clients.hung_up
        scene.clients.hang_up_share = 0.5
        try:
            await asyncio.sleep(self._seconds)
        finally:
            scene.clients.hang_up_share = 0.0
        cut = scene.clients.hung_up - before
        return Struck(since=since, until=datetime.now(UTC), remark=f"{cut} lines cut")


class MovedDeadlines:
    """Deadlines are moved, and fall due while some parts are away; one is moved while they are."""

    def __init__(self, key: str, *parts: Part) -> None:
        self.key = key
        self.parts = parts
        self.words = f"move deadlines, and kill {_named(parts)} across them"

    async def strike(self, scene: Scene) -> Struck:
        mover = Mover(scene.clients)
        await furnish(scene.home.engine())
        cases = await mover.before()
        since = datetime.now(UTC)
        for part in self.parts:
            await asyncio.to_thread(scene.home.kill, part)
        approvals = asyncio.create_task(mover.meanwhile(cases))
        due = max((case.reported.at for case in cases), default=since) + LAST + timedelta(seconds=1)
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
        until = datetime.now(UTC)
        await bring_back(scene.home, *self.parts)
        cases = await approvals
        scene.expected += await mover.after(cases)
        # What was suspended had some of its limit left.
        last = max((at for case in scene.expected for _, at in case.instants), default=until)
        await asyncio.sleep((last - datetime.now(UTC)).total_seconds() + 1)
        late = mover.tried - len(scene.expected)
        remark = f"{late} were moved too late to be foretold" if late else ""
        return Struck(since=since, until=until, remark=remark)


class FullDisk:
    """The disk under PostgreSQL, Temporal and all logs is full to the last byte, and is emptied again."""

    key = "disk"
    words = "fill the disk under both stores"
    parts: tuple[Part, ...] = PARTS

    def __init__(self, seconds: float = FULL) -> None:
        self._seconds = seconds

    async def strike(self, scene: Scene) -> Struck:
        if scene.disk is None:
            raise RuntimeError("only the small disk is ever filled")
        since = datetime.now(UTC)
        try:
            await asyncio.to_thread(scene.disk.fill)
            await asyncio.sleep(self._seconds)
        finally:
            scene.disk.free()
        until = datetime.now(UTC)
        ended = [part for part in scene.home.own if not scene.home.runs(part)]
        await bring_back(scene.home, *ended)
        remark = "ended by it: " + ", ".join(NAMES[part] for part in ended) if ended else "all parts lived on"
        return Struck(since=since, until=until, remark=remark)


def _named(parts: tuple[Part, ...]) -> str:
    return "all" if parts == PARTS else ", ".join(NAMES[part] for part in parts)


def kills(prefix: str = "", down: tuple[float, float] = DOWN) -> Sequence[Blow]:
    """Each part killed, and all at once."""
    each = [Kill(f"{prefix}{part}", part, down=down) for part in PARTS]
    return [*each, Kill(f"{prefix}all", *PARTS, down=down)]


def pauses(seconds: float = PAUSE) -> Sequence[Blow]:
    """Each part paused."""
    return [Pause(f"pause-{part}", part, seconds) for part in PARTS]


def moves() -> Sequence[Blow]:
    """Deadlines moved across an outage of each part that keeps them, and of all at once."""
    keepers = (Part.WORKER, Part.TEMPORAL, Part.POSTGRES)
    return [
        *(MovedDeadlines(f"deadline-{part}", part) for part in keepers),
        MovedDeadlines("deadline-all", *PARTS),
    ]
