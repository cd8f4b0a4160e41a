"""Every kind of answer tells browsers to do nothing with it but read it; every cookie keeps to itself.

Asked of every route there is, as nobody and as an administrator, over http and https.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.pages import ROUTERS as PAGES
from api.pages.assets import address
from api.pages.rendering import SPRITE
from api.rest import ROUTERS as REST
from api.rest import health
from tests.api.attachments.pictures import picture
from tests.support.product import API, DEMO_PASSWORD, Browser, Product, serving

ENDLESS: Final = frozenset({f"{API}/stream", "/live"})
VALUES: Final = {"number": "20260302-000017", "year": "2026", "code": "AAAA-AAAA-AAAA"}
NONCE: Final = re.compile(r"script-src 'self' 'nonce-[\w-]{22}'")


def _paths(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and address of the routes, with something put in for what is variable."""
    for route in routes:
        assert isinstance(route, APIRoute), route
        path = re.sub(r"\{(\w+)[^}]*\}", lambda found: VALUES.get(found[1], "50"), route.path)
        for method in route.methods or ():
            yield method, path


ROUTES: Final[Sequence[tuple[str, str]]] = sorted(
    {found for router in (*REST, health.router, *PAGES) for found in _paths(router.routes)}
)


def check(answer: httpx.Response, *, https: bool = False) -> None:
    """Everything that holds for every answer."""
    headers, where = answer.headers, f"{answer.request.method} {answer.request.url} {answer.status_code}"
    policy = headers["content-security-policy"]
    html = headers.get("content-type", "").startswith("text/html")
    works_offline = answer.request.url.path == "/sw.js"  # whose policy is that of what it fetches
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "base-uri 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert "*" not in policy, where
    if html:
        assert NONCE.search(policy), where
        assert "form-action 'self'" in policy, where
    else:
        assert works_offline or "script-src" not in policy, where
        assert "form-action 'none'" in policy, where
    assert headers["x-content-type-options"] == "nosniff", where
    assert headers["x-frame-options"] == "DENY", where
    assert headers["referrer-policy"] == ("same-origin" if html else "no-referrer"), where
    assert "microphone=()" in headers["permissions-policy"], where
    assert ("geolocation=()" in headers["permissions-policy"]) != html, where
    assert headers["cross-origin-opener-policy"] == "same-origin", where
    assert headers["cross-origin-resource-policy"] == "same-origin", where
    assert ("no-store" in headers["cache-control"]) or _may_be_kept(answer), where
    assert headers["x-request-id"], where
    assert ("strict-transport-security" in headers) == https, where
    assert not {"server", "x-powered-by"} & headers.keys(), where
    for cookie in headers.get_list("set-cookie"):
        _check_cookie(cookie, https=https)


def _may_be_kept(answer: httpx.Response) -> bool:
    """What browsers keep: assets, for they change with their address, and pictures, each for its reader."""
    path, kept = answer.request.url.path, answer.headers["cache-control"]
    if answer.headers["content-type"].startswith("text/event-stream"):
        return kept == "no-cache"
    if path.startswith("/static/") or path in ("/sw.js", "/manifest.webmanifest", "/favicon.ico"):
        return True
    return path.startswith(("/pictures/", f"{API}/attachments/")) and "private" in kept


def _check_cookie(cookie: str, *, https: bool) -> None:
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes, cookie
    assert not any(part.startswith("domain") for part in attributes), cookie
    assert ("secure" in attributes) == https, cookie
    assert cookie.startswith("__Host-") == https, cookie


def _http(app: FastAPI, scheme: str = "http") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://shaodao.test")


async def test_every_route_answers_with_the_headers(product: Product) -> None:
    statuses: set[int] = set()
    for browser in (product.visitor(), await product.reader("admin")):
        token = (await product.person("admin")).headers if browser.http.cookies else {}
        for method, path in ROUTES:
            if path in ENDLESS and browser.http.cookies:
                continue
            if path == "/sign-out":
                continue  # it would be the last
            page = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
            headers = token if path.startswith(API) else page
            answer = await browser.http.request(method, path, headers=headers)
            check(answer)
            statuses.add(answer.status_code)
            if method == "GET" and not path.startswith(API):
                check(await browser.get(path, htmx=True))  # part of a page
    assert statuses >= {200, 303, 401, 403, 404, 422}


async def test_what_is_answered_before_or_beside_routes_has_them_too(product: Product) -> None:
    browser = await product.reader("admin")
    token = (await product.person("admin")).headers
    big = b"x" * (product.services.settings.max_body_bytes + 1)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    cross = {"Sec-Fetch-Site": "cross-site"}
    http = browser.http
    expected: list[tuple[int, httpx.Response]] = [
        (200, await http.get(address(SPRITE))),
        (404, await http.get("/static/none.js")),
        (200, await http.get("/healthz")),
        (200, await http.get("/metrics")),
        (200, await http.get(f"{API}/openapi.json")),
        (404, await http.get("/nowhere")),
        (404, await http.get(f"{API}/nowhere")),
        (405, await http.put("/cases", headers={"Sec-Fetch-Site": "same-origin"})),
        (405, await http.request("TRACE", "/healthz", headers={"Sec-Fetch-Site": "same-origin"})),
        (405, await http.options(f"{API}/me")),
        (400, await http.get("/cases?q=%00")),
        (403, await http.post("/sign-out", headers=cross)),
        (413, await http.post("/sign-in", content=big, headers=form)),
        (413, await http.post(f"{API}/cases", content=big, headers=token)),
        (422, await http.post(f"{API}/cases", json=[], headers=token)),
    ]
    for status, answer in expected:
        assert answer.status_code == status, (answer.request.url, answer.status_code)
        check(answer)


async def test_pictures_and_exports_have_them(product: Product) -> None:
    worker, reader = await product.person("dongguan-g18"), await product.reader("dongguan-g18")
    sent = await worker.http.post(
        f"{API}/attachments", files={"file": ("a.jpg", picture(), "image/jpeg")}, headers=worker.headers
    )
    check(sent)
    seen = await reader.get(f"/pictures/{sent.json()['id']}")
    assert seen.headers["content-type"].startswith("image/")
    check(seen)
    check(await worker.get(f"/attachments/{sent.json()['id']}"))
    admin = await product.reader("admin")
    for path in ("/admin/reads.csv", "/admin/reads.xlsx"):
        export = await admin.get(path)
        assert export.status_code == 200
        assert export.headers["content-disposition"].startswith("attachment")
        check(export)
    supervisor = await product.reader("bishan-supervise")
    export = await supervisor.get("/overdue.xlsx")
    check(export)


async def test_what_breaks_and_what_is_too_much_has_them(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("as if")

    monkeypatch.setattr(type(product.services.directory), "principal", broken)
    token = (await product.person("admin")).headers
    answer = await product.http.get(f"{API}/me", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    check(answer)
    page = await (await product.reader("admin")).get("/desk")
    assert page.status_code == 500
    check(page)
    limited = product.services.settings.model_copy(update={"login_rate": "1/hour"})
    async with serving(product.client, limited) as other, _http(other) as http:
        wrong = {"username": "nobody", "password": "x"}
        answers = [await http.post(f"{API}/tokens", data=wrong) for _ in range(2)]
        answers.append(await Browser(http).post("/sign-in", login="nobody", password="x"))
    assert [answer.status_code for answer in answers] == [401, 429, 429]
    for answer in answers:
        check(answer)


async def test_over_https_browsers_are_told_to_stay_and_cookies_are_bound_to_it(product: Product) -> None:
    async with _http(product.app, "https") as http:
        await _sign_in_and_look(http)


async def test_a_public_address_of_https_is_believed_where_the_proxy_says_nothing(product: Product) -> None:
    behind = product.services.settings.model_copy(update={"public_url": "https://shaodao.example.gov.cn"})
    async with serving(product.client, behind) as other, _http(other) as http:
        await _sign_in_and_look(http)


async def _sign_in_and_look(http: httpx.AsyncClient) -> None:
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    form = {"login": "dongguan", "password": DEMO_PASSWORD}
    signed_in = await http.post("/sign-in", data=form, headers=headers)
    assert signed_in.status_code == 303, signed_in.text
    check(signed_in, https=True)
    assert "__Host-shaodao_session=" in signed_in.headers["set-cookie"]
    kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)
    desk = await http.get("/desk?lang=en", headers=headers | {"Cookie": kept})
    assert desk.status_code == 200, desk.text
    check(desk, https=True)
