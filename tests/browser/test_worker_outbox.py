"""The outbox: what is reported without a network waits on the phone and goes by itself, once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.support.accessibility import check_page
from tests.support.browser import SIZES, Site, Visit, Watch
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.phone import (
    GRID,
    NEIGHBOUR,
    NEXT_GRID,
    STORED,
    WORKER,
    cases_saying,
    fill,
    in_a_new_window,
    kept,
    one_case,
    ready,
    send,
    shots,
    standing,
)
from tests.support.product import DEMO_PASSWORD


async def test_offline_the_page_opens_the_report_waits_and_goes_by_itself_once(
    site: Site, visit: Visit
) -> None:
    text = "断网上报：井盖被偷，已放路锥"
    page = await visit(WORKER, size="phone", path="/report", **standing())
    context = page.context
    await kept(page)
    async with site.offline(page):
        await page.close()
        page = await in_a_new_window(context, "/report")
        await expect(page.locator("#offline-bar")).to_be_visible()
        await fill(page, text)
        await send(page)
        outbox = page.locator("#outbox")
        await expect(outbox).to_contain_text("1 件")
        await expect(outbox).to_contain_text(text)
        await expect(page.get_by_label("发生了什么")).to_have_value("")
        await page.close()
        page = await in_a_new_window(context, "/mine")
        await expect(page.locator("#outbox")).to_contain_text("等待网络")
        await expect(page.locator(".outbox-thumbs img")).to_have_count(1)
        await check_page(page)
        assert await cases_saying(site, text) == []
    await expect(page.locator("#outbox-news")).to_contain_text("已发出")
    await expect(page.locator("#outbox")).to_be_hidden()
    case = await one_case(site, text)
    state = await site.product.state(case["number"])
    assert (len(state.attachments), state.place.id) == (1, GRID)
    assert await page.evaluate(STORED) == []


async def test_the_server_is_not_reachable_and_the_page_is_closed_meanwhile(
    site: Site, visit: Visit, watch: Watch
) -> None:
    text = "服务器不通：消防通道被堵"
    page = await visit(WORKER, size="phone", path="/report", **standing())
    context = page.context
    await kept(page)
    async with site.cut_off():
        await fill(page, text, "fire-lane")
        await send(page)
        await expect(page.locator("#outbox")).to_contain_text("等待网络")
        await page.get_by_role("button", name="立即重试").click()
        await expect(page.locator("#outbox")).to_contain_text("等待网络")
        await page.close()
        assert await cases_saying(site, text) == []
    page = await in_a_new_window(context, "/report")
    await one_case(site, text)
    await expect(page.locator("#outbox")).to_be_hidden()


async def test_an_answer_that_got_lost_makes_no_second_case(site: Site, visit: Visit, watch: Watch) -> None:
    text = "回执丢失：路灯不亮"
    watch.network_may_fail = True
    # Playwright does not see what passes through a service worker.
    page = await visit(WORKER, size="phone", path="/report", **standing(service_workers="block"))
    lost: list[dict[str, Any]] = []

    async def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            await route.continue_()
            return
        lost.append(await (await route.fetch()).json())
        await route.abort("connectionreset")

    await page.route("**/report", lose)
    await fill(page, text, "street-lamp")
    await send(page)
    await expect(page.locator("#outbox-news")).to_contain_text("已发出")
    case = await one_case(site, text)
    assert [answer["number"] for answer in lost] == [case["number"]]


async def test_signed_out_meanwhile_it_stays_asks_and_goes_after_signing_in(
    site: Site, visit: Visit, watch: Watch
) -> None:
    text = "登录过期：墙砖松动"
    page = await visit(WORKER, size="phone", path="/report", **standing(service_workers="block"))
    await fill(page, text, "eave-collapse")
    await page.context.clear_cookies()
    await send(page)
    outbox = page.locator("#outbox")
    await expect(outbox).to_contain_text("请重新登录")
    await outbox.get_by_role("link", name="去登录").click()

    await sign_in(page, NEIGHBOUR)  # somebody else with the same phone
    await expect(page.locator("#report.is-ready")).to_be_visible()
    await expect(outbox).to_be_hidden()
    await page.wait_for_timeout(500)
    assert await page.evaluate(STORED) == [["waiting", 1]]
    assert await cases_saying(site, text) == []

    await page.context.clear_cookies()
    await page.goto("/sign-in?next=/mine")
    await sign_in(page, WORKER)
    await expect(page.locator("#outbox-news")).to_contain_text("已发出")
    case = await one_case(site, text)
    reporter = (await site.product.state(case["number"])).reported_by.person
    assert reporter == await page.get_attribute("#outbox", "data-person")


async def sign_in(page: Page, login: str) -> None:
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", DEMO_PASSWORD)
    await page.click("button[type=submit]")


async def test_what_the_server_refuses_is_shown_and_can_be_mended_or_deleted(
    site: Site, visit: Visit
) -> None:
    text = "别的网格里当场处置"
    page = await visit(WORKER, size="phone", path="/report", **standing())
    await kept(page)
    async with site.offline(page):
        await fill(page, text, "rubbish", locate=False)
        await page.get_by_label("所在网格").select_option(NEXT_GRID)
        await page.locator("[data-spot] summary").click()
        await page.get_by_label("怎样处置的").fill("已清理")
        await send(page)
        await expect(page.locator("#outbox")).to_contain_text("等待网络")
    item = page.locator(".outbox-item")
    await expect(item).to_contain_text("没有被接收")
    await expect(item).to_contain_text("本网格")
    await check_page(page)
    await item.get_by_role("link", name="修改").click()
    await expect(page.get_by_label("发生了什么")).to_have_value(text)
    await expect(shots(page)).to_have_count(1)
    await page.get_by_label("我已当场处置好").uncheck()
    await send(page)
    await expect(page.get_by_role("heading", name="已上报")).to_be_visible()
    state = await site.product.state((await one_case(site, text))["number"])
    assert (state.place.id, state.on_the_spot) == (NEXT_GRID, False)


async def test_what_waits_is_deleted_only_after_being_asked(site: Site, visit: Visit) -> None:
    page = await visit(WORKER, size="phone", path="/report", **standing())
    await kept(page)
    async with site.offline(page):
        await fill(page, "不想报了", "noise")
        await send(page)
        item = page.locator(".outbox-item")
        await item.get_by_role("button", name="删除").click()
        await page.locator("#outbox-ask").get_by_role("button", name="留着").click()
        await expect(item).to_have_count(1)
        await item.get_by_role("button", name="删除").click()
        await page.locator("#outbox-ask").get_by_role("button", name="删除").click()
        await expect(page.locator("#outbox")).to_be_hidden()
    await page.wait_for_timeout(300)
    assert await cases_saying(site, "不想报了") == []


async def test_signing_out_takes_the_kept_pages_along(site: Site, visit: Visit) -> None:
    page = await visit(WORKER, size="phone", path="/report")
    await kept(page)
    await page.goto("/me")
    await page.get_by_role("button", name="退出登录").first.click()
    await expect(page).to_have_url(re.compile("/sign-in"))
    assert await page.evaluate("async () => (await caches.keys()).includes('shaodao-shells')") is False


async def test_it_survives_the_end_of_the_browser(site: Site, browser: Browser, tmp_path: Path) -> None:
    text = "浏览器关掉也不丢：路面塌陷"

    async def opened() -> BrowserContext:
        context = await browser.browser_type.launch_persistent_context(
            tmp_path,
            executable_path=find_chromium(),
            args=list(ARGUMENTS),
            base_url=site.url,
            **SIZES["phone"],
        )
        cookies = await site.session_cookies(WORKER)
        await context.add_cookies([{"name": n, "value": v, "url": site.url} for n, v in cookies.items()])
        return context

    context = await opened()
    page = await in_a_new_window(context, "/report?lang=zh")
    await ready(page)
    async with site.cut_off():
        await fill(page, text, "road-damage", locate=False)
        await send(page)
        await expect(page.locator("#outbox")).to_contain_text("等待网络")
        await context.close()
    assert await cases_saying(site, text) == []
    context = await opened()
    page = await in_a_new_window(context, "/mine?lang=zh")
    case = await one_case(site, text)
    await expect(page.locator("#outbox")).to_be_hidden()
    assert len((await site.product.state(case["number"])).attachments) == 1
    await context.close()
