"""Pictures, contacts and suggestions of a case: who sees what."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.tables.contacts import ContactReadRow
from tests.api.attachments.pictures import picture
from tests.support.product import API, Person, Product

GRID = "500120001005-g18"
CONTACT = {"name": "王小明", "phone": "13812345678"}


async def _picture(person: Person) -> str:
    files = {"file": ("eave.jpg", picture(), "image/jpeg")}
    answer = await person.http.post(f"{API}/attachments", files=files, headers=person.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _reported(product: Product) -> tuple[str, str]:
    worker = await product.person("dongguan-g18")
    sent = await _picture(worker)
    receipt = await worker.report(matter="other", unit=GRID, attachments=[sent], contact=CONTACT)
    return receipt["number"], sent


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("dongguan-g18", 200),
        ("dongguan", 200),
        ("bicheng-dispatch", 200),
        ("bishan-audit", 200),
        ("heixi-dispatch", 404),
        ("bishan-chengguan", 404),
    ],
)
async def test_a_picture_is_seen_by_those_who_see_its_case(product: Product, login: str, status: int) -> None:
    _, sent = await _reported(product)
    assert (await (await product.person(login)).get(f"/attachments/{sent}")).status_code == status


async def test_nobody_reports_with_anothers_picture(product: Product) -> None:
    sent = await _picture(await product.person("dongguan-g18"))
    other = await product.person("dongguan-g17")
    answer = await other.post("/cases", {"matter": "other", "unit": GRID, "attachments": [sent]})
    assert (answer.status_code, answer.json()["field"]) == (422, "attachments")


async def test_nobody_handles_with_anothers_picture(product: Product) -> None:
    number, sent = await _reported(product)
    officer = await product.person("dongguan")
    await officer.is_refused(number, "annotate", 422, "bad_value", note="看图", attachments=[sent])


async def test_contacts_are_masked_unless_one_calls_back_and_every_reading_is_noted(product: Product) -> None:
    number, _ = await _reported(product)
    auditor, officer = await product.person("bishan-audit"), await product.person("dongguan")

    masked = (await auditor.get(f"/cases/{number}/contacts")).json()["items"]
    assert [(one["name"], one["phone"], one["masked"]) for one in masked] == [("王**", "138****5678", True)]
    assert (await auditor.post(f"/cases/{number}/contacts", {"reason": "好奇"})).status_code == 403

    full = (await officer.post(f"/cases/{number}/contacts", {"reason": "回访"})).json()["items"]
    assert [(one["name"], one["phone"]) for one in full] == [("王小明", "13812345678")]
    async with product.services.sessions.read() as session:
        reads = select(col(ContactReadRow.reason)).where(col(ContactReadRow.case_no) == number)
        assert list((await session.execute(reads)).scalars()) == ["回访"]


async def test_a_foreign_desk_learns_nothing_of_contacts(product: Product) -> None:
    number, _ = await _reported(product)
    foreign = await product.person("heixi-dispatch")
    assert (await foreign.get(f"/cases/{number}/contacts")).status_code == 404
    assert (await foreign.post(f"/cases/{number}/contacts", {"reason": "好奇"})).status_code == 404


async def test_contacts_never_enter_the_workflow(product: Product) -> None:
    number, _ = await _reported(product)
    history = await product.client.get_workflow_handle(number).fetch_history()
    recorded = history.to_json()
    state = (await product.state(number)).model_dump_json()
    for secret in CONTACT.values():
        assert secret not in recorded
        assert secret not in state


async def test_suggested_owners_come_with_a_reason(product: Product) -> None:
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    number = (await worker.report(matter="street-lamp", unit=GRID))["number"]
    found = (await officer.get(f"/cases/{number}/suggestions")).json()["items"]
    assert found[0]["unit"]["id"] == GRID
    assert all(one["reason"]["zh"] and one["reason"]["en"] for one in found)
