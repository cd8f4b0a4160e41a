"""Name and phone of whoever reports, in everything that anybody can open: masked, whoever looks.

Made of the application's own routes: every page, part of a page, file and answer, for every role, about a
case that a resident has reported. Workbooks are opened; the streams are listened to.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

import httpx
import pytest

from api.pages.cookies import SESSION
from models.city.people import Role
from tests.security import shared
from tests.security.cookies import browser_of
from tests.security.routes import PAGE_ROUTES, REST_ROUTES, Route
from tests.security.sockets import listening
from tests.security.somebody import Somebody
from tests.security.test_openapi_fuzz import LOGINS
from tests.security.things import GRID, things
from tests.support.product import API, Product
from tests.support.records import rows
from tests.support.visitors import at_once

product = shared.product

STREAMS: Final = (f"{API}/stream", "/live")
READ: Final = tuple(
    route for route in (*REST_ROUTES, *PAGE_ROUTES) if route.method == "GET" and route.path not in STREAMS
)
ASKED: Final = {
    f"{API}/cases/{{number}}": ("from=workflow",),
    f"{API}/cases/{{number}}/timeline": ("from=workflow",),
    f"{API}/cases": ("q=路灯",),
    "/cases": ("q=路灯",),
    "/intake": ("case={number}",),
    "/report/same": (f"unit={GRID}&matter=street-lamp",),
}
"""Addresses that show more if they are asked for more; each is asked for plainly too."""
WORDS: Final = {
    "command": ("annotate", "dispatch", "handle", "merge"),
    "step": ("arrive", "handle"),
    "kind": ("returns", "rework", "closed"),
    "whose": ("mine", "pool"),
}


PLACES: Final = {
    "unit": GRID,
    "key": "street-lamp",
    "policy_id": "135",
    "version": "1",
    "year": "2026",
    "rollout_id": "rollout-000000000000",
}
UNCONCERNED: Final = {Role.SECTION_STAFF, Role.DEPARTMENT_STAFF, Role.DEVICE, Role.ADMINISTRATOR}
"""Those of the demonstration see no such case: it lies with a community."""


@pytest.mark.parametrize("role", LOGINS)
async def test_nobody_sees_more_than_the_mask_whatever_they_open(
    product: Product, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch)
    who = Somebody()
    number, tracking = await who.reports(product)
    await (await product.admitted("dongguan")).sends(number, "accept")
    values = (await things(product)) | PLACES | {"number": number}
    person = await product.admitted(LOGINS[role])
    browser, masked = browser_of(product, person), 0
    for route in READ:
        for address in _addresses(route, values | {"code": tracking if "track" in route.path else GRID}):
            headers = person.headers if address.startswith(API) else {"Accept": "text/html"}
            answer = await browser.http.get(address, headers=headers)
            assert answer.status_code < 500, address
            words = _words(answer)
            assert [secret for secret in who.secrets if secret in words] == [], address
            masked += who.mask in words
    assert masked == 0 if role in UNCONCERNED else masked >= 3, "whoever sees the case sees the mask"
    assert await rows(product, "SELECT 1 FROM contact_reads WHERE case_no = :n", n=number) == []


@pytest.mark.parametrize("path", STREAMS)
async def test_a_stream_tells_numbers_only(
    product: Product, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch)
    who, officer = Somebody(), await product.admitted("dongguan")
    token = officer.headers["Authorization"].split()[1]
    headers = officer.headers if path.startswith(API) else {"Cookie": f"{SESSION}={token}"}
    async with (
        listening(product.app) as door,
        httpx.AsyncClient(base_url=door.address, trust_env=False, timeout=20) as http,
        http.stream("GET", path, headers=headers) as stream,
    ):
        assert stream.status_code == 200
        told = stream.aiter_text()
        said = await anext(told)
        number, tracking = await who.reports(product)
        await officer.sends(number, "annotate", note=f"请打{who.second}")
        while f'"{number}"' not in said:
            said += await anext(told)
    assert [secret for secret in (*who.secrets, tracking) if secret in said] == []


def _addresses(route: Route, values: dict[str, str]) -> list[str]:
    """The route's addresses about these things, with every word that may stand in them."""
    found = [values]
    for blank in route.blanks:
        if blank in WORDS:
            found = [one | {blank: word} for one in found for word in WORDS[blank]]
    plain = [route.at(**one) for one in found]
    queries = [query.format(**values) for query in ASKED.get(route.path, ())]
    return plain + [f"{address}?{query}" for address in plain for query in queries]


def _words(answer: httpx.Response) -> str:
    """The text of the answer; of a workbook that of everything inside."""
    if not zipfile.is_zipfile(io.BytesIO(answer.content)):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())
