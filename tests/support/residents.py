"""A resident, who has no account: reports by the page behind a building's QR code, and follows by a code."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final

import httpx

from api.pages.resident.ticket import LEAST
from models.case.tracking_code import read_code
from models.queries.tracking import find_tracking
from tests.support.product import Product

_TICKET: Final = re.compile(r'name="ticket"\s+value="([^"]+)"')


@dataclass(frozen=True)
class Followed:
    """What the resident holds, and what it stands for."""

    code: str
    """The tracking code, as it is shown."""
    number: str


async def report_as_resident(product: Product, unit: str, text: str, matter: str = "") -> Followed:
    """Report something at the place `unit`, no faster than a person could."""
    transport = httpx.ASGITransport(product.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shaodao.test") as http:
        form = await http.get(f"/r/{unit}/report")
        found = _TICKET.search(form.text)
        assert found is not None, form.text[:600]
        await asyncio.sleep(LEAST.total_seconds() + 0.1)
        sent = {"ticket": found[1], "text": text, "matter": matter}
        answer = await http.post(f"/r/{unit}/report", data=sent)
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[:600]
    shown = answer.headers["location"].removeprefix("/track/").partition("?")[0]
    code = read_code(shown)
    assert code is not None, shown
    async with product.services.sessions.read() as session:
        tracking = await find_tracking(session, code)
    assert tracking is not None, shown
    return Followed(shown, tracking.case_no)
