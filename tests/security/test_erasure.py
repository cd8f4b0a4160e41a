"""Personal data is read in full with a note, and erased for good, with the timeline left whole."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from models.city.people import Role
from models.queries.contacts import UNMASKED
from runtime.rebuild_command import rebuild_all
from runtime.report import Report
from runtime.verify_command import verify_all
from tests.security.somebody import Somebody
from tests.security.test_openapi_fuzz import LOGINS
from tests.security.things import administrator_of
from tests.support.product import Product
from tests.support.records import eventually, rows
from tests.support.visitors import at_once, evaluate, handled


@pytest.fixture
def who() -> Somebody:
    return Somebody()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


@pytest.fixture
async def reported(product: Product, who: Somebody) -> tuple[str, str]:
    """The number and the tracking code of what a resident has reported."""
    return await who.reports(product)


@pytest.mark.parametrize("role", LOGINS)
async def test_who_calls_back_reads_in_full_and_every_reading_is_noted(
    product: Product, who: Somebody, reported: tuple[str, str], role: Role
) -> None:
    number, _ = reported
    person = await product.person(LOGINS[role])
    answer = await person.post(f"/cases/{number}/contacts", {"reason": f"回访 {role}"})
    notes = await rows(product, "SELECT role, reason FROM contact_reads WHERE case_no = :n", n=number)
    if answer.status_code == 200:
        assert role in UNMASKED or LOGINS[role] == "dongguan-two"  # who is a community officer besides
        (contact,) = answer.json()["items"]
        assert (contact["name"], contact["phone"], contact["note"]) == (who.name, who.phone, who.second)
        assert [note["reason"] for note in notes] == [f"回访 {role}"]
        assert {note["role"] for note in notes} <= set(UNMASKED)
    else:
        assert role not in UNMASKED
        assert answer.status_code in (403, 404)
        assert all(secret not in answer.text for secret in who.secrets)
        assert notes == []


async def _found(product: Product, *secrets: str) -> list[str]:
    """In which tables any column of any row has one of these; rows as text, so that no type is missed."""
    tables = await rows(product, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    async with product.services.sessions.read() as session:
        for name in (table["tablename"] for table in tables):
            for secret in secrets:
                # Not a value from outside: the catalogue's own names.
                counting = text(f"SELECT count(*) FROM {name} AS whole WHERE strpos(whole::text, :s) > 0")  # noqa: S608
                if (await session.execute(counting, {"s": secret})).scalar_one():
                    found.append(f"{secret} in {name}")
    return found


async def _wrong(product: Product, number: str) -> int:
    told = Report(Console(file=io.StringIO(), width=200))
    return await verify_all(product.services.settings, told, only=[number], workflows=True)


async def test_what_is_erased_is_gone_for_good_and_the_timeline_stays_whole(
    product: Product, who: Somebody, reported: tuple[str, str]
) -> None:
    number, code = reported
    officer, _ = await handled(product, number)
    read = {"reason": f"回访{who.name}，{who.phone}"}
    assert (await officer.post(f"/cases/{number}/contacts", read)).status_code == 200
    said = await evaluate(product.visitor(), code, "yyn", words=f"{who.name}说的，电话{who.third}")
    assert said.status_code == 303, said.text
    before = await _found(product, *who.secrets)
    assert {f"{who.name} in {table}" for table in ("contacts", "contact_reads", "remarks")} <= set(before)
    facts = await rows(product, "SELECT * FROM facts WHERE case_number = :n ORDER BY seq", n=number)

    admin = await product.person("admin")
    reason = {"reason": "本人申请，2026年第12号"}
    for login in LOGINS.values():
        if login != "admin":
            refused = await (await product.person(login)).post(f"/cases/{number}/contacts/erase", reason)
            assert refused.status_code == 403, login
    erased = await admin.post(f"/cases/{number}/contacts/erase", reason)
    assert erased.json() == {"number": number, "contact": True, "remarks": 1}

    assert await _found(product, *who.secrets) == []
    assert await rows(product, "SELECT * FROM facts WHERE case_number = :n ORDER BY seq", n=number) == facts
    assert await _wrong(product, number) == 0
    noted = (await admin.get("/journal", subject=number)).json()["items"]
    assert [(one["deed"], one["reason"]) for one in noted] == [("reporter_erased", reason["reason"])]
    reads = await rows(product, "SELECT reason FROM contact_reads WHERE case_no = :n", n=number)
    assert [row["reason"] for row in reads] == ["回访***，***"]

    for person in (officer, await product.person("bishan-audit")):
        shown = (await person.get(f"/cases/{number}/contacts")).json()["items"]
        assert [(one["name"], one["phone"], one["erased"]) for one in shown] == [(None, None, True)]
    full = (await officer.post(f"/cases/{number}/contacts", {"reason": "回访"})).json()["items"]
    assert [(one["name"], one["phone"], one["erased"]) for one in full] == [(None, None, True)]
    page = await (await product.reader("dongguan")).get(f"/cases/{number}")
    assert "个人信息已应本人要求删除" in page.text
    assert (await product.visitor().get(f"/track/{code}")).status_code == 200

    told = Report(Console(file=io.StringIO(), width=200))
    assert await rebuild_all(product.services.settings, told, only=[number]) == 0
    assert await _found(product, *who.secrets) == []
    again = await admin.post(f"/cases/{number}/contacts/erase", reason)
    assert again.json() == {"number": number, "contact": False, "remarks": 0}


async def test_a_report_sent_again_does_not_bring_the_contact_back(product: Product, who: Somebody) -> None:
    officer, admin = await product.person("dongguan"), await product.person("admin")
    body: dict[str, Any] = {
        "matter": "street-lamp",
        "text": "路灯不亮",
        "contact": who.contact,
    }
    number = (await officer.report("once", **body))["number"]
    assert (await admin.post(f"/cases/{number}/contacts/erase", {"reason": "申请"})).status_code == 200
    again = await officer.post("/cases", body, "once")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_key_reused")
    assert again.json()["number"] == number
    assert await _found(product, *who.secrets) == []


async def test_of_a_merged_report_only_its_own_reporter_is_erased(product: Product, who: Somebody) -> None:
    officer, admin = await product.person("dongguan"), await product.person("admin")
    reports = [
        await officer.report(matter="street-lamp", text="路灯不亮", contact=one.contact)
        for one in (Somebody(), who)
    ]
    first, second = (report["number"] for report in reports)
    await officer.sends(second, "merge", into=first, reason="同一盏灯")
    assert (await admin.post(f"/cases/{second}/contacts/erase", {"reason": "申请"})).status_code == 200

    async def shown() -> dict[str, bool]:
        found = (await officer.get(f"/cases/{first}/contacts")).json()["items"]
        return {one["number"]: one["erased"] for one in found}

    await eventually(shown, lambda there: there == {first: False, second: True})
    assert await _found(product, *who.secrets) == []
    assert await _wrong(product, first) + await _wrong(product, second) == 0


async def test_an_administrator_erases_in_their_own_area_only(product: Product, who: Somebody) -> None:
    """To an administrator elsewhere the case is not there; nobody else has the post."""
    dispatcher = await product.person("heixi-dispatch")
    number = (await dispatcher.report(matter="street-lamp", text="x", contact=who.contact))["number"]
    path, reason = f"/cases/{number}/contacts/erase", {"reason": "申请"}
    beside, here = await administrator_of(product, "500120"), await administrator_of(product, "500114")
    refused = await beside.post(path, reason)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await dispatcher.post(path, reason)).status_code == 403
    assert f"{who.name} in contacts" in await _found(product, who.name)
    assert (await here.post(path, reason)).json() == {"number": number, "contact": True, "remarks": 0}
    assert await _found(product, who.name) == []
