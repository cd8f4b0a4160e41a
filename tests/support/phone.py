"""A grid worker's phone in a browser test: photos, places, and the form of a report filled in."""

from __future__ import annotations

import asyncio
from io import BytesIO
from itertools import count
from typing import Any, Final

import pytest
from PIL import Image
from playwright.async_api import BrowserContext, FilePayload, Locator, Page, expect

from tests.support.browser import Site

WORKER: Final = "dongguan-g18"
NEIGHBOUR: Final = "dongguan-g17"
GRID, NEXT_GRID = "500120001005-g18", "500120001005-g17"
_PLACES = count(1)
KEPT: Final = """
async () => {
  const cache = await caches.open('shaodao-shells');
  return Boolean(await cache.match('/report/who'));
}
"""
STORED: Final = (
    "async () => (await shaodaoStore.all()).map(({state, person, photos}) => [state, photos.length])"
)

FIRST_PHOTO: Final = """
async () => (await shaodaoStore.all())[0].photos.map(({blob, id}) => [blob.size, id])
"""


def picture(colour: str = "teal", size: tuple[int, int] = (640, 480), name: str = "p.jpg") -> FilePayload:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def standing(**more: Any) -> dict[str, Any]:
    """A browser that may tell where it is: some hundred metres from where the other tests' are."""
    step = next(_PLACES)
    where = {"latitude": 29.5 + step / 100, "longitude": 106.227, "accuracy": 12}
    return {"geolocation": where, "permissions": ["geolocation"], **more}


async def cases_saying(site: Site, words: str) -> list[dict[str, Any]]:
    """The cases in which these words stand."""
    dispatcher = await site.person("bicheng-dispatch")
    items: list[dict[str, Any]] = (await dispatcher.get("/cases", q=words)).json()["items"]
    return items


async def one_case(site: Site, words: str) -> dict[str, Any]:
    """The case with these words, once it is there; fails when there is another."""
    for _ in range(100):
        if found := await cases_saying(site, words):
            break
        await asyncio.sleep(0.1)
    (only,) = found
    return only


async def ready(page: Page) -> None:
    await expect(page.locator("#report.is-ready")).to_be_visible()


async def kept(page: Page) -> None:
    """Wait until the phone has what it needs without a network."""
    for _ in range(150):
        if await page.evaluate(KEPT):
            return
        await asyncio.sleep(0.1)
    pytest.fail("the service worker keeps nothing")


def shots(page: Page, kind: str = "attachments") -> Locator:
    return page.locator(f"[data-shots={kind}] .shot")


async def fill(page: Page, text: str, matter: str = "manhole-cover", *, locate: bool = True) -> None:
    """Photo, words, category, place: what a report has."""
    await ready(page)
    camera = page.locator("[data-shots=attachments] input[capture]")
    await camera.set_input_files(picture())
    await expect(shots(page)).to_have_count(1)
    await page.get_by_label("发生了什么").fill(text)
    await choose(page, matter)
    if locate:
        await page.get_by_role("button", name="用我现在的位置").click()
        await expect(page.locator("[data-located]")).to_contain_text("已定位")


async def choose(page: Page, matter: str) -> None:
    every = page.locator("[data-matters-all]")
    if await every.get_attribute("open") is None:
        await every.locator("summary").click()
    await every.locator("label").filter(has=page.locator(f"input[value={matter}]")).click()
    await expect(page.locator(f"#matter-cards input[value={matter}]")).to_be_checked()


async def send(page: Page) -> None:
    await page.locator("[data-send]").click()


async def in_a_new_window(context: BrowserContext, path: str) -> Page:
    page = await context.new_page()
    await page.goto(path)
    return page
