"""Guessing, flooding and machines: what stands against abuse of pages that need no account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.errors import TooManyRequests
from api.pages.resident import ticket
from api.security.resident_limits import ResidentLimits, network_of
from models.case.tracking_code import code_from, grouped
from tests.api.attachments.pictures import picture
from tests.support.product import Product
from tests.support.records import rows
from tests.support.visitors import (
    GRID,
    at_once,
    code_of,
    form,
    hidden,
    reported,
    send,
)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
NAME, PHONE = "欧阳测试者", "13898765432"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


def limited(product: Product, **rates: str) -> None:
    """Let this product have other limits."""
    plain = {"per_address": "1000/hour", "per_place": "1000/hour", "wrong_codes": "1000/hour"}
    services = replace(product.services, resident_limits=ResidentLimits(**plain | rates))
    product.app.state.services = services


def shown(page: str) -> str:
    """What stands on the page, without what differs at every look."""
    return re.sub(r'nonce="[^"]+"|value="[^"]*"', "", page.split("<main")[1])


# ── guessing ─────────────────────────────────────────────────────────────────────────────────────


async def test_every_code_that_nobody_was_given_is_answered_alike(product: Product) -> None:
    visitor, _, number = await reported(product)
    well_formed = grouped(code_from(b"given to nobody!"))
    tried = [well_formed, "AAAA-AAAA-AAAA", number, "1", "x" * 200, "%07", "查询码", "' OR 1=1 --"]
    answers = [await visitor.get(f"/track/{code}") for code in tried]
    assert {answer.status_code for answer in answers} == {404}
    assert len({shown(answer.text) for answer in answers}) == 1
    typed = [await visitor.post("/track", code=code) for code in tried if "%" not in code]
    assert {answer.status_code for answer in typed} == {404}
    assert len({shown(answer.text) for answer in typed}) == 1


async def test_wrong_codes_are_limited_and_then_right_ones_are_not_looked_up_either(product: Product) -> None:
    visitor, code, _ = await reported(product)
    limited(product, wrong_codes="3/minute")
    wrong = [await visitor.get(f"/track/WRONG{n}") for n in range(3)]
    assert {answer.status_code for answer in wrong} == {404}
    for refused in (
        await visitor.get("/track/WRONG"),
        await visitor.get(f"/track/{code}"),
        await visitor.post("/track", code=code),
        await visitor.post(f"/track/{code}/urge", key="k"),
    ):
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 61
        assert "12345" in refused.text


async def test_right_codes_are_not_counted(product: Product) -> None:
    visitor, code, _ = await reported(product)
    limited(product, wrong_codes="2/minute")
    assert {(await visitor.get(f"/track/{code}")).status_code for _ in range(6)} == {200}


# ── flooding ─────────────────────────────────────────────────────────────────────────────────────


async def test_reports_are_limited_by_address_and_the_page_says_whom_to_call(product: Product) -> None:
    limited(product, per_address="2/hour")
    visitor = product.visitor()
    for n in range(2):
        code_of(await send(visitor, text=f"第{n}件"))
    refused = await send(visitor, text="第三件")
    assert refused.status_code == 429
    assert "第三件" in refused.text, "what was typed is kept"
    assert "12345" in refused.text
    assert 'href="tel:110"' in refused.text


async def test_reports_are_limited_by_place(product: Product) -> None:
    limited(product, per_place="1/hour")
    code_of(await send(product.visitor(), text="一"))
    assert (await send(product.visitor(), text="二")).status_code == 429
    code_of(await send(product.visitor(), "500120001005-g17", text="另一网格"))


async def test_photos_are_limited_before_any_is_kept(product: Product) -> None:
    limited(product, per_address="1/hour")
    visitor = product.visitor()
    photo = {"photos": ("a.jpg", picture(), "image/jpeg")}
    assert (await send(visitor, files=photo, phone="x")).status_code == 422
    before = await rows(product, "SELECT id FROM attachments")
    assert (await send(visitor, files=photo, phone="x")).status_code == 429
    assert await rows(product, "SELECT id FROM attachments") == before


async def test_one_household_is_one_address() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("testclient") == "unknown"
    limits = ResidentLimits("1/hour", "9/hour", "1/hour")
    await limits.report("2001:db8::1", "a")
    with pytest.raises(TooManyRequests):
        await limits.report("2001:db8::2", "b")


# ── machines ─────────────────────────────────────────────────────────────────────────────────────


async def test_who_answers_at_once_fills_the_trap_or_brings_no_ticket_is_asked_again(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = product.visitor()
    mine = await form(visitor)
    others = await form(visitor, "500120001005-g17")
    trials: tuple[dict[str, Any], ...] = (
        {"ticket": mine, "website": "http://spam.example"},
        {"ticket": ""},
        {"ticket": mine[:-2] + "xx"},
        {"ticket": others},
    )
    for fields in trials:
        answer = await visitor.post(f"/r/{GRID}/report", text="广告广告", **fields)
        assert answer.status_code == 422
        assert "请检查一遍，再点一次提交" in answer.text
        assert "广告广告" in answer.text
    monkeypatch.setattr(ticket, "LEAST", timedelta(minutes=1))
    hasty = await visitor.post(f"/r/{GRID}/report", text="太快", ticket=mine)
    assert hasty.status_code == 422
    assert hidden(hasty.text, "ticket") == mine, "the same form, pressed again, gets through"
    at_once(monkeypatch)
    code_of(await visitor.post(f"/r/{GRID}/report", text="太快", ticket=mine))


async def test_a_form_that_lay_open_too_long_is_renewed(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = product.visitor()
    old = await form(visitor)
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(ticket, "LONGEST", timedelta(seconds=-1))
        answer = await visitor.post(f"/r/{GRID}/report", text="明天再报", ticket=old)
    assert answer.status_code == 422
    fresh = hidden(answer.text, "ticket")
    assert fresh != old
    code_of(await visitor.post(f"/r/{GRID}/report", text="明天再报", ticket=fresh))
