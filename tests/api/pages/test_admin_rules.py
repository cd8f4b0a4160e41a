"""The administrators' pages for files and rules: shown first, confirmed, and then whole or not at all."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from models.clocks.calendar import CITY_ZONE
from models.queries.contacts import Contact, new_reference, read_contact, store_contact
from models.queries.people import find_login, principal_of
from tests.support.product import Browser, Product

HEADING = "code,name,kind,parent_code\n"
NEW_STREET = (
    HEADING
    + "500120,璧山区,district,50\n500120001,璧城街道新,street,500120\n500120097,新设街道,street,500120\n"
)
ONE = HEADING + "500120001005,东门社区居民委员会,community,500120001\n"


@pytest.fixture
async def admin(product: Product) -> Browser:
    """The administrator of the whole city, before the pages."""
    return await product.reader("admin")


async def _brought(admin: Browser, content: str, name: str = "units.csv") -> str:
    """Bring a file; the address of its preview."""
    answer = await admin.post("/admin/units/import", files={"file": (name, content.encode(), "text/csv")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_file_is_shown_first_and_may_be_dropped(admin: Browser) -> None:
    preview = await _brought(admin, NEW_STREET)
    shown = (await admin.get(preview)).text
    for words in ("新设街道", "增加", "更名", "停用", "停用的单位上有"):
        assert words in shown, words
    assert (await admin.post(f"{preview}/discard")).status_code == 303
    assert (await admin.get(preview)).status_code == 404
    assert (await admin.get("/admin/units/500120097")).status_code == 404


async def test_a_confirmed_file_is_done_whole_and_once(product: Product, admin: Browser) -> None:
    preview = await _brought(admin, ONE)
    other = await product.reader("bishan-audit")
    assert (await other.get(preview)).status_code == 403
    assert (await admin.post(f"{preview}/confirm", reason="")).status_code == 422
    assert (await admin.post(f"{preview}/confirm", reason="更名批复")).status_code == 303
    assert "导入完成" in (await admin.get(preview)).text
    assert "东门社区" in (await admin.get("/admin/units/500120001005")).text
    assert "units.csv" in (await admin.get("/admin/journal", deed="units_imported")).text
    assert (await admin.post(f"{preview}/confirm", reason="再来")).status_code == 404


async def test_what_has_changed_since_the_preview_is_not_done(admin: Browser) -> None:
    content = HEADING + "500120001006,百家桥社区居民委员会,community,500120001\n"
    first = await _brought(admin, content.replace("百家桥", "甲"))
    # The same unit is renamed meanwhile, so that the plan is another one.
    second = await _brought(admin, content.replace("百家桥", "乙"))
    assert (await admin.get(first)).status_code == 404  # a new file takes the place of one not confirmed
    third = await _brought(admin, content.replace("百家桥", "丙"))
    assert (await admin.get(second)).status_code == 404
    assert "丙社区" in (await admin.get(third)).text


async def test_a_bad_file_is_shown_its_faults_by_line(admin: Browser) -> None:
    for content, name, said in (
        (HEADING + "500120,璧山区,district,50\n1,甲,street,500120\n", "bad.csv", '<td class="num">3</td>'),
        ("a,b\n", "heading.csv", "首行须为"),
        ('{"type":"FeatureCollection","features":[{"properties":{"code":"x"}}]}', "x.geojson", "没有边界"),
        ("{}", "x.json", "不是GeoJSON"),
    ):
        file = (name, content.encode(), "text/csv")
        answer = await admin.post("/admin/units/import", files={"file": file})
        assert answer.status_code == 422, name
        assert said in answer.text
        assert "没有做任何改动" in answer.text


async def test_no_file_is_a_fault(admin: Browser) -> None:
    answer = await admin.post("/admin/units/import")
    assert answer.status_code == 422
    assert "fault-file" in answer.text


async def test_outlines_are_brought_the_same_way(admin: Browser) -> None:
    ring = [[106.2, 29.5], [106.3, 29.5], [106.3, 29.6], [106.2, 29.5]]
    feature = {
        "properties": {"code": "500120001005-g17"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    preview = await _brought(admin, content, "grids.geojson")
    assert "新边界" in (await admin.get(preview)).text
    assert (await admin.post(f"{preview}/confirm", reason="测绘")).status_code == 303
    assert "导入完成" in (await admin.get(preview)).text
    again = await _brought(admin, content, "grids.geojson")
    assert "更换边界" in (await admin.get(again)).text


async def test_a_matter_is_changed_once_by_whoever_read_it_last(admin: Browser) -> None:
    page = (await admin.get("/admin/catalogue/eave-collapse")).text
    form = {
        "version": "1",
        "name_zh": "临街屋檐开裂",
        "closing_zh": "人员撤离",
        "section": "safety",
        "urgency": "critical",
        "policy": "135",
        "accepted_by": ["community", "street"],
        "entry": "community",
        "words": "屋檐，裂缝 垮塌",
        "reason": "改写",
    }
    assert re.search(r'value="critical"\s+checked', page)
    assert (await admin.post("/admin/catalogue/eave-collapse", data=form)).status_code == 303
    stale = await admin.post("/admin/catalogue/eave-collapse", data=form)
    assert stale.status_code == 409
    assert "已有人修改" in stale.text
    assert "临街屋檐开裂" in (await admin.get("/admin/catalogue", q="屋檐")).text
    compared = (await admin.get("/admin/catalogue/edition")).text
    assert "临街房屋屋檐开裂垮塌风险" in compared
    taken = await admin.post("/admin/catalogue/edition", keys=["eave-collapse"], reason="采用新版")
    assert taken.status_code == 303
    assert "没有可采用的变更" in (await admin.get("/admin/catalogue/edition")).text


async def test_a_matter_that_does_not_hold_is_not_added(admin: Browser) -> None:
    form = {
        "key": "night-market",
        "name_zh": "夜市占道",
        "closing_zh": "道路畅通",
        "section": "safety",
        "urgency": "ordinary",
        "policy": "135",
        "accepted_by": ["community", "street"],
    }
    for field, wrong in (
        ("key", "UPPER"),
        ("name_zh", ""),
        ("policy", "nowhere"),
        ("variant", "nowhere"),
        ("entry", "grid"),
        ("urgency", "soon"),
        ("key", "other"),
    ):
        answer = await admin.post("/admin/catalogue/new", data={**form, field: wrong})
        assert answer.status_code in (409, 422), field
        assert f"fault-{field}" in answer.text
        assert "道路畅通" in answer.text


async def test_a_matter_is_retired_and_restored(product: Product, admin: Browser) -> None:
    worker = await product.person("dongguan-g18")
    assert (await admin.post("/admin/catalogue/other/retire", reason="x")).status_code == 409
    assert (await admin.post("/admin/catalogue/forest-fire/retire", reason="")).status_code == 422
    assert (await admin.post("/admin/catalogue/forest-fire/retire", reason="并入")).status_code == 303
    known = [item["key"] for item in (await worker.get("/matters")).json()["items"]]
    assert "forest-fire" not in known
    assert (await admin.post("/admin/catalogue/forest-fire/restore")).status_code == 303


async def test_a_draft_is_checked_line_by_line_previewed_and_published_later(
    product: Product, admin: Browser
) -> None:
    page = (await admin.get("/admin/policies/xian-1130/draft")).text
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert text is not None
    draft = text[1].replace("&#34;", '"').replace("&quot;", '"').replace("&#39;", "'")
    assert "version = 2" in draft
    wrong = await admin.post(
        "/admin/policies/xian-1130/draft", text=draft.replace("1 hour", "1 moon"), step="confirm"
    )
    assert wrong.status_code == 422
    assert re.search(r"第 \d+ 行", wrong.text)
    assert "1 moon" in wrong.text
    shown = await admin.post(
        "/admin/policies/xian-1130/draft",
        text=draft.replace("1 hour", "2 hours"), step="check", at="2026-02-13T17:30", urgency="ordinary",
    )  # fmt: skip
    assert "假如 2月13日 17:30" in shown.text
    assert "2小时" in shown.text
    assert "is-added" in shown.text
    newer = draft.replace("1 hour", "2 hours")
    asked = await admin.post("/admin/policies/xian-1130/draft", text=newer, step="confirm")
    assert "发布之后" in asked.text
    begins = (datetime.now(CITY_ZONE) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    blank = await admin.post("/admin/policies/xian-1130/draft", text=newer, step="publish", begins=begins)
    assert blank.status_code == 422
    done = await admin.post(
        "/admin/policies/xian-1130/draft", text=newer, step="publish", begins=begins, reason="试行",
        open_cases="tell",
    )  # fmt: skip
    assert done.status_code == 303, done.text
    page = (await admin.get("/admin/policies/xian-1130")).text
    assert "待生效" in page
    assert "第 1 版" in page
    taken = await admin.post("/admin/policies/xian-1130/draft", text=newer, step="publish", reason="试行")
    assert taken.status_code == 409
    assert "请用第3版或更高" in taken.text
    withdraw = "/admin/policies/xian-1130/versions/2/withdraw"
    assert "撤回之后" in (await admin.get(withdraw)).text
    assert (await admin.post(withdraw, reason="再议")).status_code == 303
    assert (await admin.post(withdraw, reason="再议")).status_code == 404
    assert "待生效" not in (await admin.get("/admin/policies/xian-1130")).text


async def test_a_holiday_is_shown_first_and_then_published(product: Product, admin: Browser) -> None:
    day = {"first": "2026-12-24", "last": "", "kind": "holiday", "name": "抗洪停工"}
    missing = await admin.post("/admin/calendar/2026/days", data={**day, "name": ""})
    assert missing.status_code == 422
    assert "fault-name" in missing.text
    shown = await admin.post("/admin/calendar/2026/days", data=day)
    assert "1 天与现在不同" in shown.text
    assert "2026-12-24" in shown.text
    assert "抗洪停工" not in (await admin.get("/admin/calendar/2026")).text
    done = await admin.post("/admin/calendar/2026/days", data={**day, "step": "publish", "reason": "防汛"})
    assert done.status_code == 303, done.text
    assert "抗洪停工" in (await admin.get("/admin/calendar/2026")).text
    person = await product.person("admin")
    holidays = (await person.get("/calendar/2026")).json()["holidays"]
    assert "2026-12-24" in {holiday["day"] for holiday in holidays}


async def test_an_arrangement_is_read_with_faults_by_line(admin: Browser) -> None:
    wrong = await admin.post("/admin/calendar/2027/notice", text="元旦：1月1日放假\n春节：放假", notice="")
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text
    assert "元旦：1月1日放假" in wrong.text
    shown = await admin.post(
        "/admin/calendar/2027/notice", text="元旦：1月1日至3日放假，共3天。", notice="测试〔2026〕1号"
    )
    assert "不再是暂定" in shown.text


async def test_readings_are_listed_filtered_and_exported_safe_from_formulas(
    product: Product, admin: Browser
) -> None:
    worker = await product.person("dongguan-g18")
    number = (await worker.report(matter="other", unit="500120001005-g18", text="测试"))["number"]
    for _ in range(100):
        if (await worker.get(f"/cases/{number}")).status_code == 200:
            break
        await asyncio.sleep(0.05)
    now, reference = datetime.now(UTC), new_reference()
    async with product.services.sessions.write() as session:
        row = await find_login(session, "bicheng-dispatch")
        assert row is not None
        reader = await principal_of(session, row.id, now)
        assert reader is not None
        await store_contact(session, reference, Contact(name="王小明", phone="13812345678"), now)
        await read_contact(session, reader, reference, case_no=number, reason="=cmd|' /C calc'!A0", at=now)
    shown = (await admin.get("/admin/reads", case=number)).text
    assert "沈亦凡" in shown
    assert "王小明" not in shown
    assert "13812345678" not in shown
    assert "没有查阅记录" in (await admin.get("/admin/reads", q="nobody")).text
    told = (await admin.get("/admin/reads.csv", case=number)).text
    assert "'=cmd" in told
    assert ",=cmd" not in told
    assert (await admin.get("/admin/reads.xlsx", case=number)).content[:2] == b"PK"
    auditor = await product.reader("bishan-audit")
    assert number in (await auditor.get(f"/admin/reads?from={now.astimezone(CITY_ZONE).date()}")).text
    elsewhere = await product.reader("jiangjin-audit")
    assert number not in (await elsewhere.get("/admin/reads")).text
    assert "fault" in (await admin.get("/admin/reads?from=yesterday")).text
