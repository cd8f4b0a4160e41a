"""The pages of supervisors and auditors: the board, pressing several at once, orders, reviews."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from models.base import Urgency
from tests.support import world
from tests.support.play import Play
from tests.support.product import Browser, Product
from tests.support.reading import statements, write
from tests.support.records import rows
from tests.support.supervising import (
    GRID,
    PAGES,
    began,
    furnished,
    key_of,
    late_case,
    local,
    plays,
    shown,
)


async def test_the_board_counts_lists_and_explains(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    html = (await reader.get("/overdue")).text
    for play in plays().values():
        assert f'href="/cases/{play.case.number}"' in html
    assert "到场期限5分钟" in html
    assert '<svg class="spark"' in html
    assert "spark-late" in html
    assert 'style="' not in html
    assert 'href="/overdue?unit=500120001"' in html
    english = Browser(reader.http, language="en-GB")
    assert "Overdue" in (await english.get("/overdue")).text


async def test_it_drills_down_to_the_grid_and_keeps_its_filters(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    path, way = "/overdue?urgency=critical", ["500120001", "500120001005", GRID]
    for unit in way:
        html = (await reader.get(path)).text
        links = re.findall(r'href="(/overdue\?[^"]*)"', html)
        down = [link.replace("&amp;", "&") for link in links if re.search(rf"unit={unit}(&|$)", link)]
        assert down, (unit, links)
        path = down[0]
        assert "urgency=critical" in path
    html = (await reader.get(path)).text
    assert '<span aria-current="location">18网格</span>' in html
    assert plays()["idle"].case.number in html


async def test_a_past_instant_shows_how_it_was_and_presses_nothing(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    at = local(began() + timedelta(minutes=10))
    html = (await reader.get("/overdue", at=at)).text
    assert "只供查看" in html
    assert plays()["idle"].case.number in html
    assert 'id="batch"' not in html
    before = (await reader.get("/overdue", at=local(began() - timedelta(hours=1)), q="100001")).text
    assert "这里没有超期案件" in before


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"at": "2126-01-01T00:00"}, "时刻不能在将来"),
        ({"at": "yesterday"}, "请写成 2026-03-02"),
        ({"level": "moon"}, "请检查标出的各项"),
        ({"q": "x" * 101}, "请检查标出的各项"),
    ],
)
async def test_an_address_that_makes_no_sense_is_told_beside_its_field(
    product: Product, params: dict[str, Any], said: str
) -> None:
    reader = await product.reader("bishan-supervise")
    answer = await reader.get("/overdue", **params)
    assert answer.status_code == 422
    assert said in answer.text
    (typed,) = params.values()
    assert typed in answer.text or "level" in params
    assert (await reader.get("/overdue.xlsx", **params)).status_code == 422


async def test_what_is_not_there_is_not_found(product: Product) -> None:
    reader = await product.reader("bishan-supervise")
    for path in ("/overdue?unit=50-nowhere", "/reviews/nothing", "/reviews/nothing.xlsx",
                 "/reviews/returns?unit=50-nowhere"):  # fmt: skip
        assert (await reader.get(path)).status_code == 404, path
    for path in ("/overdue", "/supervision", "/reviews/returns"):
        assert (await reader.get(path, cursor="bm90aGluZw")).status_code == 422, path


async def test_only_who_reads_cases_may_look_on(product: Product) -> None:
    administrator = await product.reader("admin")
    stranger = product.visitor()
    for path in PAGES:
        assert (await administrator.get(path)).status_code == 403, path
        assert (await stranger.get(path)).status_code == 303, path


async def test_the_auditor_sees_everything_and_no_buttons(product: Product) -> None:
    await furnished(product)
    auditor = await product.reader("bishan-audit")
    for path in PAGES:
        html = (await auditor.get(path)).text
        assert "/do/" not in html, path
        assert 'id="batch"' not in html, path
    assert plays()["idle"].case.number in (await auditor.get("/overdue")).text
    answer = await auditor.post("/overdue/batch", command="urge", case=plays()["idle"].case.number)
    assert answer.status_code == 403


async def test_another_district_sees_nothing_of_it(product: Product) -> None:
    await furnished(product)
    stranger = await product.reader("qianjiang-supervise")
    for path in PAGES:
        html = (await stranger.get(path)).text
        assert not any(play.case.number in html for play in plays().values()), path


async def test_pages_cost_the_same_however_much_they_show(product: Product) -> None:
    """With three cases, and with forty more."""
    await furnished(product)
    reader = await product.reader("bishan-supervise")

    async def asked(path: str) -> int:
        with statements(product.services.database) as sent:
            assert (await reader.get(path)).status_code == 200
        return len([line for line in sent if line.lstrip().upper().startswith(("SELECT", "WITH"))])

    async def counted() -> list[int]:
        found = []
        for path in PAGES:
            await reader.get(path)  # once before, so that nothing is looked up for the first time
            found.append(min([await asked(path) for _ in range(3)]))  # or again, because it expired
        return found

    few = await counted()
    crowd = [
        Play.reported(world.dossier(Urgency.CRITICAL, number=f"20260102-{n:06}"), at=began()).until(
            began() + timedelta(hours=3)
        )
        for n in range(40)
    ]
    await write(product.services.database, *crowd)
    assert await counted() == few
    assert max(few) <= 14


async def test_several_are_pressed_at_once_each_told_apart_and_none_twice(product: Product) -> None:
    numbers = [await late_case(product) for _ in range(3)]
    await shown(product, numbers)
    reader = await product.reader("bicheng-supervise")
    key = key_of((await reader.get("/overdue")).text)
    # One of them is nobody's any more when the button is pressed.
    officer = await product.person("dongguan")
    await officer.sends(numbers[2], "decline", reason="不属于本街道管辖，已告知拨打 12345")
    form = {
        "key": key,
        "command": "supervise",
        "text": "两日内办结并说明原因",
        "case": numbers,
        "back": "/overdue",
    }
    answers = [await reader.post("/overdue/batch", data=form) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200
        assert "已办 2 件，未办 1 件" in answer.text
        assert "本件已终结" in answer.text
        assert "两日内办结并说明原因" in answer.text
    orders = await rows(
        product,
        "SELECT case_number FROM facts WHERE kind = 'supervised' AND body->'order'->>'text' = :text",
        text="两日内办结并说明原因",
    )
    assert sorted(row["case_number"] for row in orders) == sorted(numbers[:2])
    # Other words are another order, though the form is the same.
    again = await reader.post("/overdue/batch", data=form | {"text": "另：请附照片", "case": numbers[:1]})
    assert "已办 1 件，未办 0 件" in again.text
    html = (await reader.get("/supervision", hand="by_me", origin="people")).text
    assert "两日内办结并说明原因" in html
    assert "另：请附照片" in html


async def test_at_most_four_are_on_their_way_at_a_time(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [f"20250101-{n:06}" for n in range(20)]
    reader = await product.reader("bicheng-supervise")
    gateway, under_way, most = product.services.gateway, 0, 0
    send = gateway.send

    async def watched(*arguments: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        try:
            return await send(*arguments)
        finally:
            under_way -= 1

    monkeypatch.setattr(gateway, "send", watched)
    answer = await reader.post("/overdue/batch", data={"command": "urge", "case": numbers})
    assert "已办 0 件，未办 20 件" in answer.text
    assert most == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"command": "urge"}, "请先勾选案件"),
        ({"command": "supervise", "case": ["20250101-000001"]}, "督办必填"),
        ({"command": "urge", "case": ["nonsense"]}, "案件编号有误"),
        ({"command": "urge", "case": [f"20250101-{n:06}" for n in range(51)]}, "一次最多 50 件"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(
    product: Product, fields: dict[str, Any], said: str
) -> None:
    await furnished(product)
    reader = await product.reader("bicheng-supervise")
    number = plays()["idle"].case.number
    form = {
        "key": uuid.uuid4().hex,
        "text": "" if fields["command"] == "supervise" else "请抓紧",
        "back": "/overdue",
    }
    answer = await reader.post("/overdue/batch", data=form | fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert form["text"] in answer.text
    assert number in answer.text


async def test_part_of_a_batch_is_answered_with_its_lines_only(product: Product) -> None:
    reader = await product.reader("bicheng-supervise")
    data = {"command": "urge", "case": ["20250101-000001"]}
    answer = await reader.post("/overdue/batch", htmx=True, data=data)
    assert answer.text.lstrip().startswith("<li")
    assert "未找到" in answer.text


async def test_orders_and_answers(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    html = (await reader.get("/supervision")).text
    assert "立即到场并说明原因" in html
    assert "红灯自动督办" in html
    assert html.index("立即到场并说明原因") < html.index('class="meaning"')
    people = (await reader.get("/supervision", origin="people", owner=world.SAFETY.id)).text
    assert "立即到场并说明原因" in people
    assert "红灯自动督办：" not in people
    assert "没有等待回复的督办单" in (await reader.get("/supervision", owner=world.PARTY.id)).text
    part = (await reader.get("/supervision", htmx=True)).text
    assert part.lstrip().startswith('<div id="orders"')
    assert (await reader.get("/supervision?tab=all&from=2126-01-01")).status_code == 422


async def test_reviews_show_how_often_and_what_the_figures_mean(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    html = (await reader.get("/reviews/returns")).text
    assert html.count("非本单位职责") == 3
    assert "须指定办理" in html
    assert "1 件达到 3 次" in html
    assert "÷ 期内结案" in html
    extensions = (await reader.get("/reviews/extensions")).text
    assert "待配件" in extensions
    assert "10分钟" in extensions
    wrong = await reader.get("/reviews/returns?from=2026-02-01&to=2026-01-01")
    assert wrong.status_code == 422
    assert "不能晚于截止日期" in wrong.text
    assert (await reader.get("/reviews")).headers["location"] == "/reviews/returns"
