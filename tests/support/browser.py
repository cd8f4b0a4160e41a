"""People at a browser, before the whole product: who visits, on what, and what must not go wrong meanwhile.

In a test take the fixtures `visit`, `site` and `watch` of tests/browser_fixtures.py.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

import uvicorn
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
)

from models.base import Language
from runtime.settings import Settings
from tests.support.lines import Line, line_to
from tests.support.product import DEMO_PASSWORD, Person, Product

Size = Literal["phone", "desk", "wall"]

SIZES: Final[dict[Size, dict[str, Any]]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "wall": {"viewport": {"width": 1920, "height": 1080}},
}
LOCALES: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE: Final = 10_000.0
"""Milliseconds that an element or an expectation is waited for."""

_USER_AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)
"""Of who signs in: the account page names each session after it."""
_ASSETS: Final = frozenset({"script", "stylesheet", "image", "font", "manifest"})
_JUDGED_BY_ITS_ANSWER: Final = "Failed to load resource"
_OUTAGE: Final = re.compile(r"net::ERR_|Failed to fetch|NetworkError|network error", re.IGNORECASE)


@dataclass
class Watch:
    """What has gone wrong in the browser during one test; anything that is not allowed fails it.

    Watched are: the console's errors (refusals by the content security policy are among them), exceptions
    nobody caught, answers of 500 and above, assets that did not load, and requests to anybody else's server.
    """

    origin: str
    faults: list[str] = field(default_factory=list)
    network_may_fail: bool = False
    """Set while and after the network was cut on purpose: failed requests are then what was wanted."""
    _allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """From now on nothing that `pattern` is found in counts. For a test of what goes wrong."""
        self._allowed.append(re.compile(pattern))

    def note(self, fault: str) -> None:
        """Something went wrong."""
        if self.network_may_fail and _OUTAGE.search(fault):
            return
        if not any(pattern.search(fault) for pattern in self._allowed):
            self.faults.append(fault)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of `context`, and its workers' requests."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        context.on("request", self._asked)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_JUDGED_BY_ITS_ANSWER):
            where = message.location
            self.note(f"console: {message.text} ({where['url']}:{where['lineNumber']})")

    def _error(self, error: WebError) -> None:
        self.note(f"exception: {error.error}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:", "ws:", "wss:")) and not self._ours(request.url):
            self.note(f"request to somebody else's server: {request.url}")

    def _answered(self, response: Response) -> None:
        kind, bad = response.request.resource_type, response.status
        if self._ours(response.url) and (bad >= 500 or (bad >= 400 and kind in _ASSETS)):
            self.note(f"{bad} {response.request.method} {response.url} ({kind})")

    def _failed(self, request: Request) -> None:
        # A page that is left gives up what it was still loading; that is nobody's fault.
        given_up = request.failure == "net::ERR_ABORTED"
        if self._ours(request.url) and request.resource_type in _ASSETS and not given_up:
            self.note(f"{request.failure}: {request.url}")

    def _ours(self, url: str) -> bool:
        return url.startswith(f"{self.origin}/")


@dataclass
class Site:
    """The whole product behind a real address, as browsers reach it."""

    product: Product
    settings: Settings
    line: Line
    """The way from the browsers to the server."""
    watch: Watch | None = None
    """The watch of the test that runs now."""

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://127.0.0.1:{self.line.port}"

    async def person(self, login: str) -> Person:
        """A demonstration person signed in to the API: the quick way to set up what a page shall show."""
        return await self.product.person(login)

    async def cut(self) -> None:
        """Cut the network: open connections break, new ones are refused. The server itself goes on."""
        self._trouble()
        await self.line.cut()

    async def mend(self) -> None:
        """Let the network be whole again, at the same address."""
        await self.line.mend()

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        """The network is cut for a while."""
        await self.cut()
        try:
            yield
        finally:
            await self.mend()

    @asynccontextmanager
    async def offline(self, page: Page) -> AsyncIterator[None]:
        """Only this page's browser has no network for a while, and knows it (`navigator.onLine`)."""
        self._trouble()
        await page.context.set_offline(True)
        try:
            yield
        finally:
            await page.context.set_offline(False)

    def _trouble(self) -> None:
        if self.watch is not None:
            self.watch.network_may_fail = True

    async def session_cookies(self, login: str) -> dict[str, str]:
        """Sign somebody in as the sign-in page does; the values of the cookies, by their names."""
        http = self.product.http
        http.cookies.clear()
        answer = await http.post(
            "/sign-in",
            data={"login": login, "password": DEMO_PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin", "User-Agent": _USER_AGENT},
        )
        assert answer.status_code == 303, f"{login} is not let in: {answer.status_code} {answer.text[:400]}"
        cookies = {cookie.name: cookie.value or "" for cookie in answer.cookies.jar}
        http.cookies.clear()
        return cookies


class Visit(Protocol):
    """What the fixture `visit` is."""

    async def __call__(
        self,
        login: str | None = None,
        size: Size = "desk",
        language: Language = "zh",
        path: str | None = "/",
        **context: Any,
    ) -> Page:
        """Somebody (or nobody) opens the page at `path`, in a browser with nothing in it but the session.

        Without a path the window stays empty, for what has to be prepared before the first page.
        `context` goes to Playwright's `new_context`: geolocation, java_script_enabled, …
        """
        ...


@asynccontextmanager
async def reachable(product: Product, settings: Settings) -> AsyncIterator[Site]:
    """The product behind a real server at a free port of this machine, with a line in front to cut."""
    config = uvicorn.Config(
        product.app, lifespan="off", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.create_task(server._serve([door]))  # without taking over this process's signals
        try:
            async with line_to("127.0.0.1", door.getsockname()[1]) as line:
                yield Site(product, settings, line)
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def visiting(
    browser: Browser, site: Site, watch: Watch, look: Callable[[Page], Awaitable[None]]
) -> AsyncIterator[Visit]:
    """Browsers' windows for one test, closed at its end, when `look` has had a last look at each page."""
    contexts: list[BrowserContext] = []

    async def visit(
        login: str | None = None,
        size: Size = "desk",
        language: Language = "zh",
        path: str | None = "/",
        **context: Any,
    ) -> Page:
        settings: dict[str, Any] = {
            "base_url": site.url,
            "locale": LOCALES[language],
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",  # nothing is looked at half-way through a transition
            **SIZES[size],
            **context,
        }
        window = await browser.new_context(**settings)
        contexts.append(window)
        window.set_default_timeout(PATIENCE)
        watch.over(window)
        if login is not None:
            cookies = await site.session_cookies(login)
            await window.add_cookies([{"name": n, "value": v, "url": site.url} for n, v in cookies.items()])
        page = await window.new_page()
        if path is not None:
            await page.goto(path)
        return page

    try:
        yield visit
    finally:
        for window in contexts:
            for page in window.pages:
                await look(page)
            await window.close()
