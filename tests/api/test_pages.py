"""The pages that engineers see."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize(("language", "words"), [("zh", "接口说明"), ("en", "Interface reference")])
async def test_a_page_in_each_language(
    client: httpx.AsyncClient, path: str, language: str, words: str
) -> None:
    answer = await client.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert words in answer.text
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert "'unsafe" not in answer.headers["content-security-policy"]


async def test_the_reference_has_every_call(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    page = (await client.get("/docs")).text
    for path in document["paths"]:
        assert path in page


async def test_the_style_sheet_is_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/shaodao.css")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
