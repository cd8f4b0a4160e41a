"""The application starts, and says how it is, while PostgreSQL and Temporal are away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.security.tokens import TokenSigner
from models.city.people import Principal
from runtime.settings import Settings

KEY = "a test's own key: 0123456789abcdef"


@pytest.fixture
async def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that can reach nothing."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://x:x@127.0.0.1:1/x",
            "state_dir": tmp_path,
            "secret_key": KEY,
        }
    )
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as client,
    ):
        yield client


async def test_it_is_alive_and_not_ready(alone: httpx.AsyncClient) -> None:
    assert (await alone.get("/healthz")).json() == {"status": "alive"}
    for path in ("/readyz", "/readyz?degraded=accept"):
        answer = await alone.get(path)
        assert answer.status_code == 503
        assert answer.json() == {"status": "away", "postgresql": "away", "temporal": "away"}


async def test_reading_says_come_again(alone: httpx.AsyncClient) -> None:
    signer = TokenSigner([KEY], Settings.model_fields["token_ttl"].default)
    token = signer.issue("s", Principal(person="p_grid"))
    answer = await alone.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_forged_token_is_refused_all_the_same(alone: httpx.AsyncClient) -> None:
    token = TokenSigner(["another key"], Settings.model_fields["token_ttl"].default).issue(
        "s", Principal(person="p_grid")
    )
    answer = await alone.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_signing_in_says_come_again(alone: httpx.AsyncClient) -> None:
    answer = await alone.post("/api/v1/tokens", data={"username": "grid", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_away")


async def test_ready_and_degraded(client: httpx.AsyncClient, app: object) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "postgresql": "ready", "temporal": "ready"}


async def test_with_one_part_away_a_load_balancer_may_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as client,
    ):
        strict, lenient = await client.get("/readyz"), await client.get("/readyz?degraded=accept")
    assert (strict.status_code, lenient.status_code) == (503, 200)
    assert lenient.json() == {"status": "degraded", "postgresql": "ready", "temporal": "away"}
