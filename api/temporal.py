"""The engine's client, made when it is first needed: the API starts, and reads, while Temporal is away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from api.errors import EngineAway
from runtime.settings import NotRunning, Settings
from runtime.temporal import connect


class Engine:
    """Holds the one client of this process. Temporal's client reconnects by itself once it is made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Client | None = None
        self._making = asyncio.Lock()

    async def client(self) -> Client:
        """The client. Raises EngineAway when no server has an address yet, or it refuses to be reached."""
        if self._client is None:
            async with self._making:
                if self._client is None:
                    self._client = await self._connect()
        return self._client

    def use(self, client: Client) -> None:
        """Speak through `client`, which somebody else connected: another namespace, or a test server."""
        self._client = client

    async def ping(self, within: timedelta) -> None:
        """Ask the frontend for its health. Raises EngineAway, RPCError or RuntimeError when it has none."""
        client = await self.client()
        if not await client.service_client.check_health(timeout=within):
            raise EngineAway

    async def _connect(self) -> Client:
        try:
            return await connect(self._settings, lazy=True)
        except (NotRunning, RPCError, RuntimeError) as error:
            raise EngineAway from error
