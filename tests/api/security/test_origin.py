"""Cross-site requests that lean on a cookie are refused."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.security.origin import SameOriginMiddleware


async def _done(_: Request) -> PlainTextResponse:
    return PlainTextResponse("done")


APP = Starlette(
    routes=[Route("/", _done, methods=["GET", "POST", "DELETE"])],
    middleware=[Middleware(SameOriginMiddleware)],
)
NOBODY = {"Accept": "application/json"}
COOKIE = {"Cookie": "session=x", "Accept": "application/json"}


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", COOKIE | {"Sec-Fetch-Site": "cross-site"}, 200),
        ("POST", COOKIE | {"Sec-Fetch-Site": "same-origin"}, 200),
        ("POST", COOKIE | {"Sec-Fetch-Site": "none"}, 200),
        ("POST", COOKIE | {"Sec-Fetch-Site": "cross-site"}, 403),
        ("DELETE", COOKIE | {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", COOKIE | {"Origin": "http://shaodao.test"}, 200),
        ("POST", COOKIE | {"Origin": "http://evil.test"}, 403),
        ("POST", COOKIE | {"Origin": "http://shaodao.test.evil.test"}, 403),
        ("POST", COOKIE | {"Origin": "null"}, 403),
        ("POST", COOKIE, 403),
        ("POST", COOKIE | {"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer t"}, 200),
        ("POST", COOKIE | {"Sec-Fetch-Site": "cross-site", "Authorization": "Basic dDp0"}, 403),
        ("POST", NOBODY | {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", NOBODY | {"Origin": "http://evil.test"}, 403),
        ("POST", NOBODY | {"Origin": "http://shaodao.test"}, 200),
        ("POST", NOBODY, 200),
    ],
)
async def test_a_cookie_counts_only_from_our_own_pages(
    method: str, headers: dict[str, str], status: int
) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(APP), base_url="http://shaodao.test"
    ) as client:
        answer = await client.request(method, "/", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "foreign_origin"
