"""The dispatcher's pages: the queue by step, the case with its possible duplicates, the board of whistles."""

from __future__ import annotations

import re
from typing import Any

from models.case.state import Stage
from tests.support.product import Product

HERE = {
    "matter": "manhole-cover",
    "urgency": "urgent",
    "unit": "500120001005-g18",
    "latitude": 29.592,
    "longitude": 106.227,
}


async def _reported(product: Product, text: str, **more: Any) -> str:
    worker = await product.person("dongguan-g18")
    return str((await worker.report(**{**HERE, **more, "text": text}))["number"])


def _counts(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<span class="count">(\d+)</span>\s*</a>', page)]


async def test_a_case_goes_through_the_queue_step_by_step(product: Product) -> None:
    dispatcher = await product.reader("heixi-dispatch")
    place = {"unit": "500114107", "latitude": None, "longitude": None}
    commander = await product.person("heixi-dispatch-2")
    report = {"matter": "manhole-cover", "urgency": "urgent", "text": "井盖没了", "unit": place["unit"]}
    number = str((await commander.report(**report))["number"])
    page = await dispatcher.get("/intake")
    assert page.status_code == 200
    assert number in page.text
    before = _counts(page.text)
    accepted = await dispatcher.post(
        f"/cases/{number}/do/accept", triage="public", back=f"/intake?step=dispatch&case={number}"
    )
    assert accepted.status_code == 303
    page = await dispatcher.get(accepted.headers["location"])
    assert _counts(page.text)[:2] == [before[0] - 1, before[1] + 1]
    lead = re.findall(r'name="lead"\s+value="([^"]+)"', page.text)[0]
    sent = await dispatcher.post(f"/cases/{number}/do/dispatch", lead=lead, back="/intake?step=dispatch")
    assert sent.status_code == 303
    assert (await product.state(number)).stage is Stage.HANDLING
    page = await dispatcher.get(sent.headers["location"])
    assert _counts(page.text)[1] == before[1]


async def test_possible_duplicates_stand_beside_the_case_and_can_be_merged(product: Product) -> None:
    first = await _reported(product, "路口井盖破了")
    second = await _reported(product, "井盖裂开", latitude=29.5923)
    dispatcher = await product.reader("bicheng-dispatch")
    page = await dispatcher.get("/intake", case=second)
    assert "可能重复" in page.text
    assert "约 33 米" in page.text
    assert f"/do/merge?back=%2Fintake%3Fstep%3Daccept&amp;into={first}" in page.text.replace(
        "/intake", "%2Fintake"
    )
    form = await dispatcher.get(f"/cases/{second}/do/merge", into=first)
    assert f'value="{first}"' in form.text
    merged = await dispatcher.post(f"/cases/{second}/do/merge", into=first, reason="同一处")
    assert merged.status_code == 303
    assert second not in (await dispatcher.get("/intake")).text


async def test_a_case_elsewhere_is_not_shown_beside_the_queue(product: Product) -> None:
    number = await _reported(product, "井盖")
    foreign = await product.reader("heixi-dispatch")
    page = await foreign.get("/intake", case=number)
    assert page.status_code == 200
    assert "没有这件案件" in page.text
    assert "井盖破损" not in page.text


async def test_who_works_no_desk_is_told_who_does(product: Product) -> None:
    auditor = await product.reader("bishan-audit")
    answer = await auditor.get("/intake")
    assert answer.status_code == 403
    assert "值班调度" in answer.text


async def test_only_the_part_that_htmx_asks_for_is_sent(product: Product) -> None:
    dispatcher = await product.reader("bicheng-dispatch")
    queue = await dispatcher.get("/intake", htmx=True)
    assert "<html" not in queue.text
    assert "queue-list" in queue.text


async def test_the_board_shows_who_has_answered_the_whistle(product: Product) -> None:
    number = await _reported(product, "主干道井盖缺失")
    street, department = await product.person("bicheng-dispatch"), await product.person("bishan-chengguan")
    await street.sends(number, "accept")
    await street.sends(number, "dispatch", lead="500120001-minsheng")
    called = ["500120-chengguan", "500120-jiaojing"]
    await street.sends(number, "whistle", ground="emergency", units=called, reason="需更换井盖、维持交通")
    await department.sends(number, "sign")
    await department.sends(number, "report-in")
    reader = await product.reader("bicheng-command")
    page = (await reader.get("/whistles")).text
    row = page[page.index(f'id="w-{number}-w1"') :]
    row = row[: row.index("</section>")]
    assert row.count("data-countdown") == 1 + 3
    assert "已报到" in row
    assert "已吹哨" in row
    foreign = await product.reader("heixi-dispatch")
    assert number not in (await foreign.get("/whistles")).text
