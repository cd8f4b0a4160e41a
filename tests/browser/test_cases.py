"""The page of a case in a real browser: read, act, be refused where it happened, and watch it change."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit

PLACE = {"matter": "manhole-cover", "urgency": "urgent", "unit": "500120001005-g18", "address": "向阳街12号"}
LINES_WIDE = "() => [...document.querySelectorAll('.bands')].map((one) => [one.scrollWidth, one.clientWidth])"


async def reported(site: Site, text: str, **more: Any) -> str:
    worker = await site.person("dongguan-g18")
    return str((await worker.report(**{**PLACE, "text": text, **more}))["number"])


async def dispatched(site: Site, text: str) -> str:
    """A case on its way: accepted, and in the pool of the safety section."""
    number = await reported(site, text)
    dispatcher = await site.person("bicheng-dispatch")
    await dispatcher.sends(number, "accept", note="已核实")
    await dispatcher.sends(number, "dispatch", lead="500120001-pingan")
    return number


async def test_a_dispatcher_finds_a_case_and_accepts_it(site: Site, visit: Visit) -> None:
    number = await reported(site, "学校门口井盖翘起")
    page = await visit("bicheng-dispatch", path="/cases")
    await page.get_by_role("searchbox").fill("学校门口")
    await page.get_by_role("button", name="查找").click()
    await expect(page).to_have_url(f"{site.url}/cases?q=%E5%AD%A6%E6%A0%A1%E9%97%A8%E5%8F%A3")
    await check_page(page)
    await page.get_by_role("link", name="井盖").first.click()
    await expect(page).to_have_url(f"{site.url}/cases/{number}")
    await expect(page.locator("article.case")).to_contain_text("待受理")
    await check_page(page)

    await page.locator("#deeds [data-command=accept]").click()
    sheet = page.locator("#sheet")
    await sheet.get_by_role("button", name="受理").click()
    await expect(page.locator(".case-title .stage")).to_have_text("待派遣")
    await expect(sheet).to_be_hidden()
    await expect(page.locator("#deeds [data-command=dispatch]")).to_be_visible()
    await expect(page.locator("#deeds [data-command=accept]")).to_have_count(0)


async def test_what_others_do_is_seen_without_moving_what_is_read(site: Site, visit: Visit) -> None:
    number = await dispatched(site, "路口井盖缺一角")
    page = await visit("bicheng-dispatch", path=f"/cases/{number}")
    rule = page.locator("#facts details.why").last
    await rule.locator("summary").click()
    await expect(rule).to_have_attribute("open", "")
    await rule.scroll_into_view_if_needed()
    before = await rule.evaluate("(element) => element.getBoundingClientRect().top")

    staff = await site.person("bicheng-pingan")
    await staff.sends(number, "claim")
    await expect(page.locator("#facts .course > li").first).to_contain_text("认领")
    await expect(rule).to_have_attribute("open", "")
    after = await rule.evaluate("(element) => element.getBoundingClientRect().top")
    assert abs(after - before) < 4


async def test_a_refusal_is_shown_where_it_happened(site: Site, visit: Visit) -> None:
    number = await dispatched(site, "井盖响声很大")
    page = await visit("bicheng-pingan", size="phone", path=f"/cases/{number}")
    await page.locator("#deeds [data-command=return]").click()
    sheet = page.locator("#sheet")
    await expect(sheet.get_by_role("heading", name="退回")).to_be_visible()
    # Meanwhile it is taken and dealt with, on another device.
    elsewhere = await site.person("bicheng-pingan")
    await elsewhere.sends(number, "claim")
    await elsewhere.sends(number, "handle", note="已更换")
    await sheet.locator("textarea").first.fill("不属本板块")
    await sheet.locator(".btn-submit").click()
    await expect(sheet.get_by_role("alert").first).to_be_visible()
    await expect(sheet).to_be_visible()
    await expect(page.locator(".case-title .stage")).to_have_text("待核查")


async def test_on_a_phone_the_main_deed_is_at_hand_and_the_picture_scrolls_in_its_box(
    site: Site, visit: Visit
) -> None:
    number = await dispatched(site, "消防通道旁井盖破损")
    page = await visit("bicheng-pingan", size="phone", path=f"/cases/{number}")
    claim = page.locator("#deeds [data-command=claim]")
    await expect(claim).to_be_in_viewport()
    await page.locator("#deeds-more summary").click()
    await expect(page.locator("#deeds [data-command=transfer]")).to_be_in_viewport()
    await page.locator("#deeds-more summary").click()
    [[content, box]] = await page.evaluate(LINES_WIDE)
    assert content > box
    await check_page(page)
    await claim.click()
    await expect(page.locator("#deeds [data-command=arrive]")).to_be_visible()


async def test_the_page_in_english(site: Site, visit: Visit) -> None:
    number = await dispatched(site, "Manhole cover gone")
    page = await visit("bicheng-dispatch", language="en", path=f"/cases/{number}")
    await expect(page.locator("#deeds-title")).to_have_text("To do now")
    await page.locator("#bands-words > summary").click()
    await expect(page.get_by_role("table", name="Limit")).to_be_visible()
    await check_page(page)


async def test_everything_is_open_on_paper(site: Site, visit: Visit) -> None:
    number = await dispatched(site, "要打印的一件")
    page = await visit("bishan-audit", path=f"/cases/{number}")
    await page.emulate_media(media="print")
    await expect(page.locator(".side")).to_be_hidden()
    await expect(page.locator("#deeds")).to_be_hidden()
    await expect(page.locator(".print-foot")).to_be_visible()
    assert await shown_rules(page) > 3


async def shown_rules(page: Page) -> int:
    """How many of the folded rules can be read."""
    return int(
        await page.evaluate(
            "[...document.querySelectorAll('#facts details.why li')].filter((one) => one.checkVisibility()"
            " && one.getBoundingClientRect().height > 0).length"
        )
    )


async def test_without_scripts_links_and_forms_do_it_all(site: Site, visit: Visit) -> None:
    number = await reported(site, "没有脚本也能办")
    page = await visit("bicheng-dispatch", path=f"/cases/{number}", java_script_enabled=False)
    await page.locator("#deeds [data-command=accept]").click()
    await page.locator("main .btn-submit").click()
    await expect(page.locator(".case-title .stage")).to_have_text("待派遣")
    await page.get_by_role("link", name="最早在前").click()
    await expect(page.locator("#facts .course > li").first).to_contain_text("上报")
