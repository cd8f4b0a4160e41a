"""A resident with a phone: from the code on the building to a closed case, while staff do their work."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FilePayload, Page, Response, expect

from models.base import Language
from tests.api.attachments.pictures import exif, picture
from tests.support.accessibility import check_page
from tests.support.browser import Site, Size, Visit, Watch
from tests.support.visitors import GRID, OFFICER, WORKER, at_once, dispatched, handled, reported

PHOTO: FilePayload = {
    "name": "lamp.jpg",
    "mimeType": "image/jpeg",
    "buffer": picture(size=(2400, 1800), data=exif()),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


async def now(page: Page) -> str:
    """The step at which the page says the report is."""
    return (await page.locator("[aria-current=step] .step-words").inner_text()).strip()


async def test_from_the_code_on_the_building_to_the_end(visit: Visit, site: Site) -> None:
    page = await visit(size="phone", path=f"/r/{GRID}", permissions=["clipboard-read", "clipboard-write"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("18网格")
    await check_page(page)
    await page.get_by_role("link", name="随手拍上报").tap()

    await page.set_input_files("input[type=file]", PHOTO)
    await expect(page.get_by_role("button", name="移除照片 1")).to_be_visible()
    await page.get_by_label("发生了什么").fill("路灯不亮，晚上看不清")
    await page.get_by_label("属于哪一类").select_option("street-lamp")
    await page.get_by_label("怎么称呼").fill("王小明")
    await page.get_by_label("电话").fill("13812345678")
    await check_page(page)
    await page.get_by_role("button", name="提交").tap()
    await expect(page.get_by_text("留下联系方式，需要您同意")).to_be_visible()
    await expect(page.get_by_text("已收到 1 张照片")).to_be_visible()
    await expect(page.get_by_label("发生了什么")).to_have_value("路灯不亮，晚上看不清")
    await check_page(page)
    await page.get_by_label("我同意用这些信息联系我").check()
    await page.get_by_role("button", name="提交").tap()

    await expect(page.get_by_role("heading", name="已收到，谢谢您")).to_be_visible()
    code = (await page.locator("#code").inner_text()).strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", code)
    await page.get_by_role("button", name="复制查询码").tap()
    assert await page.evaluate("navigator.clipboard.readText()") == code
    await check_page(page)

    number = re.search(r"[0-9]{8}-[0-9]{6,}", await page.locator(".standing").inner_text())
    assert number is not None
    case = await site.product.state(number.group())
    assert len(case.attachments) == 1
    officer, worker = await site.person(OFFICER), await site.person(WORKER)
    await officer.sends(case.number, "accept")
    await officer.sends(case.number, "dispatch", lead=GRID)
    await expect(page.locator("[aria-current=step]")).to_contain_text("处理中", timeout=15_000)
    await expect(page.locator("#live")).to_contain_text("18网格")
    await worker.sends(case.number, "claim")
    await worker.sends(case.number, "handle", note="已更换")
    await officer.sends(case.number, "verify")
    await expect(page.get_by_role("heading", name="请您评价")).to_be_visible(timeout=15_000)
    await check_page(page)

    for answer in ("有过", "解决了", "满意"):
        await page.get_by_label(answer, exact=True).check()
    await page.get_by_label("想说的话").fill("很快，谢谢")
    await page.get_by_role("button", name="提交评价").tap()
    await expect(page.get_by_text("谢谢，您的评价已记录")).to_be_visible()
    assert await now(page) == "已办结"
    await check_page(page)
    assert (await site.product.state(case.number)).stage == "closed"


async def test_the_code_leads_back_to_the_report(visit: Visit, site: Site, watch: Watch) -> None:
    _, code, _ = await reported(site.product)
    page = await visit(size="phone", path="/track", language="en")
    await page.get_by_label("Tracking code").fill("AAAA-AAAA-AAAA")
    await page.get_by_role("button", name="Look it up").tap()
    await expect(page.get_by_role("alert")).to_contain_text("No report has this code")
    await check_page(page)
    await page.get_by_label("Tracking code").fill(code.lower().replace("-", " "))
    await page.get_by_role("button", name="Look it up").tap()
    await expect(page).to_have_url(re.compile(f"/track/{code}$"))
    assert await now(page) == "Reported"
    await check_page(page)


async def test_who_is_not_content_sends_it_back_without_javascript(visit: Visit, site: Site) -> None:
    _, code, number = await reported(site.product)
    await handled(site.product, number)
    page = await visit(size="phone", path=f"/track/{code}", java_script_enabled=False)
    for name in ("responded", "resolved", "satisfied"):
        await page.locator(f"input[name={name}][value=no]").check()
    await page.get_by_role("button", name="提交评价").tap()
    await expect(page.get_by_text("已记录，将继续处理")).to_be_visible()
    assert await now(page) == "处理中"
    assert (await site.product.state(number)).stage == "handling"


async def test_without_javascript_a_report_goes_too(visit: Visit) -> None:
    page = await visit(size="phone", path=f"/r/{GRID}/report", java_script_enabled=False)
    await expect(page.locator("input[type=file]")).to_be_visible()
    await page.set_input_files("input[type=file]", PHOTO)
    await page.get_by_label("发生了什么").fill("没有脚本的手机")
    await page.get_by_role("button", name="提交").tap()
    await expect(page.get_by_role("heading", name="已收到，谢谢您")).to_be_visible()


async def test_nothing_is_taken_from_under_the_hands_of_who_is_answering(visit: Visit, site: Site) -> None:
    _, code, number = await reported(site.product)
    officer, _ = await handled(site.product, number)
    page = await visit(size="phone", path=f"/track/{code}")
    await page.get_by_label("想说的话").fill("我在写")
    await officer.sends(number, "annotate", note="x")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.wait_for_timeout(500)
    await expect(page.get_by_label("想说的话")).to_have_value("我在写")


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_at_every_size_in_both_languages(
    visit: Visit, site: Site, size: Size, language: Language
) -> None:
    _, code, number = await reported(site.product)
    await dispatched(site.product, number)
    page = await visit(size=size, language=language, path=f"/r/{GRID}")
    for path in (f"/r/{GRID}", f"/r/{GRID}/report", "/track", f"/track/{code}?new=1", "/r/nowhere"):
        await page.goto(path)
        await check_page(page)
    staff = await visit("dongguan", size=size, language=language, path="/posters")
    await check_page(staff)
    street = await visit("bicheng-dispatch", size=size, language=language, path="/posters")
    await check_page(street)


async def test_the_pages_weigh_little(visit: Visit) -> None:
    page = await visit(size="phone", path=None)
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))
    await page.goto(f"/r/{GRID}/report", wait_until="networkidle")
    sizes = {response.url: (await response.request.sizes())["responseBodySize"] for response in loaded}
    assert 0 < sum(sizes.values()) <= 40_000, sizes
