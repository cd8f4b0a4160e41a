"""What is struck: a product in processes, whoever brings its parts back."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from bench.house import Part
from runtime.settings import Settings

RESTART_PAUSE: Final = 2.0
"""Seconds between two attempts to start a part, as `RestartSec=` of the unit files in `deploy/` has it."""
ATTEMPTS: Final = 20
FROM_ONE_ADDRESS: Final = {
    "SHAODAO_RESIDENT_RATE_PER_ADDRESS": "100000/hour",
    "SHAODAO_RESIDENT_RATE_PER_PLACE": "100000/hour",
}
"""Settings of a home that is struck: all its residents sit at this machine."""


class Home(Protocol):
    """A product whose parts can be struck. `bench.house.House` is one, `supervised.Supervised` another."""

    settings: Settings

    @property
    def address(self) -> str:
        """Where the API is."""

    @property
    def password(self) -> str:
        """The demonstration people's."""

    async def client(self) -> Client:
        """A client of its Temporal server."""

    def engine(self) -> AsyncEngine:
        """An engine on its database."""

    async def start(self, part: Part) -> None:
        """See to it that a part that was killed serves again. Raises ServerFailed."""

    def kill(self, part: Part) -> None:
        """SIGKILL to the part and all its processes."""

    def pause(self, part: Part) -> None:
        """SIGSTOP."""

    def resume(self, part: Part) -> None:
        """SIGCONT."""

    @property
    def own(self) -> tuple[Part, ...]:
        """The parts that are this home's own, whether they live or not."""

    def runs(self, part: Part) -> bool:
        """Whether the part lives."""


async def bring_back(home: Home, *parts: Part) -> None:
    """Start what was killed, all at once and again until it stays up: as systemd does it.

    Nothing waits for anything: an API or a worker that comes up before its servers has to cope with that, or
    ends and is started anew. Raises RuntimeError when a part does not come up at last.
    """

    async def one(part: Part) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await home.start(part)
            except RuntimeError:  # ServerFailed, or the worker's own client found no server yet
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(RESTART_PAUSE)
            else:
                return

    await asyncio.gather(*map(one, parts))
