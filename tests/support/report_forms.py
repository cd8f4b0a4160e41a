"""Reports as the grid worker's form and its script send them."""

from __future__ import annotations

import re
import uuid
from io import BytesIO
from typing import Any

from PIL import Image

from tests.support.product import Browser

GRID, NEXT_GRID, COMMUNITY = "500120001005-g18", "500120001005-g17", "500120001005"
DATA = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


def photo(colour: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def a_place() -> dict[str, Any]:
    """A place of this test's own: cases of other tests are not nearby."""
    return {"latitude": f"{29 + uuid.uuid4().int % 10**6 / 10**6:.6f}", "longitude": "106.227000"}


def filled(**more: Any) -> dict[str, Any]:
    """A report that is complete, at a place of its own, so that nothing is nearby."""
    plain = {
        "matter": "manhole-cover",
        "text": "井盖丢了",
        "address": "向阳街 230 号",
        "unit": GRID,
        "same": "none",
    }
    return plain | a_place() | {"key": f"test-{uuid.uuid4().hex}"} | more


async def sends(browser: Browser, **fields: Any) -> Any:
    """The report as the page's script sends it; the answer."""
    return await browser.http.post("/report", data=filled(**fields), headers=DATA)


async def uploads(browser: Browser, **fields: Any) -> Any:
    files = {"file": ("a.jpg", photo(), "image/jpeg")}
    return await browser.http.post("/report/photos", data=fields, files=files, headers=DATA)


def number_in(location: str) -> str:
    found = re.search(r"/report/sent/([0-9-]+)", location)
    assert found, location
    return found[1]
