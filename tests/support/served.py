"""The whole product behind a real socket of this machine, for tests that speak HTTP as any client does."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from temporalio.client import Client

from runtime.settings import Settings
from runtime.temporal import data_converter
from tests.support.product import Product, serving, working


@dataclass(frozen=True)
class Served:
    """Where it is, and a way to have something done in its event loop."""

    address: str
    product: Product
    loop: asyncio.AbstractEventLoop

    def do(self, work: Callable[[Product], Any]) -> Any:
        """The result of the coroutine that `work` makes of the product."""
        return asyncio.run_coroutine_threadsafe(work(self.product), self.loop).result(120)


@contextmanager
def served(settings: Settings, temporal: str) -> Iterator[Served]:
    """The product on these settings and the Temporal server at `temporal`, in a thread of its own."""
    ready: Future[tuple[Served, uvicorn.Server]] = Future()

    async def serve() -> None:
        import httpx

        client = await Client.connect(temporal, data_converter=data_converter(settings))
        async with working(client, settings), serving(client, settings) as app:
            listening = socket.create_server(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=5,
                )
            )
            async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
                product = Product(app, http, client)
                ready.set_result((Served(address, product, asyncio.get_running_loop()), server))
                await server.serve(sockets=[listening])

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="served product")
    thread.start()
    try:
        running, server = ready.result(60)
        yield running
        server.should_exit = True
    finally:
        if ready.done() and ready.exception() is None:
            ready.result()[1].should_exit = True
        thread.join(60)
