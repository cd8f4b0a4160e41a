"""The pages of supervisors and auditors: the board, pressing several at once, orders, reviews, workbooks."""

from __future__ import annotations

import asyncio
import io
import re
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest
from openpyxl import Workbook, load_workbook

from api.pages.supervise.workbook import Column, Kind, TooManyRows, write_workbook
from models.base import Urgency, Words
from models.case.commands import Accept, Approve, Claim, Dispatch, RequestExtension, Return, Supervise
from models.clocks.calendar import CITY_ZONE
from tests.support import world
from tests.support.play import Play
from tests.support.product import Browser, Product
from tests.support.reading import furnish, statements, write
from tests.support.records import eventually, rows

GRID: Final = "500120001005-g18"
FORMULA: Final = '=HYPERLINK("http://example.com","x")'
PAGES: Final = (
    "/overdue", "/supervision", "/supervision?tab=answered",
    "/reviews/returns", "/reviews/rework", "/reviews/extensions", "/reviews/suspensions",
)  # fmt: skip


@cache
def began() -> datetime:
    """When the played cases were reported: long enough ago for red orders to be late."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


@cache
def plays() -> dict[str, Play]:
    """Red orders: one in nobody's hands (its address begins like a formula), one supervised, one returned."""

    def red(number: str, **report: Any) -> Play:
        dossier = world.dossier(Urgency.CRITICAL, number=number)
        return Play.reported(dossier, at=began(), **report).wait(seconds=20)

    idle = red("20260101-100001", address=FORMULA, text="+86 路灯不亮")
    pressed = red("20260101-100002", address="向阳街2号")
    pressed.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    pressed.send(world.SAFETY_A, Claim()).send(world.SUPERVISOR, Supervise(text="立即到场并说明原因"))
    pressed.send(world.SAFETY_A, RequestExtension(amount=600, reason="待配件"))
    pressed.send(world.COMMANDER, Approve(note="同意"))
    returned = red("20260101-100003", address="向阳街3号").send(world.DISPATCHER, Accept())
    for unit, staff in ((world.SAFETY, world.SAFETY_A), (world.LIVELIHOOD, world.LIVELIHOOD_STAFF),
                        (world.CHENGGUAN, world.CHENGGUAN_STAFF)):  # fmt: skip
        returned.send(world.DISPATCHER, Dispatch(lead=unit)).send(staff, Return(reason="非本单位职责"))
    found = {"idle": idle, "pressed": pressed, "returned": returned}
    for play in found.values():
        play.until(began() + timedelta(hours=3))
    return found


async def furnished(product: Product) -> None:
    """The played cases, in the product's read model."""
    await furnish(product.services.database)
    await write(product.services.database, *plays().values())


async def late_case(product: Product, **report: Any) -> str:
    """A real case that is overdue in a second: a step that people planned in it has a limit of one second."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    receipt = await worker.report(matter="street-lamp", unit=GRID, text="路灯不亮", **report)
    number: str = receipt["number"]
    milestone = {"key": "cordon", "name": "警戒", "budget": {"kind": "continuous", "amount": 1}}
    answer = await officer.post(f"/cases/{number}/plan-milestone", milestone)
    assert answer.status_code == 200, answer.text
    return number


async def shown(product: Product, numbers: list[str]) -> None:
    """Wait until the board shows them as overdue."""
    auditor = await product.person("bishan-audit")

    async def overdue() -> set[str]:
        answer = await auditor.get("/overdue", limit=200)
        return {item["case"]["number"] for item in answer.json()["items"]}

    await eventually(overdue, lambda found: set(numbers) <= found)


def local(at: datetime) -> str:
    """As a browser writes day and time."""
    return at.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M")


def key_of(html: str) -> str:
    """The key of the form that presses several."""
    found = re.search(r'id="batch".*?name="key" value="([^"]+)"', html, re.DOTALL)
    assert found, html
    return found[1]


def sheets(content: bytes) -> Workbook:
    """The workbook that was sent."""
    return load_workbook(io.BytesIO(content))


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

    async def counted() -> list[int]:
        found = []
        for path in PAGES:
            await reader.get(path)  # once before, so that nothing is looked up for the first time
            with statements(product.services.database) as sent:
                assert (await reader.get(path)).status_code == 200
            found.append(len([line for line in sent if line.lstrip().upper().startswith(("SELECT", "WITH"))]))
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


async def test_the_board_as_a_workbook(product: Product) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    at = began() + timedelta(minutes=30)
    answer = await reader.get("/overdue.xlsx", at=local(at), unit="500120001", q="100001")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = sheets(answer.content)
    cases, about = book["超期案件"], book["说明"]
    head = [cell.value for cell in cases[1]]
    row = dict(zip(head, cases[2], strict=True))
    assert cases.max_row == 2
    assert cases.freeze_panes == "B2"
    assert row["案件编号"].value == plays()["idle"].case.number
    assert (row["地址"].value, row["地址"].data_type, row["地址"].quotePrefix) == (FORMULA, "s", True)
    assert (row["描述"].value, row["描述"].data_type) == ("+86 路灯不亮", "s")
    assert row["上报时间"].value == began().astimezone(CITY_ZONE).replace(tzinfo=None)
    assert row["上报时间"].is_date
    assert isinstance(row["超期时长"].value, timedelta)
    assert "135" in str(row["时限规则"].value)
    told = {line[0].value: line[1].value for line in about.iter_rows()}
    assert told["条件：地域"] == "璧城街道"
    assert "韩明川" in str(told["导出人"])
    assert told["数据时刻（北京时间）"] == at.astimezone(CITY_ZONE).replace(tzinfo=None, second=0)
    assert str(told["定义"]).startswith("超期：")


@pytest.mark.parametrize(
    "path", ["/supervision.xlsx", *(f"{path}.xlsx" for path in PAGES if "reviews" in path)]
)
async def test_every_view_has_its_workbook(product: Product, path: str) -> None:
    await furnished(product)
    reader = await product.reader("bishan-supervise")
    answer = await reader.get(path)
    assert answer.status_code == 200, answer.text
    first, about = sheets(answer.content).worksheets
    assert first.cell(1, 1).value == "案件编号"
    assert about.cell(1, 1).value == "内容"
    stranger = await product.reader("qianjiang-supervise")
    assert sheets((await stranger.get(path)).content).worksheets[0].max_row == 1


async def test_a_workbook_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.supervise.workbook.MOST_ROWS", 3)
    columns = [Column[str](Words(zh="值", en="value"), lambda value: value, Kind.TEXT)]

    async def batches(count: int) -> Any:
        for n in range(count):
            yield [f"@{n}"]

    title = Words(zh="表", en="sheet")
    path, written = await write_workbook(columns, batches(3), [], title, "zh")
    assert written == 3
    values = [cell.value for cell in sheets(path.read_bytes())["表"]["A"]]
    assert values == ["值", "@0", "@1", "@2"]
    path.unlink()
    with pytest.raises(TooManyRows):
        await write_workbook(columns, batches(4), [], title, "zh")
