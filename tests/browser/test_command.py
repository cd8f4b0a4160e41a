"""The command centre: a wall that keeps itself true, and a live map that leads to the case."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import Page, expect

from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit

GRID: Final = "500120001005-g18"
FIRE: Final[dict[str, Any]] = {
    "matter": "gas-leak",
    "urgency": "critical",
    "unit": GRID,
    "text": "楼道有燃气味",
    "address": "向阳街230号",
}


async def report(site: Site, **body: Any) -> str:
    """A red order in the grid, reported over the API."""
    worker = await site.person("dongguan-g18")
    number: str = (await worker.report(**(FIRE | body)))["number"]
    return number


async def animation(page: Page, selector: str) -> str:
    """What moves there."""
    name: str = await page.locator(selector).evaluate("shown => getComputedStyle(shown).animationName")
    return name


async def test_a_red_order_comes_to_the_wall_by_itself_and_is_pinned(site: Site, visit: Visit) -> None:
    page = await visit("bicheng-command", "wall", path="/wall", reduced_motion="no-preference")
    await expect(page.locator("#wall-line.is-live")).to_be_visible()
    await expect(page.locator("#flow-chart canvas")).to_be_visible()
    before = int(await page.locator("#figure-critical").inner_text())
    number = await report(site)
    order = page.locator(f"#red-{number}")
    await expect(order).to_be_visible()
    await expect(order).to_have_class("order is-alarming may-pin")
    await expect(page.locator("#figure-critical")).to_have_text(str(before + 1))
    assert await animation(page, f"#red-{number}") == "alarm"
    await expect(page.locator("[data-map] .pin.is-alarming")).to_have_count(1)
    await page.get_by_role("button", name="停止闪烁").click()
    assert await animation(page, f"#red-{number}") == "none"
    await check_page(page)

    await order.get_by_role("button", name="置顶").click()
    pinned = page.locator(f"#pin-{number}")
    await expect(pinned).to_be_visible()
    await expect(page.locator(".wall-said")).to_have_text("已置顶")
    await page.get_by_label("按编号置顶").fill("20200101-000001")
    await page.locator(".pin-form button").click()
    await expect(page.locator(".wall-said")).to_have_text("没有这件案件，或您无权查看")
    await pinned.get_by_role("button", name="取消置顶").click()
    await expect(pinned).to_have_count(0)
    await expect(page.locator("#flow-chart canvas")).to_have_count(1)


async def test_nothing_moves_for_who_has_asked_for_less(site: Site, visit: Visit) -> None:
    number = await report(site)
    page = await visit("bicheng-command", "wall", "en", path="/wall")
    await expect(page.locator(f"#red-{number}.is-alarming")).to_be_visible()
    assert await animation(page, f"#red-{number}") == "none"
    await page.locator(".figure-open summary").click()
    await expect(page.locator(".figure-open .define p")).to_be_visible()
    await check_page(page)


async def test_a_wall_says_when_it_is_no_longer_true(site: Site, visit: Visit) -> None:
    page = await visit("bicheng-supervise", "wall", path="/wall")
    line = page.locator("#wall-line")
    await expect(line).to_have_text("实时更新")
    async with site.cut_off():
        await expect(line).to_contain_text("连接中断，正在重连", timeout=30_000)
    await expect(line).to_have_text("实时更新", timeout=30_000)
    number = await report(site)
    await expect(page.locator(f"#red-{number}")).to_be_visible()


async def test_from_the_map_to_the_case(site: Site, visit: Visit) -> None:
    page = await visit("bicheng-dispatch", path="/map?urgency=urgent")
    await expect(page.locator("[data-map] path.cell-own")).to_have_count(20)
    await expect(page.get_by_text("示意图，非实际边界")).to_be_visible()
    number = await report(site, matter="manhole-cover", urgency="urgent", text="井盖缺失")
    item = page.locator(f"#on-map-{number}")
    await expect(item).to_be_visible()
    await expect(page.locator("[data-map] .pin")).to_have_count(1)
    await check_page(page)

    await item.get_by_role("button", name="在图上看").click()
    popup = page.locator(".leaflet-popup")
    await expect(popup).to_contain_text("向阳街230号")
    await popup.get_by_role("link", name="井盖").click()
    await page.wait_for_url(f"**/cases/{number}")
    await page.get_by_role("button", name="置顶").click()
    await expect(page.get_by_role("button", name="取消置顶")).to_be_visible()

    await page.goto("/map")
    await page.get_by_label("紧急程度").select_option("critical")
    await page.wait_for_url("**/map?*urgency=critical*")
    await expect(item).to_have_count(0)
    await page.locator("[data-map] path.cell-own").first.click(force=True)
    await expect(page.locator("#map-people")).to_contain_text("本级和下一级")
    await check_page(page)


async def test_the_map_and_the_wall_on_a_phone(site: Site, visit: Visit) -> None:
    number = await report(site)
    page = await visit("bishan-command", "phone", "en", path="/map")
    await expect(page.locator(f"#on-map-{number}")).to_be_visible()
    await page.get_by_text("Areas").click()
    await page.locator("#tab-parts").get_by_role("link", name="璧城街道").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("璧城街道")
    await check_page(page)
    await page.goto("/wall")
    await expect(page.locator(f"#red-{number}")).to_be_visible()
    await check_page(page)
