"""A telephone line to the API: one kept connection, one request at a time.

A client library takes as long over a request as the API itself does, on the processors that are being
measured. This one knows just enough HTTP/1.1 for answers that say their length.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit


class Unanswered(Exception):
    """The API refused, or could not do, what a measurement asked for."""


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    @classmethod
    async def to(cls, address: str) -> Self:
        """A connection to `http://host:port`. Raises OSError."""
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(reader, writer, parts.netloc)

    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str], kind: str = "application/json"
    ) -> Any:
        """The JSON of a 2xx answer. Raises Unanswered for any other."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}", "Accept: application/json"]
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = next(int(line[15:]) for line in head if line.lower().startswith("content-length:"))
        content = await self._reader.readexactly(length)
        status = head[0].split(" ", 2)[1]
        if not status.startswith("2"):
            raise Unanswered(f"{path}: {status} {content.decode(errors='replace')[:500]}")
        return json.loads(content)

    async def post_json(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """The JSON of a 2xx answer to JSON. Raises Unanswered for any other."""
        return await self.post(path, json.dumps(body, ensure_ascii=False).encode(), headers)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()
