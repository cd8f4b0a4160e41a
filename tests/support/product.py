"""The whole product in one test process: real PostgreSQL and Temporal, a worker, and the API before both.

People are signed in for real and speak JSON to the application; only the network in between is left out.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from api.app import create_app
from api.services import Services
from models.case.state import Case
from models.queries.people import find_login, principal_of
from models.queries.sessions import open_session
from runtime.settings import Settings
from workflows.messages import Timeline

API: Final = "/api/v1"
DEMO_PASSWORD: Final = "a word for the tests"

_TOKENS: Final[dict[tuple[str, str], str]] = {}
"""By database and login: passwords are slow to check on purpose, and a module's tests share a database."""


@dataclass
class Person:
    """Somebody who is signed in."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Read something under `/api/v1`."""
        return await self.http.get(f"{API}{path}", params=params, headers=self.headers)

    async def post(
        self, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> httpx.Response:
        """Send something under `/api/v1`, with an idempotency key if one is given."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return await self.http.post(f"{API}{path}", json=body or {}, headers=headers)

    async def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Put something under `/api/v1`."""
        return await self.http.put(f"{API}{path}", json=body, headers=self.headers)

    async def report(self, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Report a matter; the receipt. Fails on anything but 201."""
        answer = await self.post("/cases", body, key)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def sends(self, number: str, command: str, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Send a command; the receipt. Fails on anything but 200."""
        answer = await self.post(f"/cases/{number}/{command}", body, key)
        assert answer.status_code == 200, f"{command}: {answer.text}"
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def is_refused(
        self, number: str, command: str, status: int, code: str, **body: Any
    ) -> dict[str, Any]:
        """Send a command that must be refused with this status and code; the problem document."""
        answer = await self.post(f"/cases/{number}/{command}", body)
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem.get("code")) == (status, code), answer.text
        return problem


@dataclass
class Browser:
    """As much of a browser as forms need: cookies, and the headers that say that a page of ours asks."""

    http: httpx.AsyncClient
    language: str = "zh-CN"

    async def get(self, path: str, *, htmx: bool = False, **params: Any) -> httpx.Response:
        """Look at a page, or at a part of it as htmx does."""
        return await self.http.get(path, params=params or None, headers=self._headers(htmx=htmx))

    async def post(
        self, path: str, *, htmx: bool = False, files: Any = None, data: Any = None, **fields: Any
    ) -> httpx.Response:
        """Send a form; a list sends its field several times."""
        return await self.http.post(
            path, data={**(data or {}), **fields}, files=files, headers=self._headers(htmx=htmx)
        )

    def _headers(self, *, htmx: bool) -> dict[str, str]:
        headers = {"Accept": "text/html", "Accept-Language": self.language, "Sec-Fetch-Site": "same-origin"}
        return headers | ({"HX-Request": "true"} if htmx else {})


@dataclass
class Product:
    """The product, running."""

    app: FastAPI
    http: httpx.AsyncClient
    client: Client
    environment: WorkflowEnvironment | None = None

    @property
    def services(self) -> Services:
        """The API's services: its gateway, sessions and settings."""
        services: Services = self.app.state.services
        return services

    async def person(self, login: str) -> Person:
        """A demonstration person, signed in once."""
        known = (self.services.settings.dsn, login)
        if known not in _TOKENS:
            form = {"username": login, "password": DEMO_PASSWORD}
            answer = await self.http.post(f"{API}/tokens", data=form)
            assert answer.status_code == 200, f"{login}: {answer.text}"
            _TOKENS[known] = answer.json()["access_token"]
        return Person(self.http, {"Authorization": f"Bearer {_TOKENS[known]}"})

    async def admitted(self, login: str) -> Person:
        """The same in a session that was opened without the password, which is slow to check on purpose.

        For tests that need dozens of people; afterwards `person` knows them too.
        """
        at = datetime.now(UTC)
        async with self.services.sessions.write() as session:
            found = await find_login(session, login)
            assert found is not None, login
            principal = await principal_of(session, found.id, at)
            assert principal is not None, login
            row = await open_session(
                session,
                session_id=secrets.token_urlsafe(16),
                person_id=found.id,
                agent="tests",
                at=at,
                expires_at=at + self.services.settings.token_ttl,
            )
        _TOKENS[(self.services.settings.dsn, login)] = self.services.signer.issue(row.id, principal)
        return await self.person(login)

    async def reader(self, login: str) -> Browser:
        """A demonstration person before the pages: signed in by the form, with the cookie."""
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self._site)
        browser = Browser(http)
        answer = await browser.post("/sign-in", login=login, password=DEMO_PASSWORD)
        assert answer.status_code == 303, f"{login}: {answer.text}"
        return browser

    def visitor(self) -> Browser:
        """Somebody before the pages who is not signed in."""
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self._site)
        return Browser(http)

    @property
    def _site(self) -> str:
        """Where browsers reach it: cookies of a house that is public by https are kept over https only."""
        https = (self.services.settings.public_url or "").startswith("https:")
        return f"{'https' if https else 'http'}://shaodao.test"

    async def state(self, number: str) -> Case:
        """The case as its workflow has it."""
        return await self.services.gateway.state(number)

    async def timeline(self, number: str) -> Timeline:
        """The facts as the workflow holds them."""
        return await self.services.gateway.timeline(number)

    async def facts(self, number: str, *kinds: str) -> list[dict[str, Any]]:
        """The bodies of the case's facts, of these kinds, with `seq` and `at` beside them."""
        held = await self.timeline(number)
        return [
            {**sealed.body, "seq": sealed.seq, "at": sealed.at, "by": sealed.actor}
            for sealed in held.facts
            if not kinds or sealed.body["fact"] in kinds
        ]

    async def later(self, duration: timedelta) -> None:
        """Let time pass, in a moment; only with the time-skipping server."""
        assert self.environment is not None, "time passes only on the time-skipping server"
        await self.environment.sleep(duration)
        # The timers have fired on the server; the worker still has to say what they mean.
        await asyncio.sleep(0.05)

    async def until(self, at: datetime) -> None:
        """Let time pass until the instant `at`; only with the time-skipping server."""
        await self.later(at - await self.now())

    async def now(self) -> datetime:
        """The server's time, UTC."""
        assert self.environment is not None, "ask the wall clock"
        return await self.environment.get_current_time()


@asynccontextmanager
async def working(client: Client, settings: Settings) -> AsyncIterator[Worker]:
    """A worker of the product's own making."""
    import worker

    async with worker.projecting(settings) as writing, worker.build_worker(client, writing, settings) as made:
        yield made


@asynccontextmanager
async def serving(client: Client, settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, with `client` as its way to Temporal."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        app.state.services.engine.use(client)
        yield app


@asynccontextmanager
async def running(
    client: Client, settings: Settings, environment: WorkflowEnvironment | None = None
) -> AsyncIterator[Product]:
    """The product on `client`'s server and the settings' database, which has been seeded."""
    async with working(client, settings), serving(client, settings) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shaodao.test") as http:
            yield Product(app, http, client, environment)
