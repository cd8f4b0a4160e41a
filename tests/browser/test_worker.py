"""The grid worker's day on a phone: report, same matter, claim, arrive, handle, whistle; and no script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from models.case.state import Stage, TaskState
from models.tables.attachments import AttachmentRow
from tests.support.accessibility import check_page
from tests.support.browser import Site, Visit
from tests.support.phone import (
    FIRST_PHOTO,
    GRID,
    WORKER,
    fill,
    picture,
    ready,
    send,
    shots,
    standing,
)


async def test_report_with_photo_and_place_same_matter_claim_arrive_handle(site: Site, visit: Visit) -> None:
    page = await visit(WORKER, size="phone", path="/report", **standing())
    await ready(page)
    await check_page(page)
    await page.locator("[data-shots=attachments] input[multiple]").set_input_files(
        [picture("navy"), picture("olive")]
    )
    await expect(page.locator(".shot.is-up")).to_have_count(2)
    await page.get_by_role("button", name="移除第 2 张照片").click()
    await expect(shots(page)).to_have_count(1)
    await page.get_by_label("发生了什么").fill("路边垃圾堆了三天没人收")
    await page.locator("#matter-cards").get_by_text("垃圾清运与卫生死角").click()
    await expect(page.locator("[name=urgency][value=ordinary]")).to_be_checked()
    await page.get_by_role("button", name="用我现在的位置").click()
    await expect(page.locator("[data-located]")).to_contain_text("误差约 12 米")
    await check_page(page)
    await send(page)
    await expect(page.get_by_role("heading", name="已上报")).to_be_visible()
    await expect(page.locator(".sent-holder")).to_contain_text("东关社区")
    await expect(page.locator(".promises li")).not_to_have_count(0)
    await check_page(page)
    number = await page.locator(".sent-number").inner_text()
    case = await site.product.state(number)
    assert (len(case.attachments), case.matter.key, case.latitude is not None) == (1, "rubbish", True)

    await page.get_by_role("link", name="再报一件").click()
    await fill(page, "垃圾更多了", "rubbish")
    panel = page.locator("#same")
    await expect(panel).to_contain_text(number)
    await send(page)
    await expect(page.locator("#fault-same")).to_be_visible()
    await check_page(page)
    await panel.get_by_text(number).click()
    await send(page)
    await expect(page.get_by_role("heading", name="已并到同一件事")).to_be_visible()
    (note,) = await site.product.facts(number, "annotated")
    assert len(note["attachments"]) == 1

    await page.goto("/mine")
    await expect(page.locator(f"#card-{number}")).to_be_visible()
    officer = await site.person("dongguan")
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    card = page.locator(f"#task-{number}")
    await card.get_by_role("button", name="认领").click()  # the card came by itself
    await card.get_by_role("link", name="到场").click()
    sheet = page.locator("#sheet")
    await expect(sheet.locator("[data-locate-said]")).to_contain_text("已定位")
    await check_page(page)
    async with page.expect_request(re.compile(rf"/mine\?after={number}:")):
        await sheet.get_by_role("button", name="已到场").click()
    await expect(sheet).not_to_be_visible()
    (arrived,) = await site.product.facts(number, "arrived")
    assert arrived["latitude"] == case.latitude
    await card.get_by_role("link", name="处置").click()
    await sheet.get_by_label("怎样处置的").fill("已清运，现场冲洗")
    await sheet.get_by_role("button", name="处置完成").click()
    await expect(sheet.locator("#fault-attachments")).to_be_visible()
    await expect(sheet.get_by_label("怎样处置的")).to_have_value("已清运，现场冲洗")
    await sheet.locator("input[capture]").set_input_files(picture("green"))
    await check_page(page)
    await sheet.get_by_role("button", name="处置完成").click()
    await expect(sheet).not_to_be_visible()
    assert (await site.product.state(number)).stage is Stage.VERIFYING


async def test_whistle_in_two_taps(site: Site, visit: Visit) -> None:
    worker = await site.person(WORKER)
    number = (await worker.report(matter="neighbour-dispute", unit=GRID, text="楼上漏水吵起来"))["number"]
    page = await visit(WORKER, size="phone", path="/mine")
    await page.locator(f"#task-{number}").get_by_role("link", name="吹哨").click()
    sheet = page.locator("#sheet")
    await expect(sheet.locator(".is-first input")).to_be_checked()
    await check_page(page)
    await sheet.get_by_role("button", name="吹哨").click()
    await expect(sheet).not_to_be_visible()
    (whistle,) = (await site.product.state(number)).whistles
    assert [party.unit.id for party in whistle.parties] == ["500120-sifa"]


async def test_what_is_missing_is_said_beside_its_field_and_a_reload_loses_nothing(visit: Visit) -> None:
    page = await visit(WORKER, size="phone", path="/report")
    await ready(page)
    await send(page)
    await expect(page.locator("#fault-text")).to_be_visible()
    await expect(page.locator("#fault-matter")).to_be_visible()
    await expect(page.get_by_label("发生了什么")).to_be_focused()
    await page.get_by_role("button", name="用我现在的位置").click()
    await expect(page.locator("[data-located]")).to_contain_text("没有定位权限")
    broken: FilePayload = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    await page.locator("[data-shots=attachments] input[multiple]").set_input_files([picture(), broken])
    await expect(page.locator(".shot.is-bad")).to_contain_text("无法识别为图片")
    await page.get_by_role("button", name="移除第 2 张照片").click()
    await page.get_by_label("发生了什么").fill("写到一半")
    await page.get_by_label("地址").fill("向阳街")
    await expect(page.locator(".shot.is-up")).to_have_count(1)
    await page.wait_for_timeout(600)
    await page.reload()
    await expect(page.locator("#draft-restored")).to_be_visible()
    await expect(page.get_by_label("发生了什么")).to_have_value("写到一半")
    await expect(page.get_by_label("地址")).to_have_value("向阳街")
    await expect(shots(page)).to_have_count(1)
    await page.get_by_role("button", name="清空重来").click()
    await expect(page.get_by_label("发生了什么")).to_have_value("")
    await expect(shots(page)).to_have_count(0)


async def test_a_big_photo_is_made_small_and_keeps_what_the_camera_noted(site: Site, visit: Visit) -> None:
    noted = Image.Exif()
    noted[0x0112] = 6  # the phone was held upright
    noted.get_ifd(0x8769)[0x9003] = "2026:03:02 09:12:45"
    out = BytesIO()
    Image.effect_noise((2700, 1000), 90).convert("RGB").save(out, "JPEG", quality=95, exif=noted)
    page = await visit(WORKER, size="phone", path="/report")
    await ready(page)
    big: FilePayload = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    await page.locator("[data-shots=attachments] input[multiple]").set_input_files([big])
    await expect(page.locator(".shot.is-up")).to_have_count(1)
    ((size, picture_id),) = await page.evaluate(FIRST_PHOTO)
    assert size < len(out.getvalue()) / 2
    async with site.product.services.sessions.read() as session:
        row = await session.get(AttachmentRow, picture_id)
    assert row is not None
    assert (row.width, row.height) == (948, 2560)
    assert row.taken_at == datetime(2026, 3, 2, 1, 12, 45, tzinfo=UTC)


async def test_everything_works_without_a_script(site: Site, visit: Visit) -> None:
    text = "没有脚本也能上报"
    page = await visit(WORKER, size="phone", path="/report", java_script_enabled=False)
    await check_no_script(page)
    await page.locator("input[name=photos][multiple]").set_input_files([picture()])
    await page.get_by_label("发生了什么").fill(text)
    await send(page)
    await expect(page.locator("#fault-matter")).to_be_visible()
    await expect(page.locator(".shot img")).to_have_count(1)
    await page.locator("[data-matter-list] input[value=noise]").check()
    await send(page)
    await expect(page.get_by_role("heading", name="已上报")).to_be_visible()
    number = await page.locator(".sent-number").inner_text()
    assert len((await site.product.state(number)).attachments) == 1
    officer = await site.person("dongguan")
    await officer.sends(number, "accept")
    await officer.sends(number, "dispatch", lead=GRID)
    await page.goto("/mine")
    await page.locator(f"#task-{number}").get_by_role("button", name="认领").click()
    await page.locator(f"#task-{number}").get_by_role("link", name="到场").click()
    await page.get_by_role("button", name="已到场").click()
    await expect(page).to_have_url(re.compile(r"/mine\?after="))
    (task,) = (await site.product.state(number)).tasks
    assert task.state is TaskState.ARRIVED


async def check_no_script(page: Page) -> None:
    for button in ("用我现在的位置", "立即重试"):
        await expect(page.get_by_role("button", name=button)).to_be_hidden()


@pytest.mark.parametrize("path", ["/report", "/mine"])
async def test_in_english_and_at_a_desk(visit: Visit, path: str) -> None:
    page = await visit(WORKER, language="en", path=path)
    await check_page(page)
