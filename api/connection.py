"""Connections of the real server: whoever is slow or endless about a request's head is let go.

uvicorn gives a request's head neither a limit of time nor one of size. A connection that says nothing for
`HEAD_WITHIN`, or that sends more than `BESIDE_THE_BODY` of anything but a body (headers, trailers, the
framing of tiny chunks), ends. Bodies are limited by `api.middleware`: how large, and how slow.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN: Final = 20.0
"""Seconds for a request's line and headers, from the first byte; and for that byte, on a new connection."""
BESIDE_THE_BODY: Final = 64 * 1024
"""Bytes of a request that are no body, besides an eighth of the body's own."""
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n"
)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's own, with these limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience: TimerHandle | None = None
        self._in_head = True
        self._came = 0
        self._body = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """And gone."""
        self._waited()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as it is in proportion."""
        self._came += len(data)
        super().data_received(data)
        if self._came - self._body > BESIDE_THE_BODY + self._body // 8 and not self.transport.is_closing():
            if self._in_head:
                self.transport.write(_TOO_LARGE)
            self._waited()
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._came, self._body = True, 0, 0
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._waited()
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        self._body += len(body)
        super().on_body(body)

    def _wait(self) -> None:
        self._waited()
        self._patience = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _waited(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
