"""Requests count as https where people come by https, also where the proxy in front does not say so."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class PublicSchemeMiddleware:
    """Lets the scheme be that of SHAODAO_PUBLIC_URL if that is https: cookies and headers go by it.

    A public address of plain http says nothing about a request that came by https.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self.app = app
        self.https = public_url is not None and public_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.https and scope["type"] == "http":
            scope["scheme"] = "https"
        await self.app(scope, receive, send)
