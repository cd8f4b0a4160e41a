"""The last resort: an exception nobody expected becomes a problem document without its details."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import InternalError
from api.pages.problems import answer
from api.problems import error_response

log = structlog.get_logger(__name__)


class UnhandledMiddleware:
    """Logs the exception with its trace and answers 500, inside the other middleware.

    Starlette's own handler for 500 stands outside them, so its answers would lack the request id and the
    security headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            log.exception("unhandled", error=type(error).__name__)
            if started:
                raise  # half an answer is out: only breaking the connection tells the caller
            request = Request(scope)
            try:
                said = answer(request, InternalError())
            except Exception:  # the fault may lie in the very pages
                log.exception("problem_page_failed")
                said = error_response(request, InternalError())
            await said(scope, receive, send)
