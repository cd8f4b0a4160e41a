"""A supervisor's day: what is overdue, where, urged and supervised at once; the answer seen as it comes."""

from __future__ import annotations

import asyncio
import io
from typing import Any, Final

from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit
from tests.support.records import eventually

GRID: Final = "500120001005-g18"
SECTION: Final = "500120001-pingan"
ADDRESSES: Final = ("向阳街301号", "向阳街302号", "向阳街303号")


async def late_cases(site: Site) -> list[str]:
    """Three matters in the safety section's hands, each with a step whose limit ran out after a second."""
    dispatcher, staff = await site.person("bicheng-dispatch"), await site.person("bicheng-pingan")

    async def one(address: str) -> str:
        receipt = await dispatcher.report(
            matter="fire-lane", unit=GRID, text="消防通道被占", address=address, urgency="urgent"
        )
        number: str = receipt["number"]
        await dispatcher.sends(number, "accept")
        await dispatcher.sends(number, "dispatch", lead=SECTION)
        await staff.sends(number, "claim")
        step: dict[str, Any] = {
            "key": "cordon",
            "name": "清理",
            "budget": {"kind": "continuous", "amount": 1},
        }
        answer = await dispatcher.post(f"/cases/{number}/plan-milestone", step)
        assert answer.status_code == 200, answer.text
        return number

    numbers = [await one(address) for address in ADDRESSES]
    auditor = await site.person("bishan-audit")

    async def overdue() -> set[str]:
        items = (await auditor.get("/overdue", q="消防通道被占")).json()["items"]
        return {item["case"]["number"] for item in items}

    await eventually(overdue, lambda found: set(numbers) <= found)
    return numbers


async def tick(page: Page, *numbers: str) -> None:
    for number in numbers:
        await page.locator(f'.late-row[data-number="{number}"] input[type=checkbox]').check()


async def test_from_the_board_to_the_answer(site: Site, visit: Visit) -> None:
    numbers = await late_cases(site)
    first, second, third = numbers
    page = await visit("bicheng-supervise", path="/overdue")
    await expect(page.get_by_role("heading", level=1)).to_have_text("超期督办")
    await check_page(page, "zh")

    # Down to the grid, by where it happened.
    for unit in ("东关社区", "18网格"):
        await page.locator(".counts").get_by_role("link", name=unit).click()
        await expect(page.locator(".crumbs [aria-current]")).to_have_text(unit)
    await expect(page.locator(".late-row")).to_have_count(3)
    await page.locator(f'.late-row[data-number="{first}"] summary').click()
    await expect(page.locator(f'.late-row[data-number="{first}"] .late-why')).to_contain_text("期限1秒")

    # Two are urged at once, and each is told of.
    await tick(page, first, second)
    await expect(page.locator("[data-count]")).to_have_text("已选 2 件")
    await page.get_by_label("催办、督办的话").fill("请抓紧清理")
    await page.get_by_role("button", name="催办所选").click()
    await expect(page.locator(".batch-progress .result.is-done")).to_have_count(2)
    await expect(page.locator("[data-said]")).to_have_text("已处理 2 件，共 2 件")
    await check_page(page, "zh")
    await page.get_by_role("link", name="完成，刷新列表").click()

    # One is supervised from its row, in the sheet; without words it says what is missing.
    row = page.locator(f'.late-row[data-number="{third}"]')
    await row.get_by_role("link", name="督办").click()
    sheet = page.locator("#sheet")
    await sheet.get_by_role("textbox").fill("两日内清理完毕并说明原因")
    await sheet.get_by_role("button", name="督办").click()
    await expect(sheet).to_be_hidden()

    # The order stands among the orders; its answer appears by itself.
    await page.goto("/supervision?origin=people&hand=by_me")
    order = page.locator(f'.order[data-number="{third}"]', has_text="两日内清理完毕并说明原因")
    await expect(order).to_contain_text("平安法治")
    await expect(order).to_contain_text("待回复")
    await check_page(page, "zh")
    await page.goto("/supervision?origin=people&hand=by_me&tab=all")
    await expect(order).to_be_visible()
    owner = await site.person("bicheng-pingan")
    orders = [o for o in (await site.product.state(third)).orders if not o.automatic]
    await owner.sends(third, "answer", order=orders[0].id, reply="已协调拖车，今晚清完")
    await expect(order).to_contain_text("已协调拖车，今晚清完")
    await expect(order).to_contain_text("已回复")

    # The board as a workbook.
    await page.goto(f"/overdue?unit={GRID}")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="导出 Excel").click()
    file = await (await waiting.value).path()
    book = load_workbook(io.BytesIO(await asyncio.to_thread(file.read_bytes)))
    assert {row[0].value for row in book["超期案件"].iter_rows(min_row=2)} == set(numbers)
    assert "伍知远" in str([cell.value for cell in book["说明"]["B"]])


async def test_the_auditor_reads_in_english_and_has_no_buttons(site: Site, visit: Visit) -> None:
    numbers = await late_cases(site)
    page = await visit("bishan-audit", size="phone", path="/overdue", language="en")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Overdue")
    await expect(page.locator(f'.late-row[data-number="{numbers[0]}"]')).to_be_visible()
    assert await page.locator("main input[type=checkbox], main [data-command]").count() == 0
    await check_page(page, "en")
    for path in (
        "/supervision",
        "/reviews/returns",
        "/reviews/rework",
        "/reviews/extensions",
        "/reviews/suspensions",
    ):
        await page.goto(path)
        assert await page.locator("main [data-command]").count() == 0
        await check_page(page, "en")
    await page.goto("/overdue?lang=zh")
    await expect(page.get_by_role("heading", level=1)).to_have_text("超期督办")


async def test_without_javascript_the_answer_is_a_page(site: Site, visit: Visit) -> None:
    (number, *_) = await late_cases(site)
    page = await visit("bicheng-supervise", size="phone", path="/overdue", java_script_enabled=False)
    await tick(page, number)
    await page.get_by_role("button", name="督办所选").click()
    await expect(page.locator(".fault")).to_be_visible()
    await expect(page.locator(f'.late-row[data-number="{number}"] input')).to_be_checked()
    await page.get_by_label("催办、督办的话").fill("请说明原因")
    await page.get_by_role("button", name="督办所选").click()
    await expect(page.locator(".result.is-done")).to_have_count(1)
    await page.get_by_role("link", name="返回超期督办").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("超期督办")


async def test_a_moment_in_the_future_is_refused_beside_its_field(visit: Visit) -> None:
    page = await visit("bicheng-supervise", path="/overdue?at=2126-01-01T09:00")
    await expect(page.locator("#fault-at")).to_have_text("时刻不能在将来")
    await expect(page.locator("#f-at")).to_have_value("2126-01-01T09:00")
    await check_page(page, "zh")


async def test_what_the_network_swallowed_is_sent_again_once(site: Site, visit: Visit) -> None:
    numbers = await late_cases(site)
    page = await visit("bicheng-supervise", path="/overdue")
    await tick(page, *numbers)
    await page.get_by_label("催办、督办的话").fill("网络不好也请抓紧")
    async with site.offline(page):
        await page.get_by_role("button", name="催办所选").click()
        await expect(page.locator("[data-said]")).to_have_text("网络中断，余下 3 件未确认")
    await page.get_by_role("button", name="再试余下的").click()
    await expect(page.locator(".batch-progress .result.is-done")).to_have_count(3)
    for number in numbers:
        facts = await site.product.facts(number, "urged")
        assert [fact["note"] for fact in facts if not fact["automatic"]] == ["网络不好也请抓紧"]
