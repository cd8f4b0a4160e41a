"""The staff desk in a real browser: live, by mouse, by thumb and by keyboard alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from models.city.people import Role
from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit, Watch
from tests.support.colleagues import colleagues
from tests.support.product import DEMO_PASSWORD

SAFETY = "500120001-pingan"
STAFF = "bicheng-pingan"
COLLEAGUE = f"{Role.SECTION_STAFF}-{SAFETY}-0"
"""Without a rank: may claim at once, as A may."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def colleague(site: Site) -> AsyncIterator[None]:
    """Somebody else at the same desk."""
    await colleagues(site.product, STAFF, SAFETY, Role.SECTION_STAFF, 1)
    yield


async def to_safety(site: Site, text: str = "农贸市场占道", urgency: str = "ordinary") -> str:
    """A matter of the street, given to its safety section; its number."""
    dispatcher = await site.person("bicheng-dispatch")
    report = {"matter": "joint-enforcement", "unit": "500120001", "text": text, "urgency": urgency}
    number: str = (await dispatcher.report(**report))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SAFETY)
    return number


def row(page: Page, number: str) -> Locator:
    """The row of a case."""
    return page.locator(f"#works #case-{number}")


async def live(page: Page) -> None:
    """Wait until the page hears of changes."""
    await expect(page.locator("#live-state")).to_have_text(re.compile("实时更新|Live"))


async def test_a_day_at_the_desk_claim_arrive_handle_and_the_next(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    page = await visit(STAFF, path="/desk")
    await live(page)
    await check_page(page)
    mine = row(page, number)
    await mine.get_by_role("button", name="认领").click()
    await expect(mine).to_contain_text("我 · 已认领")
    await mine.get_by_role("link", name="到场", exact=True).click()
    sheet = page.locator("#sheet")
    await sheet.get_by_label("备注").fill("已到市场")
    await check_page(page)
    await sheet.get_by_role("button", name="到场").click()
    await expect(sheet).not_to_be_visible()
    await expect(mine).to_contain_text("我 · 已到场")
    await expect(mine.locator(":focus")).to_have_count(1)
    following = await to_safety(site, "下一件")
    await mine.get_by_role("link", name="处置", exact=True).click()
    await sheet.get_by_label("怎样处置的").fill("摊贩已劝离，路面已清")
    await sheet.get_by_role("button", name="处置").click()
    await expect(mine).to_contain_text("已处置")
    await expect(mine).to_have_class(re.compile("work-left"))
    bar = page.get_by_role("button", name=re.compile(r"1 件新任务"))
    await expect(bar).to_be_visible()
    await bar.click()
    await expect(row(page, following).locator(".work-link")).to_be_focused()
    await expect(mine).to_have_count(0)
    assert (await site.product.state(number)).stage == "verifying"


async def test_a_case_appears_in_a_second_window_by_itself_and_fades_when_somebody_else_takes_it(
    site: Site, visit: Visit
) -> None:
    mine, theirs = await asyncio.gather(visit(STAFF, path="/desk"), visit(COLLEAGUE, path="/desk"))
    await asyncio.gather(live(mine), live(theirs))
    number = await to_safety(site, "看它自己出现")
    await asyncio.gather(*(expect(row(page, number)).to_be_visible(timeout=8000) for page in (mine, theirs)))
    before = int(await mine.locator("#tab-pool .count").inner_text())
    await row(mine, number).locator(".work-link").focus()
    await row(theirs, number).get_by_role("button", name="认领").click()
    await expect(row(mine, number)).to_contain_text("同事00号 已认领")
    await expect(row(mine, number)).to_have_class(re.compile("work-left"))
    await expect(row(mine, number).locator(".work-link")).to_be_focused()
    await expect(mine.locator("#tab-pool .count")).to_have_text(str(before - 1))
    await check_page(mine)


async def test_the_loser_of_a_race_sees_who_won(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    page = await visit(STAFF, path="/desk?list=pool")
    await live(page)
    # The news is slower than the finger.
    await page.route("**/desk/changes*", lambda route: route.fulfill(status=204))
    colleague = await site.person(COLLEAGUE)
    await colleague.sends(number, "claim")
    await row(page, number).get_by_role("button", name="认领").click()
    await expect(row(page, number).get_by_role("alert")).to_contain_text("已被他人认领：同事00号")
    await expect(row(page, number).get_by_role("button")).to_have_count(0)


async def test_what_is_being_read_does_not_move(site: Site, visit: Visit) -> None:
    await asyncio.gather(*(to_safety(site, f"第{place}件") for place in range(12)))
    page = await visit(STAFF, path="/desk")
    await live(page)
    await expect(page.locator("#works .work").nth(11)).to_be_attached()
    await page.evaluate("document.scrollingElement.scrollTop = 400")
    top = "document.querySelector('#works .work:nth-child(9)').getBoundingClientRect().top"
    before = await page.evaluate(top)
    urgent = await to_safety(site, "插到最前面", "urgent")
    await expect(page.locator("#fresh")).to_be_visible()
    await expect(page.locator("#fresh button")).to_have_text("1 件新任务 · 显示")
    await expect(row(page, urgent)).to_have_count(0)
    assert abs(await page.evaluate(top) - before) < 60, "only the bar itself took room"
    await page.keyboard.press("n")
    await expect(row(page, urgent).locator(".work-link")).to_be_focused()
    await expect(page.locator("#works .work").first).to_have_attribute("data-number", urgent)


async def test_typing_in_the_sheet_goes_on_while_the_list_behind_it_changes(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    await (await site.person(STAFF)).sends(number, "claim")
    page = await visit(STAFF, path="/desk")
    await live(page)
    await row(page, number).get_by_role("link", name="处置", exact=True).click()
    note = page.locator("#sheet").get_by_label("怎样处置的")
    await note.fill("已劝")
    counted = page.locator("#tab-all .count")
    before = int(await counted.inner_text())
    await to_safety(site)
    await expect(counted).to_have_text(str(before + 1))
    await expect(note).to_be_focused()
    await page.keyboard.type("离")
    await expect(note).to_have_value("已劝离")


async def test_a_window_in_the_background_rests_and_then_catches_up(site: Site, visit: Visit) -> None:
    page = await visit(STAFF, path="/desk")
    await live(page)
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    await page.evaluate(hide, True)
    number = await to_safety(site, "在后台时来的")
    await page.wait_for_timeout(1500)
    await expect(row(page, number)).to_have_count(0)
    await page.evaluate(hide, False)
    await expect(row(page, number)).to_be_visible()
    later = await to_safety(site, "又是实时的")
    await expect(row(page, later)).to_be_visible()


async def test_a_return_without_reason_is_refused_beside_the_field(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    page = await visit(STAFF, path="/desk?list=pool")
    await live(page)
    await row(page, number).get_by_role("link", name="更多操作").click()
    menu = page.locator("#work-more")
    await expect(menu.get_by_role("link")).to_have_text(["退回", "申请延期", "申请挂起"])
    await menu.get_by_role("link", name="退回").click()
    sheet = page.locator("#sheet")
    reason = sheet.get_by_label("退回理由")
    await expect(reason).to_be_visible()
    await sheet.locator("form[method=post]").evaluate("form => { form.noValidate = true; }")
    await reason.fill("   ")
    await sheet.get_by_role("button", name="退回").click()
    await expect(sheet.locator("#fault-reason")).to_be_visible()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await reason.fill("属住建部门职责")
    await sheet.get_by_role("button", name="退回").click()
    await expect(row(page, number)).to_contain_text("已退回")


async def test_more_time_is_asked_for_and_granted_by_another_person(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    await (await site.person(STAFF)).sends(number, "claim")
    page, commander = await asyncio.gather(
        visit(STAFF, path="/desk?list=mine"), visit("bicheng-command", path="/desk?list=waiting")
    )
    await asyncio.gather(live(page), live(commander))
    await row(page, number).get_by_role("link", name="更多操作").click()
    await page.locator("#work-more").get_by_role("link", name="申请延期").click()
    sheet = page.locator("#sheet")
    await sheet.get_by_label("延长多少").fill("2")
    await sheet.get_by_label("延期理由").fill("等待产权单位出具图纸")
    await sheet.get_by_role("button", name="申请延期").click()
    await expect(sheet).not_to_be_visible()
    asked = row(commander, number)
    await expect(asked).to_contain_text("马海棠 申请延期", timeout=8000)
    await asked.get_by_role("link", name="批准", exact=True).click()
    await commander.locator("#sheet").get_by_role("button", name="批准").click()
    await expect(asked).to_have_class(re.compile("work-left"))
    assert (await site.product.state(number)).extended == 1


async def test_from_sign_in_to_handled_by_keyboard_alone(site: Site, visit: Visit) -> None:
    number = await to_safety(site, "只用键盘办")
    page = await visit(path="/sign-in?next=/desk")
    keys = page.keyboard
    await page.get_by_label("账号").focus()
    await keys.type(STAFF)
    await keys.press("Tab")
    await keys.type(DEMO_PASSWORD)
    await keys.press("Enter")
    await page.wait_for_url("**/desk")
    await live(page)
    await keys.press("/")
    await expect(page.locator("#desk-words")).to_be_focused()
    await keys.type("只用键盘办")
    await expect(page.locator("#works .work")).to_have_count(1)
    await expect(page).to_have_url(re.compile("q="))
    await keys.press("Tab")
    await keys.press("j")  # in a list of choices a letter chooses
    await expect(page.locator("#works .work-link")).not_to_be_focused()
    await page.evaluate("document.activeElement.blur()")
    await keys.press("j")
    mine = row(page, number)
    await expect(mine.locator(".work-link")).to_be_focused()
    outline = "element => getComputedStyle(element).outlineStyle"
    assert await mine.locator(".work-link").evaluate(outline) != "none"
    await keys.press("c")
    await expect(mine).to_contain_text("我 · 已认领")
    await expect(mine.locator(".work-link")).to_be_focused()
    await keys.press("a")
    await expect(page.locator("#sheet")).to_be_visible()
    await page.locator("#sheet").get_by_role("button", name="到场").focus()
    await keys.press("Enter")
    await expect(mine).to_contain_text("我 · 已到场")
    await expect(mine.locator(":focus")).to_have_count(1)
    await keys.press("h")
    note = page.locator("#sheet").get_by_label("怎样处置的")
    await expect(note).to_be_visible()
    await note.focus()
    await keys.type("chair and jackets removed")  # full of shortcuts, none of which acts
    await page.locator("#sheet").get_by_role("button", name="处置").focus()
    await keys.press("Enter")
    await expect(mine).to_contain_text("已处置")
    assert (await site.product.state(number)).stage == "verifying"


async def test_a_key_that_meets_the_list_being_renewed_is_not_lost(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    page = await visit(STAFF, path="/desk")
    await live(page)
    await row(page, number).locator(".work-link").focus()
    await page.evaluate(
        """() => new MutationObserver((_, seen) => {
            seen.disconnect();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true }));
        }).observe(document.getElementById("desk"), { childList: true })"""
    )
    await page.evaluate("document.getElementById('filters').requestSubmit()")
    await expect(row(page, number)).to_contain_text("我 · 已认领")


async def test_shortcuts_can_be_looked_up_and_switched_off(site: Site, visit: Visit) -> None:
    await to_safety(site)
    page = await visit(STAFF, language="en", path="/desk")
    await live(page)
    await page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(help_).to_be_visible()
    await check_page(page)
    await help_.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await live(page)
    await page.keyboard.press("j")
    await expect(page.locator("#works .work-link:focus")).to_have_count(0)
    await page.keyboard.press("?")
    await expect(help_).not_to_be_visible()
    await page.get_by_role("button", name="Shortcuts").click()
    await expect(help_).to_be_visible()


async def test_what_was_missed_while_away_is_caught_up(site: Site, visit: Visit, watch: Watch) -> None:
    page = await visit(STAFF, path="/desk")
    await live(page)
    await site.cut()
    await expect(page.locator("#live-state")).to_contain_text("正在重连")
    number = await to_safety(site, "断网时来的")
    await site.mend()
    await expect(row(page, number)).to_be_visible(timeout=15_000)
    await live(page)


async def test_a_stream_ends_with_the_session_and_the_page_says_so(site: Site, visit: Visit) -> None:
    page, other = await visit("bicheng-jingji", path="/desk"), await visit("bicheng-jingji", path="/cases")
    await live(page)
    person = await site.person("bicheng-jingji")
    sessions = (await person.get("/sessions")).json()["items"]
    for session in sorted(sessions, key=lambda session: session["current"]):  # the one that asks goes last
        await site.product.http.delete(f"/api/v1/sessions/{session['id']}", headers=person.headers)
    dispatcher = await site.person("bicheng-dispatch")  # any news makes the stream look at its session
    number = (await dispatcher.report(matter="project-land", unit="500120001", text="补偿"))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead="500120001-jingji")
    for window, path in ((page, "/desk"), (other, "/cases")):
        await expect(window.get_by_role("link", name="重新登录")).to_be_visible(timeout=25_000)
        assert window.url.endswith(path), "led away from what was being read"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_on_a_phone_tasks_are_cards_for_the_thumb(site: Site, visit: Visit, language: str) -> None:
    number = await to_safety(site)
    page = await visit(STAFF, size="phone", language=language, path="/desk")  # type: ignore[arg-type]
    await live(page)
    await check_page(page)
    claim = row(page, number).locator("[data-command=claim]")
    box = await claim.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    await claim.tap()
    await expect(row(page, number).locator("[data-command=handle]")).to_be_visible()
    await row(page, number).locator("[data-more]").tap()
    await expect(page.locator("#work-more")).to_be_visible()
    await check_page(page)
    await page.goto("/inbox")
    await check_page(page)


async def test_the_inbox_tells_what_has_come_and_forgets_what_was_read(site: Site, visit: Visit) -> None:
    number = await to_safety(site)
    page = await visit("bicheng-pingan-2", path="/inbox")
    await check_page(page)
    message = page.locator(".message", has_text=number)
    unread = page.locator(".side [data-unread]")
    before = int((await unread.inner_text()).split("条")[0])
    await message.get_by_role("button", name=re.compile("标为已读")).click()
    await expect(message).to_have_class(re.compile("message-read"))
    await expect(unread).to_contain_text(str(before - 1))
    await to_safety(site)
    await expect(page.get_by_role("link", name=re.compile("1 条新消息"))).to_be_visible(timeout=8000)
    await page.get_by_role("link", name=re.compile("1 条新消息")).click()
    newest = page.locator(".message:not(.message-read) .message-words").first
    await newest.click()
    await page.wait_for_url("**/cases/*")
    await page.goto("/inbox")
    await page.get_by_role("button", name="全部标为已读").click()
    await expect(page.get_by_text("没有未读消息")).to_be_visible()
