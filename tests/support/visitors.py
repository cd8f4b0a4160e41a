"""Residents before the pages, step by step: who scans a code, fills the form in, and follows the report."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any, Final

import httpx
import pytest

from api.pages.resident import ticket
from tests.support.product import Browser, Person, Product

GRID: Final = "500120001005-g18"
OFFICER, WORKER = "dongguan", "dongguan-g18"
_CODE: Final = re.compile(r"/track/([0-9A-Z-]{14})")


def at_once(patch: pytest.MonkeyPatch) -> None:
    """Let tests fill forms in faster than people do."""
    patch.setattr(ticket, "LEAST", timedelta(0))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return unescape(found.group(1))


async def form(visitor: Browser, unit: str = GRID) -> str:
    """The ticket of a fresh form."""
    page = await visitor.get(f"/r/{unit}/report")
    assert page.status_code == 200, page.text
    return hidden(page.text, "ticket")


async def send(visitor: Browser, unit: str = GRID, files: Any = None, **fields: Any) -> httpx.Response:
    """Fill in a fresh form, unless a ticket is given, and send it."""
    if "ticket" not in fields:
        fields["ticket"] = await form(visitor, unit)
    return await visitor.post(f"/r/{unit}/report", files=files, **fields)


def code_of(answer: httpx.Response) -> str:
    """The tracking code to which a report has led."""
    assert answer.status_code == 303, answer.text
    found = _CODE.match(answer.headers["location"])
    assert found is not None, answer.headers["location"]
    return found.group(1)


async def reported(product: Product, **fields: Any) -> tuple[Browser, str, str]:
    """A resident, the tracking code of what they have reported, and the case's number."""
    visitor = product.visitor()
    code = code_of(await send(visitor, **{"text": "路灯不亮", "matter": "street-lamp", **fields}))
    return visitor, code, await number_of(visitor, code)


async def number_of(visitor: Browser, code: str) -> str:
    """The case's number, as the tracking page says it."""
    page = (await visitor.get(f"/track/{code}")).text
    found = re.search(r"[0-9]{8}-[0-9]{6,12}", page)
    assert found is not None, page
    return found.group()


async def dispatched(product: Product, number: str) -> tuple[Person, Person]:
    """The community has given it to the grid; the officer and the worker."""
    officer, worker = await product.person(OFFICER), await product.person(WORKER)
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    return officer, worker


async def handled(product: Product, number: str) -> tuple[Person, Person]:
    """The grid has done it, and the community has checked it: now the resident is asked."""
    officer, worker = await dispatched(product, number)
    await worker.sends(number, "claim")
    await worker.sends(number, "handle", note="已更换灯具，联系人王师傅13911112222")
    await officer.sends(number, "verify")
    return officer, worker


async def evaluate(visitor: Browser, code: str, answers: str, **more: Any) -> httpx.Response:
    """Answer the three questions: `yyn` is yes, yes, no."""
    page = await visitor.get(f"/track/{code}")
    words = {"y": "yes", "n": "no"}
    given: dict[str, Any] = dict(
        zip(("responded", "resolved", "satisfied"), map(words.get, answers), strict=True)
    )
    if "key" not in more:
        more["key"] = hidden(page.text, "key")
    return await visitor.post(f"/track/{code}/evaluate", **given, **more)
