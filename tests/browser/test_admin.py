"""An administrator's day: somebody new, a file looked at, a draft, a holiday, and who read what."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from playwright.async_api import Page, expect

from models.queries.contacts import Contact, new_reference, read_contact, store_contact
from models.queries.people import find_login, principal_of
from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit
from tests.support.product import Person
from tests.support.records import eventually

GRID: Final = "500120001005-g18"
LIST: Final = (
    "code,name,kind,parent_code\n"
    "500120,璧山区,district,50\n"
    "500120001,璧城街道,street,500120\n"
    "500120098,新设街道,street,500120\n"
)
RENAMED: Final = "code,name,kind,parent_code\n500120001001,大旺新社区居民委员会,community,500120001\n"


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("navigation", name="管理", exact=True).get_by_role("link", name=name).click()
    await expect(page.get_by_role("navigation", name="管理", exact=True).get_by_text(name)).to_have_attribute(
        "aria-current", "page"
    )


async def a_reading(site: Site) -> str:
    """A dispatcher reads a reporter's contact in full; the case's number."""
    worker = await site.person("dongguan-g18")
    number: str = (await worker.report(matter="other", unit=GRID, text="查阅演示"))["number"]

    async def known() -> bool:
        return (await worker.get(f"/cases/{number}")).status_code == 200

    await eventually(known, bool)
    now, reference = datetime.now(UTC), new_reference()
    async with site.product.services.sessions.write() as session:
        row = await find_login(session, "bicheng-dispatch")
        assert row is not None
        reader = await principal_of(session, row.id, now)
        assert reader is not None
        await store_contact(session, reference, Contact(name="王小明", phone="13812345678"), now)
        await read_contact(session, reader, reference, case_no=number, reason="回访核实", at=now)
    return number


async def test_somebody_new_gets_an_a_post_and_sees_the_desk(site: Site, visit: Visit) -> None:
    page = await visit("admin", path="/admin")
    await expect(page.get_by_role("heading", name="概览")).to_be_visible()
    await tab(page, "人员")
    await page.get_by_role("link", name="新建人员").click()
    await page.get_by_label("姓名").fill("陈晓")
    await page.get_by_label("登录名").fill("pingan-chenxiao")
    await page.get_by_role("searchbox", name="单位名称或代码").fill("500120001-pingan")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="平安法治").click()
    await page.get_by_role("radio", name=re.compile("^A角")).check()
    await expect(page.get_by_label("姓名")).to_have_value("陈晓")
    await check_page(page)
    await page.get_by_role("button", name="建立账号").click()
    await expect(page.get_by_role("heading", name="初始密码")).to_be_visible()
    password = await page.locator("#first-password").inner_text()
    await check_page(page)
    await page.get_by_role("link", name="已告知本人").click()
    await expect(page.get_by_role("heading", name="陈晓")).to_be_visible()
    await expect(page.locator(".posts")).to_contain_text("平安法治")
    await check_page(page)

    newcomer = await visit(None, path="/sign-in")
    await newcomer.get_by_label("账号").fill("pingan-chenxiao")
    await newcomer.get_by_label("密码").fill(password)
    await newcomer.keyboard.press("Enter")
    await expect(newcomer.get_by_role("heading", name="更改密码")).to_be_visible()
    own = "a river of three words"
    await newcomer.get_by_label("当前密码").fill(password)
    await newcomer.get_by_label("新密码", exact=False).first.fill(own)
    await newcomer.get_by_label("再输入一次新密码").fill(own)
    await newcomer.get_by_role("button", name="更改密码").click()
    await newcomer.goto("/desk")
    await expect(newcomer.get_by_role("heading", name="工作台")).to_be_visible()
    answer = await site.product.http.post(
        "/api/v1/tokens", data={"username": "pingan-chenxiao", "password": own}
    )
    token = answer.json()["access_token"]
    me = (await Person(site.product.http, {"Authorization": f"Bearer {token}"}).get("/me")).json()
    assert [(post["unit"]["name"], post["rank"]) for post in me["posts"]] == [("平安法治", "A")]


async def test_the_tree_opens_and_a_file_is_looked_at_dropped_and_brought_again(visit: Visit) -> None:
    page = await visit("admin", path="/admin/units")
    await page.locator("summary", has_text="璧山区").focus()
    await page.keyboard.press("Enter")
    street = page.locator("summary", has_text="璧城街道").first
    await expect(street).to_be_visible()
    await street.click()
    await expect(page.get_by_role("link", name="平安法治", exact=True).first).to_be_visible()
    await page.get_by_role("searchbox", name="名称或代码").fill("东关社区")
    await expect(page.locator("#found")).to_contain_text("500120001005")
    await check_page(page)

    await page.get_by_role("link", name="导入").click()
    chooser = page.get_by_label("文件")
    await chooser.set_input_files(
        {"name": "bad.csv", "mimeType": "text/csv", "buffer": LIST.replace("500120098", "5").encode()}
    )
    await page.get_by_role("button", name="查看会改什么").click()
    await expect(page.get_by_role("table")).to_contain_text("代码应为9位数字")
    await check_page(page)
    await chooser.set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    await page.get_by_role("button", name="查看会改什么").click()
    await expect(page.locator("#change-added")).to_contain_text("新设街道")
    await expect(page.locator(".consequences")).to_contain_text("个岗位，将不再生效")
    await check_page(page)
    await page.get_by_role("button", name="取消，不导入").click()
    await expect(page.locator("#notices")).to_contain_text("没有做任何改动")

    await page.get_by_role("link", name="导入").click()
    renamed = RENAMED.encode()
    await chooser.set_input_files({"name": "renamed.csv", "mimeType": "text/csv", "buffer": renamed})
    await page.get_by_role("button", name="查看会改什么").click()
    await page.get_by_label("原因").fill("更名批复")
    await page.get_by_role("button", name="确认导入").click()
    await expect(page.get_by_text("导入完成，共 1 处变更")).to_be_visible()
    await check_page(page)


async def test_a_draft_says_what_it_would_mean_and_a_holiday_is_added(visit: Visit) -> None:
    page = await visit("admin", path="/admin/policies/135/draft")
    text = page.get_by_label("政策正文")
    draft = await text.input_value()
    await text.fill(draft.replace("5 minutes", "5 moons"))
    await page.get_by_role("button", name="检查并预览").click()
    await expect(page.locator(".text-faults")).to_contain_text("5 moons")
    await expect(page.locator(".editor-lines b")).to_have_count(1)
    await check_page(page)
    await text.fill(draft.replace("5 minutes", "6 minutes"))
    await page.get_by_role("button", name="检查并预览").click()
    await page.get_by_label("紧急程度").select_option("critical")
    await page.get_by_label("上报时间").fill("2026-10-01T03:00")
    await page.get_by_role("button", name="检查并预览").click()
    arrival = page.locator(".promise", has=page.get_by_role("heading", name="到场"))
    await expect(arrival).to_contain_text("红灯 10月1日 03:06")
    await expect(arrival).to_contain_text("依据《135》第2版")
    await expect(page.locator(".diff .is-added")).to_contain_text(["version = 2", "6 minutes"])
    await check_page(page)

    await tab(page, "工作日历")
    await page.goto("/admin/calendar/2026")
    await page.get_by_role("link", name=re.compile("^25 工作日")).last.click()
    await expect(page.get_by_label("自")).to_have_value("2026-12-25")
    await page.get_by_role("radio", name="放假", exact=True).check()
    await page.get_by_label("节假日名称").fill("抗洪停工")
    await page.get_by_role("button", name="查看会改什么").click()
    await expect(page.locator(".consequences")).to_contain_text("1 天与现在不同")
    await check_page(page)
    await page.get_by_label("原因").fill("防汛需要")
    await page.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("抗洪停工").first).to_be_visible()
    await check_page(page)


async def test_it_is_seen_who_read_a_contact(site: Site, visit: Visit) -> None:
    number = await a_reading(site)
    page = await visit("admin", path="/admin/reads")
    await page.get_by_label("案件编号").fill(number)
    await page.get_by_role("button", name="查找").click()
    row = page.get_by_role("row", name=re.compile(number))
    await expect(row).to_contain_text("沈亦凡")
    await expect(row).to_contain_text("回访核实")
    await expect(page.locator("main")).not_to_contain_text("王小明")
    await check_page(page)
    auditor = await visit("bishan-audit", path="/admin/reads", size="phone")
    await expect(auditor.get_by_role("row", name=re.compile(number))).to_be_visible()
    await check_page(auditor)
