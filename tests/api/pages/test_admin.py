"""The administrators' pages: what they show to whom, what they do, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.product import Browser, Product

PINGAN, DONGGUAN = "500120001-pingan", "500120001005"
PAGES = (
    "/admin",
    "/admin/units",
    "/admin/units?q=东关",
    "/admin/units/50",
    f"/admin/units/{PINGAN}",
    f"/admin/units/{DONGGUAN}/add",
    f"/admin/units/{PINGAN}/close",
    "/admin/units/import",
    "/admin/people",
    "/admin/people/new",
    f"/admin/people/new?unit={PINGAN}",
    "/admin/catalogue",
    "/admin/catalogue/new",
    "/admin/catalogue/eave-collapse",
    "/admin/catalogue/eave-collapse/retire",
    "/admin/catalogue/edition",
    "/admin/policies",
    "/admin/policies/135?urgency=critical&at=2026-02-13T17:30",
    "/admin/policies/daying-burst-main",
    "/admin/policies/135/draft",
    "/admin/calendar/2026",
    "/admin/calendar/2031",
    "/admin/calendar/2027/notice",
    "/admin/reads",
    "/admin/journal",
)


@pytest.fixture
async def admin(product: Product) -> Browser:
    """The administrator of the whole city, before the pages."""
    return await product.reader("admin")


async def _hired(
    product: Product, login: str, unit: str, role: str, rank: str = "", by: Browser | None = None
) -> tuple[str, str]:
    """Somebody new; the person's id and first password."""
    browser = by or await product.reader("admin")
    answer = await browser.post(
        "/admin/people/new", name="陈晓", login=login, unit=unit, role=role, rank=rank, reason="新到岗"
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    person = re.search(r"/admin/people/(p_[a-z0-9]+)", answer.text)
    password = re.search(r'id="first-password">([^<]+)<', answer.text)
    assert person is not None
    assert password is not None
    return person[1], password[1]


async def _entered(product: Product, login: str, password: str) -> Browser:
    """Somebody new at a browser, with a password of their own."""
    browser = product.visitor()
    answer = await browser.post("/sign-in", login=login, password=password)
    assert answer.status_code == 303, answer.text
    own = "a river of three words"
    answer = await browser.post("/me/password", current=password, new=own, again=own)
    assert answer.status_code == 303, answer.text
    return browser


async def _district(product: Product) -> Browser:
    """The administrator of 璧山区, who has just come."""
    login = f"bishan-admin-{len(_district_names)}"
    _district_names.append(login)
    _, password = await _hired(product, login, "500120", "administrator")
    return await _entered(product, login, password)


_district_names: list[str] = []


@contextmanager
def _counted(product: Product) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    engine, seen = product.services.database.sync_engine, []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_every_page_is_shown_in_both_languages_with_few_queries(
    product: Product, admin: Browser
) -> None:
    for admin.language in ("zh-CN", "en"):
        for path in PAGES:
            with _counted(product) as statements:
                answer = await admin.get(path)
            assert answer.status_code == 200, (path, answer.text[-800:])
            assert len(statements) <= 16, (path, statements)


async def test_the_tree_is_read_branch_by_branch(product: Product, admin: Browser) -> None:
    branch = await admin.get("/admin/units/500120001/children", htmx=True)
    assert "平安法治" in branch.text
    assert "<html" not in branch.text
    assert (await admin.get("/admin/units/500120001/children")).status_code == 303


async def test_auditors_read_the_records_and_change_nothing(product: Product) -> None:
    auditor = await product.reader("bishan-audit")
    for path in ("/admin/reads", "/admin/journal", "/admin/reads.csv", "/admin/reads.xlsx"):
        assert (await auditor.get(path)).status_code == 200, path
    shown = (await auditor.get("/admin/journal")).text
    assert 'href="/admin/people"' not in shown
    for path in ("/admin", "/admin/units", "/admin/people", "/admin/catalogue/new", "/admin/policies/135"):
        assert (await auditor.get(path)).status_code == 403, path


async def test_nobody_else_gets_in(product: Product) -> None:
    for login in ("dongguan-g18", "bicheng-dispatch", "bishan-supervise"):
        reader = await product.reader(login)
        for path in ("/admin", "/admin/people", "/admin/reads", "/admin/journal"):
            assert (await reader.get(path)).status_code == 403, path
        new = {"name": "甲", "login": "a-b-c", "unit": "50", "role": "administrator"}
        assert (await reader.post("/admin/people/new", data=new)).status_code == 403


async def test_a_new_person_sets_a_password_first_and_then_works(product: Product, admin: Browser) -> None:
    searched = await admin.post(
        "/admin/people/new", name="陈晓", login="", unit_words="平安法治", pick="search"
    )
    assert 'value="陈晓"' in searched.text
    picked = await admin.post("/admin/people/new", name="陈晓", unit_words="平安", pick=PINGAN)
    assert "板块工作人员" in picked.text
    person, password = await _hired(product, "pingan-chen", PINGAN, "section_staff", "A")
    assert "同一岗位有多名A角" in (await admin.get(f"/admin/people/{person}")).text
    browser = product.visitor()
    assert (await browser.post("/sign-in", login="pingan-chen", password=password)).status_code == 303
    led = await browser.get("/desk")
    assert (led.status_code, led.headers["location"]) == (303, "/me/password")
    entered = await _entered(product, "pingan-chen", password)
    assert (await entered.get("/desk")).status_code == 200


async def test_wrong_input_is_kept_with_its_fault_beside_it(admin: Browser) -> None:
    typed = {"name": "陈晓", "login": "chen-x", "unit": PINGAN, "role": "section_staff", "phone": ""}
    for field, wrong, status in (
        ("login", "x", 422),
        ("login", "bicheng-pingan", 409),
        ("name", "", 422),
        ("phone", "call me", 422),
        ("role", "administrator", 422),
        ("unit", "999999", 422),
    ):
        answer = await admin.post("/admin/people/new", data={**typed, field: wrong})
        assert answer.status_code == status, field
        assert f"fault-{field}" in answer.text
        assert "first-password" not in answer.text
        assert field == "name" or 'value="陈晓"' in answer.text


async def test_a_closed_account_is_signed_out_at_once(product: Product, admin: Browser) -> None:
    person, password = await _hired(product, "pingan-gone", PINGAN, "section_staff", "B")
    browser = await _entered(product, "pingan-gone", password)
    asked = await admin.get(f"/admin/people/{person}/close")
    assert "结束登录 1 处" in asked.text
    assert (await admin.post(f"/admin/people/{person}/close")).status_code == 422
    assert (await admin.post(f"/admin/people/{person}/close", reason="调离")).status_code == 303
    assert (await browser.get("/desk")).headers["location"].startswith("/sign-in")
    assert (await admin.post(f"/admin/people/{person}/reopen")).status_code == 303
    reset = await admin.post(f"/admin/people/{person}/password", reason="当面核对")
    assert "first-password" in reset.text
    listed = await admin.get("/admin/people", state="first")
    assert "pingan-gone" in listed.text


async def test_posts_are_given_and_ended_with_their_consequences(product: Product, admin: Browser) -> None:
    person, password = await _hired(product, "solo", "500120001-dangjian", "section_staff", "B")
    browser = await _entered(product, "solo", password)
    given = await admin.post(
        f"/admin/people/{person}/posts/new", unit="500120001", role="dispatcher", since="", until=""
    )
    assert given.status_code == 303, given.text
    assert (await browser.get("/intake")).status_code == 200
    wrong = await admin.post(
        f"/admin/people/{person}/posts/new", unit="500120001", role="supervisor", until="soon"
    )
    assert wrong.status_code == 422
    assert "fault-until" in wrong.text
    shown = await admin.get(f"/admin/people/{person}")
    ends = re.findall(rf"/admin/people/{person}/posts/(post_[a-z0-9]+)/end", shown.text)
    assert len(ends) == 2
    asked = await admin.get(f"/admin/people/{person}/posts/{ends[1]}/end")
    assert "免岗之后" in asked.text
    for post in ends:
        answer = await admin.post(f"/admin/people/{person}/posts/{post}/end", reason="轮岗")
        assert answer.status_code == 303
    assert (await browser.get("/intake")).status_code == 403
    assert "没有岗位" in (await admin.get(f"/admin/people/{person}")).text


async def test_a_district_administrator_stays_in_the_district(product: Product, admin: Browser) -> None:
    district = await _district(product)
    assert (await district.get("/admin/units/500120")).status_code == 200
    assert (await district.get("/admin/units/500114")).status_code == 404
    assert (await district.get("/admin/units/50")).status_code == 404
    assert "共 0 人" in (await district.get("/admin/people", q="shengdi")).text
    for path in ("/admin/catalogue/new", "/admin/policies/135/draft", "/admin/calendar/2027/notice"):
        assert (await district.get(path)).status_code == 403, path
    assert (await district.get("/admin/catalogue/other")).status_code == 200
    outside = await district.post(
        "/admin/people/new", name="甲", login="outside", unit="500114", role="administrator"
    )
    assert outside.status_code == 422
    assert "fault-unit" in outside.text
    renamed = await district.post("/admin/units/500114/name", name="乱改")
    assert renamed.status_code == 404


async def test_units_are_renamed_added_and_closed(product: Product, admin: Browser) -> None:
    assert (await admin.post(f"/admin/units/{PINGAN}/name", name="")).status_code == 422
    assert (await admin.post(f"/admin/units/{PINGAN}/name", name="平安")).status_code == 303
    assert "平安法治" in (await admin.get("/admin/journal", subject=PINGAN)).text
    assert (await admin.post(f"/admin/units/{PINGAN}/name", name="平安法治")).status_code == 303
    form = {"kind": "grid", "name": "夜市网格", "suffix": "g88", "grid_type": "shops"}
    made = await admin.post(f"/admin/units/{DONGGUAN}/add", data=form)
    assert made.headers["location"] == f"/admin/units/{DONGGUAN}-g88"
    again = await admin.post(f"/admin/units/{DONGGUAN}/add", data=form)
    assert again.status_code == 409
    assert "fault-suffix" in again.text
    assert 'value="夜市网格"' in again.text
    unit = f"/admin/units/{DONGGUAN}-g88"
    assert "没有在办案件受影响" in (await admin.get(f"{unit}/close")).text
    assert (await admin.post(f"{unit}/close", reason="")).status_code == 422
    assert (await admin.post(f"{unit}/close", reason="撤并")).status_code == 303
    assert "此单位已停用" in (await admin.get(unit)).text
    assert (await admin.post(f"{unit}/reopen")).status_code == 303


async def test_a_unit_that_holds_cases_is_not_closed(product: Product, admin: Browser) -> None:
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(matter="other", unit=f"{DONGGUAN}-g18", text="测试")
    officer = await product.person("dongguan")
    await officer.sends(receipt["number"], "accept")
    await officer.sends(receipt["number"], "dispatch", lead=f"{DONGGUAN}-g18")
    asked = await admin.get(f"/admin/units/{DONGGUAN}-g18/close")
    assert "还有 1 件在办案件" in asked.text
    refused = await admin.post(f"/admin/units/{DONGGUAN}-g18/close", reason="撤并")
    assert refused.status_code == 409
    assert "请先改派" in refused.text


async def test_public_contacts_are_published_and_taken_down(admin: Browser) -> None:
    unit = f"/admin/units/{DONGGUAN}"
    wrong = await admin.post(f"{unit}/contacts", kind="police", contact_name="", phone="", note="")
    assert wrong.status_code == 422
    assert "fault-contact_name" in wrong.text
    done = await admin.post(f"{unit}/contacts", kind="police", contact_name="甲警官", phone="023-41400110")
    assert done.status_code == 303
    shown = (await admin.get(unit)).text
    withdraw = re.search(rf"{unit}/contacts/\d+/withdraw", shown.partition("甲警官")[2])
    assert withdraw is not None
    assert (await admin.post(withdraw[0])).status_code == 303
    assert withdraw[0] not in (await admin.get(unit)).text
