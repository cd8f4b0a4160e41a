"""Cross-site request forgery: a cookie alone does not prove that the person meant it (Fetch metadata).

Requests that carry a bearer token are not at risk, since no other site can add one; other credentials
(Basic, of a proxy in front) are sent by browsers unasked, and count for nothing here. Browsers that send no
Fetch metadata, as over plain http, are judged by `Origin`; one that sends neither with a cookie is refused.
What comes from another site is refused without a cookie too: else it could sign somebody in under another's
name (a cookie is not sent across sites, but it is set).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import ForeignOrigin
from api.pages.problems import answer

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOriginMiddleware:
    """Refuses unsafe requests that lean on a cookie and did not come from our own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            if not _is_program(headers) and (from_elsewhere(headers) or _leans_on_a_cookie(headers)):
                await answer(Request(scope), ForeignOrigin())(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_program(headers: Headers) -> bool:
    return headers.get("authorization", "").lower().startswith("bearer ")


def _leans_on_a_cookie(headers: Headers) -> bool:
    return "cookie" in headers and not from_our_pages(headers)


def from_elsewhere(headers: Headers) -> bool:
    """Whether the browser says that another site sent this; programs say nothing of the kind."""
    return ("sec-fetch-site" in headers or "origin" in headers) and not from_our_pages(headers)


def from_our_pages(headers: Headers) -> bool:
    """Whether the browser says that one of our own pages, or the person directly, sent this."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")
