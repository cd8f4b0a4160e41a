"""What residents cannot do, and what is kept from whom."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest
import structlog

from api.dependencies import Caller
from api.errors import NotFound
from api.gateway import Refused
from api.rest.bodies import EXAMPLES, body_of
from api.rest.commands import send as send_command
from api.scrubbing import scrub
from models.queries.tracking import find_tracking
from tests.api.attachments.pictures import exif, picture
from tests.support.product import Browser, Product
from tests.support.records import row, rows
from tests.support.visitors import (
    GRID,
    OFFICER,
    at_once,
    code_of,
    evaluate,
    form,
    handled,
    number_of,
    reported,
    send,
)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
NAME, PHONE = "欧阳测试者", "13898765432"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


# ── photos ───────────────────────────────────────────────────────────────────────────────────────


async def test_photos_survive_a_fault_belong_to_the_case_and_lose_their_place(product: Product) -> None:
    visitor = product.visitor()
    taken = await form(visitor)
    photos = [("photos", (f"{n}.jpg", picture(data=exif()), "image/jpeg")) for n in range(2)]
    faulty = await send(visitor, files=photos, ticket=taken, text="见照片", phone="x", consent="on")
    assert faulty.status_code == 422
    assert "已收到 2 张照片" in faulty.text
    ids = re.findall(r'name="attachments" value="([^"]+)"', faulty.text)
    assert len(ids) == 2
    code = code_of(await send(visitor, ticket=taken, text="见照片", attachments=ids))
    number = await number_of(visitor, code)
    assert (await product.state(number)).attachments == tuple(ids)
    officer, stranger = await product.person(OFFICER), await product.person("heixi-dispatch")
    seen = await officer.get(f"/attachments/{ids[0]}")
    assert seen.status_code == 200
    assert b"13812345678" not in seen.content
    assert (await stranger.get(f"/attachments/{ids[0]}")).status_code == 404
    assert "/pictures/" not in (await visitor.get(f"/track/{code}")).text
    assert (await visitor.get(f"/pictures/{ids[0]}")).status_code in (303, 401)


async def test_nobody_attaches_the_photos_of_others(product: Product) -> None:
    visitor = product.visitor()
    photo = {"photos": ("a.jpg", picture(), "image/jpeg")}
    first = await send(visitor, files=photo, text="x", phone="x")
    stolen = re.findall(r'name="attachments" value="([^"]+)"', first.text)
    answer = await send(product.visitor(), text="别人的照片", attachments=stolen)
    assert answer.status_code == 422
    assert 'id="fault-attachments"' in answer.text


@pytest.mark.parametrize("data", [b"not a picture", b"<svg onload=alert(1)>", b"GIF89a" + b"\x00" * 40])
async def test_what_is_no_picture_is_a_fault_beside_the_field(product: Product, data: bytes) -> None:
    answer = await send(product.visitor(), files={"photos": ("a.jpg", data, "image/jpeg")}, text="x")
    assert answer.status_code == 422
    assert 'id="fault-attachments"' in answer.text


async def test_too_many_photos_and_too_much_of_everything_are_refused(product: Product) -> None:
    visitor = product.visitor()
    many = [("photos", (f"{n}.jpg", picture(), "image/jpeg")) for n in range(5)]
    answer = await send(visitor, files=many, text="x")
    assert answer.status_code == 422
    assert "最多 4 张照片" in answer.text
    most = product.services.settings.max_attachment_bytes
    huge = {"photos": ("a.jpg", b"\xff" * (most + 20_000), "image/jpeg")}
    assert (await send(visitor, files=huge, text="x")).status_code == 413


# ── what a resident may not ──────────────────────────────────────────────────────────────────────


async def test_a_resident_sends_no_other_command_whatever_the_stage(product: Product) -> None:
    visitor, code, number = await reported(product)
    async with product.services.sessions.read() as session:
        tracking = await find_tracking(session, code.replace("-", ""))
    assert tracking is not None
    caller = Caller(principal=tracking.principal, session="")
    before = (await product.state(number)).version
    for command, example in EXAMPLES.items():
        if command == "urge":
            continue
        body = body_of(command).model_validate(_here(example))
        with pytest.raises(Refused) as refused:
            await send_command(product.services, caller, number, command, body, None)
        # There is no open case like the example's to merge into, which is found first.
        assert refused.value.code == ("bad_value" if command == "merge" else "not_yours"), command
    assert (await product.state(number)).version == before
    assert {fact["by"].role for fact in await product.facts(number)} == {"resident"}
    for act in ("accept", "reopen", "void", "call-back"):
        assert (await visitor.post(f"/track/{code}/{act}", reason="x")).status_code in (404, 405, 422)


def _here(example: dict[str, Any]) -> dict[str, Any]:
    """The example of a command, about units that are there and without other people's pictures."""
    named: list[str] = [name for name in ("lead", "unit") if name in example]
    if str(example.get("to", "")).startswith("5"):
        named.append("to")
    units = dict.fromkeys(named, GRID)
    lists: dict[str, Any] = {name: [GRID] for name in ("units", "assisting") if name in example}
    here = example | units | lists
    return {name: value for name, value in here.items() if name != "attachments"}


async def test_a_resident_speaks_for_their_own_case_only(product: Product) -> None:
    _, _, mine = await reported(product)
    _, code, other = await reported(product)
    async with product.services.sessions.read() as session:
        tracking = await find_tracking(session, code.replace("-", ""))
    assert tracking is not None
    assert tracking.case_no == other
    caller = Caller(principal=tracking.principal, session="")
    with pytest.raises(NotFound):
        await send_command(product.services, caller, mine, "urge", body_of("urge")(), None)


@pytest.mark.parametrize(
    "path",
    [
        "/cases",
        "/desk",
        "/intake",
        "/mine",
        "/report",
        "/posters",
        f"/posters/{GRID}.pdf",
        "/overdue",
        "/me",
        "/admin",
    ],
)
async def test_staff_pages_stay_shut(product: Product, path: str) -> None:
    visitor, _, number = await reported(product)
    answer = await visitor.get(path)
    assert answer.status_code in (303, 404)
    assert number not in answer.text
    assert (await visitor.get(f"/cases/{number}")).status_code == 303


async def test_a_residents_page_takes_no_form_from_elsewhere_that_leans_on_a_cookie(product: Product) -> None:
    visitor, code, _ = await reported(product)
    await visitor.get("/track", lang="en")  # leaves a cookie
    headers = {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
    answer = await visitor.http.post(f"/track/{code}/urge", data={"key": "k"}, headers=headers)
    assert answer.status_code == 403


# ── what is written is shown as it was written ───────────────────────────────────────────────────


async def test_script_in_any_field_is_text_everywhere(product: Product) -> None:
    visitor, code, number = await reported(
        product, text=SCRIPT, address=SCRIPT, name=SCRIPT[:60], consent="on"
    )
    await handled(product, number)
    await evaluate(visitor, code, "yyy", words=SCRIPT)
    officer = await product.reader(OFFICER)
    pages = [
        await visitor.get(f"/track/{code}"),
        await send(visitor, text=SCRIPT, phone=SCRIPT, address=SCRIPT, matter=SCRIPT),
        await visitor.post("/track", code=SCRIPT),
        await officer.get(f"/cases/{number}"),
        await officer.get("/cases"),
        await officer.get("/desk"),
    ]
    assert "群众评价留言" in pages[3].text, "what they wrote is there for those who handle it"
    told = 0
    for page in pages:
        assert "<script>alert" not in page.text
        assert "onerror=alert(2)>" not in page.text
        told += "alert(1)" in unescape(page.text)
    assert told >= 3, "what was written is shown, as text"


# ── what is kept from whom ───────────────────────────────────────────────────────────────────────


async def test_names_phones_and_codes_are_in_no_history_fact_or_log(product: Product) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        fields = {"name": NAME, "phone": PHONE, "consent": "on", "text": f"路灯不亮，电话{PHONE}"}
        visitor, code, number = await reported(product, **fields)
        await handled(product, number)
        await evaluate(visitor, code, "yyy", words="我是欧阳测试者，谢谢")
        await visitor.get("/track/AAAA-BBBB-CCCC")
    secrets = (NAME, PHONE, code, code.replace("-", ""), "AAAA-BBBB")
    handle = product.client.get_workflow_handle(number)
    history = (await handle.fetch_history()).to_json()
    payloads = "".join(_payloads(json.loads(history)))
    assert "路灯不亮" in payloads, "the history has been read right"
    facts = str(
        await rows(product, "SELECT body, actor, command FROM facts WHERE case_number = :n", n=number)
    )
    case = str(await row(product, "SELECT cases::text AS whole FROM cases WHERE number = :n", n=number))
    messages = str(await rows(product, "SELECT zh, en FROM messages WHERE case_number = :n", n=number))
    for secret in secrets:
        for where in (history, payloads, facts, case, messages, str(lines)):
            assert secret not in where, secret
    stored = str(await rows(product, "SELECT trackings::text AS whole FROM trackings"))
    assert code.replace("-", "") not in stored


def _payloads(part: object) -> list[str]:
    """Every payload in a history, decoded."""
    import base64

    if isinstance(part, dict):
        if isinstance(part.get("data"), str) and "metadata" in part:
            return [base64.b64decode(part["data"]).decode("utf-8", "replace")]
        return [found for value in part.values() for found in _payloads(value)]
    return [found for value in part for found in _payloads(value)] if isinstance(part, list) else []


async def test_two_reports_of_one_person_cannot_be_told_to_be_so(product: Product) -> None:
    visitor = product.visitor()
    cases = []
    for n in range(2):
        code = code_of(await send(visitor, text=f"第{n}件", phone=PHONE, consent="on"))
        cases.append(await product.state(await number_of(visitor, code)))
    first, second = (case.reporters[0] for case in cases)
    assert first.person != second.person
    assert first.contact != second.contact
    assert await rows(product, "SELECT 1 FROM people WHERE id LIKE 'r\\_%'") == []


@pytest.mark.parametrize(
    ("written", "words", "phones"),
    [
        ("路灯不亮", "路灯不亮", ()),
        ("电话13812345678", "电话***78", ("13812345678",)),
        ("１３８１２３４５６７８", "***78", ("13812345678",)),
        ("+86 138-1234-5678 或 023-41412345", "***78 或 ***45", ("+86 138-1234-5678", "023-41412345")),
        ("身份证50010119900101123X", "身份证***", ()),
        ("编号 20260302-000017，3栋1201", "编号 20260302-000017，3栋1201", ()),
        ("订单1381234567899", "订单1381234567899", ()),
    ],
)
def test_numbers_that_belong_to_somebody_are_hidden(
    written: str, words: str, phones: tuple[str, ...]
) -> None:
    assert scrub(written) == (words, phones)


async def test_a_browser_of_long_ago_may_report_too(product: Product) -> None:
    """No fetch metadata, no JavaScript, no cookies: a plain form and its answer."""
    http = httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://shaodao.test")
    visitor = Browser(http)
    ticket_ = await form(visitor)
    answer = await http.post(
        f"/r/{GRID}/report", data={"ticket": ticket_, "text": "旧手机", "website": ""}, headers={}
    )
    code_of(answer)
