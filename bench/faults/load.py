"""The load: teams of people who take one case after the other through the whole loop, at a steady pace."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

from bench.faults.client import Clients, GaveUp, Refused
from bench.faults.findings import Fault, Finding
from models.base import Frozen


class Team(Frozen):
    """Who takes a case through the loop."""

    grid: str
    """Login of the grid worker, who reports, claims, arrives and handles."""
    unit: str
    """The grid."""
    officer: str
    """Login of the community's officer, who accepts, dispatches, verifies and calls back."""


TEAMS: Final = (
    Team(grid="dongguan-g18", unit="500120001005-g18", officer="dongguan"),
    Team(grid="dongguan-g17", unit="500120001005-g17", officer="dongguan-2"),
    Team(grid="shengdi-g1", unit="500114107001-g1", officer="shengdi"),
    Team(grid="guangming-g2", unit="500114107202-g2", officer="guangming"),
    Team(grid="huzhu-g1", unit="500114107203-g1", officer="huzhu"),
    Team(grid="guihuayuan-g4", unit="500105003004-g4", officer="guihuayuan"),
    Team(grid="minzhu-g1", unit="500107003003-g1", officer="minzhu"),
    Team(grid="minzhu-g5", unit="500107003003-g5", officer="minzhu-2"),
)
THINK: Final = 0.3
"""Seconds between two commands of a team, on average."""
TOGETHER: Final = 0.3
"""The share of cases on which three notes are sent in the same instant, besides the commands of the loop."""


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
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = 0
        """Cases taken through the whole loop."""

    async def begin(self) -> None:
        """Sign everybody in, and set to work."""
        await self._clients.sign_in([login for team in TEAMS for login in (team.grid, team.officer)])
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
        number = (await self._do(team.grid, "/cases", {"matter": "other", "unit": team.unit})).number
        steps: list[tuple[str, str, dict[str, Any]]] = [
            (team.officer, "accept", {}),
            (team.officer, "dispatch", {"lead": team.unit}),
            (team.grid, "claim", {}),
            (team.grid, "arrive", {"note": "已到现场"}),
            (team.grid, "handle", {"note": "已处置"}),
            (team.officer, "verify", {"note": "现场已核查"}),
            (team.officer, "call-back", {"resolved": True, "satisfied": True}),
        ]
        crowded = self._rng.randrange(len(steps)) if self._rng.random() < TOGETHER else None
        for place, (login, command, body) in enumerate(steps):
            if place == crowded:
                await self._together(team, number)
            await self._do(login, f"/cases/{number}/{command}", body)
        self.closed += 1

    async def _together(self, team: Team, number: str) -> None:
        """Several notes in one instant, so that steps of a workflow meet."""
        path = f"/cases/{number}/annotate"
        logins = (team.grid, team.officer, team.grid)
        await asyncio.gather(*(self._do(login, path, {"note": f"{n}"}) for n, login in enumerate(logins)))

    async def _do(self, login: str, path: str, body: dict[str, Any]) -> Any:
        await asyncio.sleep(self._rng.expovariate(1 / THINK))
        await self._gate.wait()
        self._busy += 1
        self._quiet.clear()
        try:
            return await self._clients.post(login, path, body)
        finally:
            self._busy -= 1
            if not self._busy:
                self._quiet.set()
