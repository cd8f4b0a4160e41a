"""No request body beyond a limit is read, whether its length is declared or it just keeps coming."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge
from api.pages.problems import answer


class BodyLimitMiddleware:
    """Refuses bodies of more than `limit` bytes; `exceptions` has other limits for the paths that match.

    FastAPI's own `max_body_size` is not used because it answers declared lengths in plain text, where this
    interface promises problem documents.
    """

    def __init__(self, app: ASGIApp, limit: int, exceptions: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.exceptions = [(re.compile(pattern), other) for pattern, other in (exceptions or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        if _declared(scope) > limit:
            await answer(Request(scope), BodyTooLarge(headers={"Connection": "close"}))(scope, receive, send)
            return
        seen = 0

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    # As Starlette's own exception it passes through body parsers untouched.
                    raise HTTPException(BodyTooLarge.status, headers={"Connection": "close"})
            return message

        await self.app(scope, count, send)

    def _limit(self, path: str) -> int:
        return next((other for pattern, other in self.exceptions if pattern.fullmatch(path)), self.limit)


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0  # servers refuse other lengths before they get here
