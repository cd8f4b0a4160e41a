"""The product behind a real address, with the limits of the real server; and plain connections to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI


@dataclass(frozen=True)
class Door:
    """Where it listens."""

    port: int

    @property
    def address(self) -> str:
        """As programs write it."""
        return f"http://127.0.0.1:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which nothing has been said yet."""
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[Door]:
    """Serve the application, which has been started, as `shaodao api` does."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = uvicorn.Config(
        app,
        http="api.connection:GuardedProtocol",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - it tells nobody else
        await asyncio.sleep(0.01)
    try:
        yield Door(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        listener.close()
