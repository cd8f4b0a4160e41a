"""A line to a server that can be cut, made silent, and mended: trouble on demand, with a real server behind.

cut     every connection breaks, new ones are refused
silent  connections stay and new ones are taken, but nothing comes through any more
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass
class Line:
    """One TCP port in front of another."""

    target: tuple[str, int]
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _pumps: set[asyncio.Task[None]] = field(default_factory=set)
    _flows: asyncio.Event = field(default_factory=asyncio.Event)

    async def mend(self) -> None:
        """Let everything through, on the same port as before."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, HOST, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        self._flows.set()
        pumps = list(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def silence(self) -> None:
        """Keep the connections, and let nothing through."""
        self._flows.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            behind, ahead = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(ahead)
        for source, sink in ((reader, ahead), (behind, writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            # A broken connection is what this class is for.
            with suppress(ConnectionError):
                while data := await source.read(65536):
                    await self._flows.wait()
                    sink.write(data)
                    await sink.drain()
        finally:
            sink.close()
            self._open.discard(sink)


@asynccontextmanager
async def line_to(host: str, port: int) -> AsyncIterator[Line]:
    """A line to the server at `host`:`port`, mended; gone at the end."""
    line = Line((host, port))
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()
