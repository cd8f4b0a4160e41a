"""The load: teams of people who take one case after the other through the whole loop, at a steady pace."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from bench.faults import residents
from bench.faults.client import Clients, GaveUp, Refused
from bench.faults.findings import Fault, Finding
from bench.faults.memory import Answer
from bench.faults.pictures import send_up
from bench.faults.teams import TEAMS, Team, steps

Done = TypeVar("Done")


THINK: Final = 0.3
"""Seconds between two commands of a team, on average."""
TOGETHER: Final = 0.3
"""The share of cases on which three notes are sent in the same instant, besides the commands of the loop."""
PICTURED: Final = 4
"""Every so many-th case is reported and handled with a picture; the next are its like."""
WHISTLED: Final = 5
"""A department is whistled for, signs, reports in, finishes, and is rated."""
BY_RESIDENTS: Final = 6
"""Reported by somebody without an account."""
SUPERVISED: Final = 7
"""Supervised by the district, and answered."""


class Load:
    """Everybody at work, until they are held or sent home."""

    def __init__(
        self, clients: Clients, rng: random.Random, found: Callable[[Finding], None], loops: int = 8
    ) -> None:
        """`loops` cases are under way at any time."""
        self._clients = clients
        self._rng = rng
        self._found = found
        self._loops = loops
        self._gate = asyncio.Event()
        self._busy = 0
        self._quiet = asyncio.Event()
        self._turns = itertools.count(1)
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = 0
        """Cases taken through the whole loop."""

    async def begin(self) -> None:
        """Sign everybody in, and set to work."""
        await self._clients.sign_in(login for team in TEAMS for login in team.logins)
        self._quiet.set()
        self._gate.set()
        self._tasks = [asyncio.create_task(self._work(TEAMS[n % len(TEAMS)])) for n in range(self._loops)]

    async def hold(self) -> None:
        """Nobody begins anything more; wait until all that is under way has been answered."""
        self._gate.clear()
        await self._quiet.wait()

    def go_on(self) -> None:
        """Everybody goes on where they were."""
        self._gate.set()

    async def end(self) -> None:
        """Send everybody home, answered or not. Raises what a worker of this load died of."""
        for task in self._tasks:
            task.cancel()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _work(self, team: Team) -> None:
        while True:
            try:
                await self._loop(team)
            except GaveUp as silence:
                self._found(Finding(fault=Fault.STUCK, number="", words=str(silence)))
            except Refused as refusal:
                self._found(Finding(fault=Fault.REFUSED, number="", words=str(refusal)))
                await asyncio.sleep(1)

    async def _loop(self, team: Team) -> None:
        turn = next(self._turns)
        pictured = turn % PICTURED == 0
        theirs = 0  # from which step on the case is the grid's, who may send notes to it
        if turn % BY_RESIDENTS == 0:
            theirs = 2
            number = await self._resident(team)
        else:
            body = {"matter": "other", "unit": team.unit, **await self._pictures(team, pictured)}
            number = (await self._do(team.grid, "/cases", body)).number
        plan = steps(team, whistled=turn % WHISTLED == 0, supervised=turn % SUPERVISED == 0)
        crowded = self._rng.randrange(theirs, len(plan)) if self._rng.random() < TOGETHER else None
        for place, (login, command, body) in enumerate(plan):
            if place == crowded:
                await self._together(team, number)
            more = await self._pictures(team, pictured and command == "handle")
            await self._do(login, f"/cases/{number}/{command}", {**body, **more})
        self.closed += 1

    async def _together(self, team: Team, number: str) -> None:
        """Several notes in one instant, so that steps of a workflow meet."""
        path = f"/cases/{number}/annotate"
        logins = (team.grid, team.officer, team.grid)
        await asyncio.gather(*(self._do(login, path, {"note": f"{n}"}) for n, login in enumerate(logins)))

    async def _pictures(self, team: Team, wanted: bool) -> dict[str, Any]:
        """What a request of the grid worker's says of the picture that was sent up for it, if one is."""
        if not wanted:
            return {}
        return {"attachments": [await self._busily(lambda: send_up(self._clients, team.grid, self._rng))]}

    async def _resident(self, team: Team) -> str:
        """The number of a case that somebody without an account has reported."""
        form = await self._busily(lambda: residents.begin(self._clients, team.unit))
        await asyncio.sleep(residents.TO_FILL_IN)
        return (await self._busily(lambda: residents.finish(self._clients, form))).number

    async def _do(self, login: str, path: str, body: dict[str, Any]) -> Answer:
        return await self._busily(lambda: self._clients.post(login, path, body))

    async def _busily(self, deed: Callable[[], Awaitable[Done]]) -> Done:
        """Think, and do it if everybody works; nobody is held before it is done."""
        await asyncio.sleep(self._rng.expovariate(1 / THINK))
        await self._gate.wait()
        self._busy += 1
        self._quiet.clear()
        try:
            return await deed()
        finally:
            self._busy -= 1
            if not self._busy:
                self._quiet.set()
