"""Everything but success is a problem document, in the caller's language, and gives nothing away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request
from sqlalchemy import text
from starlette.responses import JSONResponse

from api.app import create_app
from api.dependencies import ReadSession, WriteSession
from api.problems import refusal_response
from models.base import Words
from models.case.refusals import AlreadyClaimed, Refusal
from runtime.settings import Settings
from tests.api.house import House

SECRET = "the phone is 13812345678"
router = APIRouter()


@router.get("/break")
async def break_down() -> None:
    raise RuntimeError(SECRET)


@router.get("/statement")
async def wrong_statement(session: ReadSession) -> None:
    await session.execute(text("SELECT no_such_column FROM people"))


@router.get("/personal")
async def refused_by_the_database(session: WriteSession) -> None:
    """A row that PostgreSQL refuses, and quotes in its message."""
    await session.execute(
        text("INSERT INTO contacts (reference, name, phone, created_at) VALUES (:r, :n, :p, NULL)"),
        {"r": "ct_1", "n": "王小明", "p": "13812345678"},
    )


@router.get("/late-failure")
async def fail_at_commit(session: WriteSession) -> dict[str, str]:
    """Everything goes well, until the commit checks what was deferred."""
    await session.execute(
        text(
            "INSERT INTO intakes (person_id, key, case_no, fingerprint, contact_reference, created_at)"
            " VALUES ('p_grid', 'k', 'x', 'f', 'ct_nowhere', now())"
        )
    )
    return {"status": "committed"}


@router.get("/claim")
async def claim(request: Request) -> JSONResponse:
    refusal: Refusal = AlreadyClaimed(Words(zh="已被李敏认领", en="Claimed by somebody"), person="p_grid")
    return refusal_response(request, refusal)


@router.get("/count")
async def count(n: Annotated[int, Query(ge=1)], name: Annotated[str, Query(max_length=4)]) -> int:
    return n * len(name)


@pytest.fixture
async def client(settings: Settings, house: House) -> AsyncIterator[httpx.AsyncClient]:
    app: FastAPI = create_app(settings)
    app.include_router(router)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://shaodao.test",
            headers={"Accept": "application/json"},
        ) as client,
    ):
        yield client


async def test_an_unknown_address_is_a_problem_with_the_request_id_as_its_instance(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/nowhere", headers={"X-Request-Id": "abc-12345678"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "zh-Hans"
    assert answer.json() == {
        "type": "urn:shaodao:problem:not_found",
        "title": "未找到，或您无权查看",
        "status": 404,
        "detail": "未找到，或您无权查看",
        "instance": "urn:shaodao:request:abc-12345678",
        "code": "not_found",
    }


async def test_words_follow_the_language_and_the_code_does_not(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "en"
    assert answer.json()["title"] == "Not found, or not yours to see"
    assert answer.json()["code"] == "not_found"


async def test_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/healthz")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


async def test_validation_names_each_field_and_does_not_repeat_what_was_sent(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/count", params={"n": 0, "name": "王小明的电话"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "query.n", "code": "greater_than_equal", "message": "应不小于 1"},
        {"field": "query.name", "code": "string_too_long", "message": "至多 4 个字符"},
    ]
    assert "王小明" not in answer.text
    english = await client.get("/count", params={"n": 1}, headers={"Accept-Language": "en"})
    assert english.json()["errors"] == [
        {"field": "query.name", "code": "missing", "message": "Field required"}
    ]


async def test_an_unexpected_exception_is_logged_and_not_told(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/break")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECRET not in answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "RuntimeError" in capsys.readouterr().out


async def test_a_wrong_statement_is_our_fault_and_not_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/statement")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "no_such_column" not in answer.text


async def test_personal_data_in_a_refused_row_reaches_neither_answer_nor_log(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/personal")
    logged = capsys.readouterr().out
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "NotNullViolation" in logged
    assert "23502" in logged
    for text_of in (answer.text, logged):
        assert "13812345678" not in text_of
        assert "王小明" not in text_of


async def test_nothing_is_answered_before_the_commit(client: httpx.AsyncClient) -> None:
    answer = await client.get("/late-failure")
    assert answer.status_code == 500
    assert "committed" not in answer.text


async def test_a_refusal_of_the_core_keeps_its_code_and_words_and_details(client: httpx.AsyncClient) -> None:
    answer = await client.get("/claim")
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["detail"], problem["person"]) == (
        "already_claimed",
        "已被李敏认领",
        "p_grid",
    )
    assert problem["title"] == "与当前状态冲突"


async def test_a_value_that_postgresql_cannot_hold_is_the_callers_fault(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/tokens", data={"username": "nul\0", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
