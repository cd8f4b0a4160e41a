"""Signing in over HTTP."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from api.app import create_app
from runtime.settings import Settings
from tests.api.house import PASSWORD, House, signed_in


async def test_a_login_and_a_password_make_a_token(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/tokens", data={"username": "grid", "password": PASSWORD, "grant_type": "password"}
    )
    assert answer.status_code == 200
    token = answer.json()
    assert token.keys() == {"access_token", "token_type", "expires_in"}
    assert (token["token_type"], token["expires_in"]) == ("bearer", 12 * 3600)
    me = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.json()["login"] == "grid"


async def test_a_token_does_not_outlive_a_session(settings: Settings, house: House) -> None:
    app = create_app(settings.model_copy(update={"session_ttl": timedelta(minutes=30)}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shaodao.test") as client,
    ):
        answer = await client.post("/api/v1/tokens", data={"username": "grid", "password": PASSWORD})
    assert answer.json()["expires_in"] == 1800


@pytest.mark.parametrize(
    ("login", "password"), [("grid", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("' OR 1=1 --", "x")]
)
async def test_whoever_is_refused_does_not_learn_why(
    client: httpx.AsyncClient, login: str, password: str
) -> None:
    answer = await client.post("/api/v1/tokens", data={"username": login, "password": password})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    problem = answer.json()
    assert (problem["code"], problem["error"]) == ("credentials_wrong", "invalid_grant")
    assert problem["detail"] == "账号或密码不正确"


async def test_the_eleventh_wrong_password_has_to_wait(client: httpx.AsyncClient) -> None:
    for _ in range(10):
        answer = await client.post("/api/v1/tokens", data={"username": "auditor", "password": "wrong"})
        assert answer.status_code == 401
    answer = await client.post("/api/v1/tokens", data={"username": "auditor", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    await signed_in(client, "grid")


async def test_missing_fields_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/tokens", data={"username": "grid"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body.password", "code": "missing", "message": "此项必填"}]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "not_signed_in"),
        ({"Authorization": "Basic Z3JpZDp4"}, "not_signed_in"),
        ({"Authorization": "Bearer"}, "token_invalid"),
        ({"Authorization": "Bearer nonsense"}, "token_invalid"),
    ],
)
async def test_without_a_token_of_ours_nobody_is_anybody(
    client: httpx.AsyncClient, header: dict[str, str], code: str
) -> None:
    answer = await client.get("/api/v1/me", headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
