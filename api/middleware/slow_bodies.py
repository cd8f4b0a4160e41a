"""A body that comes byte by byte holds its own connection only, and that not for long.

Phones on bad networks are slow too: a body has a while to begin with, and more for everything that has come.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooSlow

PATIENCE: Final = 30.0
"""Seconds that every body has."""
PACE: Final = 2 * 1024
"""Bytes that buy one second more: a photo of 2 MB may take a quarter of an hour."""


class SlowBodyMiddleware:
    """Answers 408 where a body keeps the server waiting."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began: float | None = None
        seen, whole = 0, False

        async def timely() -> Message:
            nonlocal began, seen, whole
            if whole:
                return await receive()  # until the caller hangs up, and that may take as long as it likes
            began = time.monotonic() if began is None else began
            left = began + PATIENCE + seen / PACE - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0)):
                    message = await receive()
            except TimeoutError:
                # As Starlette's own exception it passes through body parsers untouched.
                raise HTTPException(BodyTooSlow.status, headers={"Connection": "close"}) from None
            seen += len(message.get("body", b""))
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        await self.app(scope, timely, send)
