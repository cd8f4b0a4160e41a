"""Characters that nothing can keep: refused before any route, however they are written."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.middleware.plain_text import _in_json, unkeepable
from tests.api.house import signed_in

JSON = {"Content-Type": "application/json"}


@given(st.text(st.characters(), max_size=12), st.booleans())
def test_json_is_refused_exactly_if_a_character_of_it_cannot_be_kept(text: str, plain: bool) -> None:
    body = json.dumps({"note": text}, ensure_ascii=not plain).encode("utf-8", "surrogatepass")
    assert _in_json(body) == unkeepable(json.loads(body)["note"])


@pytest.mark.parametrize(
    "body",
    [
        rb'{"a": "\u0000"}', rb'{"a": "\ud83d"}', rb'{"a": "\ude00\ud83d"}', rb'{"a": "\ud83d \ude00"}',
        b'{"a": "\xed\xa0\x80"}', '{"a": "b"}'.encode("utf-16-le"), b'{"a": "\x00"}', b'{"\xff": 1}',
    ],
)  # fmt: skip
async def test_such_json_cannot_be_read(client: httpx.AsyncClient, body: bytes) -> None:
    headers = await signed_in(client, "grid")
    answer = await client.post("/api/v1/cases", content=body, headers=headers | JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("body", [rb'{"a": "\\u0000"}', rb'{"a": "\ud83d\ude00"}', '{"a": "哨到"}'.encode()])
async def test_what_only_looks_like_it_is_read(client: httpx.AsyncClient, body: bytes) -> None:
    headers = await signed_in(client, "grid")
    answer = await client.post("/api/v1/cases", content=body, headers=headers | JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_invalid")


async def test_nor_can_addresses_and_forms(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client, "grid")
    assert (await client.get("/api/v1/units/%00", headers=headers)).status_code == 400
    assert (await client.get("/api/v1/units?q=%00", headers=headers)).status_code == 400
    form = {"username": "grid\x00", "password": "x"}
    assert (await client.post("/api/v1/tokens", data=form)).status_code == 400
    parts = {"login": (None, "grid\x00"), "password": (None, "x")}
    page = await client.post("/sign-in", files=parts, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 400
