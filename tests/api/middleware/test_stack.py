"""Request ids, access log, metrics, security headers and body limits, on the real application."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog
from fastapi import FastAPI

from api.app import create_app
from runtime.settings import Settings
from tests.api.house import House, signed_in


async def test_a_sane_request_id_is_kept_and_another_is_replaced(client: httpx.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-Id": "phone-7.2026_03"})
    assert kept.headers["x-request-id"] == "phone-7.2026_03"
    for insane in ("short", "x" * 65, "two words here", '{"a":"b"}xx', "-leading-dash", ""):
        made = await client.get("/healthz", headers={"X-Request-Id": insane})
        assert re.fullmatch(r"[0-9a-f]{16}", made.headers["x-request-id"]), insane


async def test_a_log_line_has_the_route_and_not_the_address(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "grid")
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await client.get(
            "/api/v1/units/500120001005?kind=grid", headers={**headers, "X-Request-Id": "req-0001"}
        )
        await client.get("/admin.php?name=x")
        await client.get("/healthz")
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("GET", "/api/v1/units/{unit_id}", 200),
        ("GET", "unmatched", 404),
    ]
    assert requests[0]["request_id"] == "req-0001"
    assert requests[0]["person"] == "p_grid"
    assert requests[0]["ms"] > 0
    assert "500120001005" not in str(requests[0])


async def test_metrics_count_by_route_and_outcome(client: httpx.AsyncClient, app: FastAPI) -> None:
    await signed_in(client, "grid")
    await client.post("/api/v1/tokens", data={"username": "grid", "password": "wrong"})
    for n in range(3):
        await client.get(f"/no/such/{n}")
    app.state.services.metrics.command("claim", "already_claimed")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    assert 'shaodao_http_requests_total{method="POST",route="/api/v1/tokens",status="200"} 1.0' in text
    assert 'shaodao_http_requests_total{method="GET",route="unmatched",status="404"} 3.0' in text
    assert 'shaodao_http_request_seconds_count{method="POST",route="/api/v1/tokens"} 2.0' in text
    assert 'shaodao_commands_total{kind="claim",outcome="already_claimed"} 1.0' in text
    assert 'shaodao_sign_ins_total{outcome="ok"} 1.0' in text
    assert 'shaodao_sign_ins_total{outcome="wrong"} 1.0' in text


async def test_metrics_can_be_switched_off(settings: Settings, house: House) -> None:
    app = create_app(settings.model_copy(update={"metrics": False}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as client,
    ):
        assert (await client.get("/metrics")).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/api/v1/me"])
async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "geolocation=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


async def test_https_is_asked_to_stay(app: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://shaodao.test"
    ) as client:
        assert "max-age=31536000" in (await client.get("/healthz")).headers["strict-transport-security"]


async def test_a_body_that_declares_too_much_is_not_read(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await client.post(
        "/api/v1/tokens",
        content=b"x" * (settings.max_body_bytes + 1),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"],
)
async def test_a_body_that_keeps_coming_is_cut_off(
    client: httpx.AsyncClient, settings: Settings, content_type: str
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        if content_type.startswith("multipart"):
            yield b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
        while sent < 100 * settings.max_body_bytes:
            sent += 65_536
            yield b"x" * 65_536

    headers = {**await signed_in(client, "grid"), "Content-Type": content_type}
    path = "/api/v1/password" if "json" in content_type else "/api/v1/tokens"
    answer = await client.post(path, content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent < 2 * settings.max_body_bytes


async def test_deeply_nested_json_is_unreadable_and_not_fatal(client: httpx.AsyncClient) -> None:
    headers = {**await signed_in(client, "grid"), "Content-Type": "application/json"}
    answer = await client.post("/api/v1/password", content=b"[" * 100_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) in {(400, "bad_request"), (422, "input_invalid")}
