"""Files that came with a form are spooled to disk; whatever becomes of the request, they are let go."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.types import ASGIApp, Receive, Scope, Send

OPENED = "shaodao.form"
"""Where in the scope a page leaves the form that it has read."""


class UploadsMiddleware:
    """Closes the files of the form that the page has read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            opened = scope.get(OPENED)
            if isinstance(opened, FormData):
                await opened.close()
