"""What browsers load is loaded once: addresses change with the content, so nothing is asked for again."""

from __future__ import annotations

from playwright.async_api import Response

from tests.support.browser import Visit
from tests.support.transferred import Transferred

FOR_EVER = "public, max-age=31536000, immutable"


async def test_assets_are_compressed_kept_for_ever_and_not_loaded_again(visit: Visit) -> None:
    page = await visit("dongguan-two", path=None)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "/static/" in answer.url else None)
    transferred = Transferred()
    await transferred.over(page)
    await page.goto("/me")
    assert {answer.url.partition("?")[0].rpartition(".")[2] for answer in answers} >= {"css", "js"}
    for answer in answers:
        headers = await answer.all_headers()
        assert headers["cache-control"] == FOR_EVER, answer.url
        assert headers.get("content-encoding") == "gzip", answer.url
    first = dict(transferred.sizes)
    transferred.sizes.clear()
    await page.goto("/me/password")
    assert any("/me/password" in url for url in transferred.sizes)
    again = {url: size for url, size in transferred.sizes.items() if url in first and size > 0}
    assert again == {}
