"""A dispatcher's day: what comes in appears by itself, is compared, accepted, dispatched; whistles follow."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit

REPORT: dict[str, Any] = {
    "matter": "manhole-cover",
    "urgency": "urgent",
    "unit": "500120001005-g18",
    "latitude": 29.592,
    "longitude": 106.227,
}


async def test_from_the_queue_to_the_section(site: Site, visit: Visit) -> None:
    worker = await site.product.person("dongguan-g18")
    first = (await worker.report(**REPORT, text="路口井盖破了"))["number"]
    page = await visit("bicheng-dispatch", path="/intake")
    await check_page(page)
    await expect(page.locator(f"#q-{first}")).to_be_visible()
    # A new case appears by itself, and what is being read stays where it is.
    second = (await worker.report(**REPORT, text="同一个井盖裂开了"))["number"]
    await expect(page.locator(f"#q-{second}")).to_be_visible()
    await expect(page.locator("#this-case + .said")).to_have_text("路口井盖破了")

    await page.locator(f"#q-{second} a").click()
    await expect(page.locator(".duplicate")).to_have_count(1)
    await page.locator(".duplicate").get_by_text("并入此件").click()
    sheet = page.locator("#sheet")
    await expect(sheet.get_by_label("并入的案件编号")).to_have_value(first)
    await check_page(page)
    await sheet.get_by_role("button", name="并入").click()
    await expect(page.locator(f"#q-{second}")).to_have_count(0)

    await page.locator(f"#q-{first} a").click()
    await page.get_by_text("公事").click()
    await page.get_by_role("button", name="受理，去派遣").click()
    await expect(page.get_by_role("heading", name="派给谁")).to_be_visible()
    await check_page(page)
    await page.locator(".owner.is-first button").click()
    await page.wait_for_url("**/intake?step=dispatch&after=*")
    await expect(page.locator(f"#q-{first}")).to_have_count(0)
    assert (await site.product.state(first)).tasks


async def test_a_refusal_and_a_fault_stay_in_the_sheet(site: Site, visit: Visit) -> None:
    worker = await site.product.person("dongguan-g18")
    number = (await worker.report(**REPORT, text="井盖响"))["number"]
    page = await visit("bicheng-dispatch", path=f"/intake?case={number}")
    await page.get_by_role("link", name="不予受理").click()
    sheet = page.locator("#sheet")
    reason = sheet.get_by_role("textbox")
    await reason.fill(" ")
    await sheet.get_by_role("button", name="不予受理").click()
    await expect(sheet.locator("#fault-reason")).to_be_visible()
    await check_page(page)
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()


async def test_the_whistle_board_follows(site: Site, visit: Visit) -> None:
    worker, street = await site.product.person("dongguan-g18"), await site.product.person("bicheng-dispatch")
    department = await site.product.person("bishan-chengguan")
    number = (await worker.report(**REPORT, text="主干道井盖缺失"))["number"]
    await street.sends(number, "accept")
    await street.sends(number, "dispatch", lead="500120001-minsheng")
    page = await visit("bicheng-command", path="/whistles", size="phone", language="en")
    await street.sends(number, "whistle", ground="emergency", units=["500120-chengguan"], reason="需更换井盖")
    board = page.locator(f"#w-{number}-w1")
    await expect(board).to_be_visible()
    await check_page(page)
    await department.sends(number, "sign")
    await expect(board.locator("time")).to_have_count(2)
