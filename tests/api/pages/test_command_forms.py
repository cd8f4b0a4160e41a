"""The form of every command: shown, filled in wrongly, refused, carried out."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from api.pages.command_forms import FORMS, GRAVE, ICONS, PRIMARY, QUICK, Widget
from api.rest.bodies import body_of
from models.case.state import Stage
from models.case.table import RULES
from tests.support.product import Product

PLACE = {"matter": "manhole-cover", "urgency": "urgent", "unit": "500120001005-g18", "text": "井盖没了"}
MACHINES = {"change-rules", "link", "absorb", "evaluate"}


def test_there_is_a_form_for_every_command_that_people_send() -> None:
    assert set(FORMS) == set(RULES) - MACHINES
    assert set(ICONS) == set(FORMS)
    assert {*QUICK, *PRIMARY, *GRAVE} <= set(FORMS)


@pytest.mark.parametrize("command", sorted(FORMS))
def test_a_form_asks_for_what_the_command_takes(command: str) -> None:
    body = body_of(command)
    asked = {field.name: field for field in FORMS[command]}
    place = {name for name, field in asked.items() if field.widget is Widget.PLACE}
    assert set(asked) - place <= set(body.model_fields)
    for name, info in body.model_fields.items():
        if info.is_required():
            assert asked[name].required, f"{command} needs {name}"


async def _reported(product: Product, **more: Any) -> str:
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(**{**PLACE, **more})
    return str(receipt["number"])


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


async def test_dispatch_suggests_an_owner_and_says_why(product: Product) -> None:
    number = await _reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    assert (await dispatcher.post(f"/cases/{number}/do/accept", note="")).status_code == 303
    asked = await dispatcher.get(f"/cases/{number}/do/dispatch")
    assert asked.status_code == 200
    assert "板块职责" in asked.text
    sent = await dispatcher.post(
        f"/cases/{number}/do/dispatch", lead="500120001-pingan", back="/intake?light=red"
    )
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"/intake?light=red&after={number}:")
    assert (await product.state(number)).stage is Stage.HANDLING


async def test_a_fault_stands_beside_its_field_and_the_rest_is_kept(product: Product) -> None:
    number = await _reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    answer = await dispatcher.post(f"/cases/{number}/do/supervise", text="")
    assert answer.status_code == 422
    assert 'id="fault-text"' in answer.text
    kept = await dispatcher.post(f"/cases/{number}/do/supervise", text="x" * 2001)
    assert kept.status_code == 422
    assert "x" * 2001 in kept.text


async def test_photos_of_a_form_that_was_wrong_need_not_be_chosen_again(product: Product) -> None:
    number = await _reported(product)
    dispatcher, staff = await product.reader("bicheng-dispatch"), await product.reader("bicheng-pingan")
    await dispatcher.post(f"/cases/{number}/do/accept")
    await dispatcher.post(f"/cases/{number}/do/dispatch", lead="500120001-pingan")
    await staff.post(f"/cases/{number}/do/claim", quick="1")
    files = {"photos": ("after.jpg", _photo(), "image/jpeg")}
    wrong = await staff.post(f"/cases/{number}/do/handle", note="", files=files)
    assert wrong.status_code == 422
    kept = wrong.text.split('name="attachments"')[1].split('value="')[1].split('"')[0]
    assert kept.startswith("at_")
    assert (await staff.get(f"/pictures/{kept}")).headers["content-type"] == "image/jpeg"
    done = await staff.post(f"/cases/{number}/do/handle", note="已加固", attachments=[kept])
    assert done.status_code == 303
    handled = (await product.facts(number, "handled"))[0]
    assert handled["attachments"] == [kept]


async def test_what_is_no_picture_is_said_beside_the_photos(product: Product) -> None:
    number = await _reported(product)
    worker = await product.reader("dongguan-g18")
    files = {"photos": ("photo.jpg", b"<script>alert(1)</script>", "image/jpeg")}
    answer = await worker.post(f"/cases/{number}/do/annotate", note="看", files=files)
    assert answer.status_code == 422
    assert 'id="fault-attachments"' in answer.text


async def test_the_same_form_sent_twice_does_nothing_twice(product: Product) -> None:
    number = await _reported(product)
    worker = await product.reader("dongguan-g18")
    for _ in range(2):
        answer = await worker.post(f"/cases/{number}/do/annotate", note="请先通知住户", key="form-1")
        assert answer.status_code == 303
    assert len(await product.facts(number, "annotated")) == 1


async def test_a_milestone_keeps_the_key_that_was_typed(product: Product) -> None:
    """The form's own identity is something else, and no name in the address stands in its way."""
    number = await _reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    address = f"/cases/{number}/do/plan-milestone"
    form = (await dispatcher.get(f"{address}?key=fence&cls=x&once=y")).text
    found = re.search(r'name="once"\s+value="([^"]+)"', form)
    assert found is not None
    assert found[1] != "y"
    assert re.findall(r'name="key"\s[^>]*value="([^"]*)"', form) == ["fence"]
    for _ in range(2):  # a double tap
        sent = await dispatcher.post(address, once=found[1], key="fence", name="围挡")
        assert sent.status_code == 303, sent.text
    assert [m.key for m in (await product.state(number)).milestones] == ["fence"]
    reached = await dispatcher.post(f"/cases/{number}/do/reach-milestone", once="page-2", key="fence")
    assert reached.status_code == 303, reached.text
    assert (await product.state(number)).milestones[0].reached_at is not None


async def test_a_refusal_is_told_where_it_happened(product: Product) -> None:
    number = await _reported(product)
    auditor = await product.reader("bishan-audit")
    page = await auditor.get(f"/cases/{number}/do/urge")
    assert "岗位" in page.text
    assert '<form method="post" action="/cases' not in page.text
    answer = await auditor.post(f"/cases/{number}/do/urge", note="快")
    assert answer.status_code == 403
    short = await auditor.post(f"/cases/{number}/do/claim", quick="1", htmx=True)
    assert short.status_code == 403
    assert "<html" not in short.text
    assert 'role="alert"' in short.text


async def test_a_sheet_hears_that_it_was_done(product: Product) -> None:
    number = await _reported(product)
    dispatcher = await product.reader("bicheng-dispatch")
    sheet = await dispatcher.get(f"/cases/{number}/do/accept", htmx=True)
    assert "<html" not in sheet.text
    answer = await dispatcher.post(f"/cases/{number}/do/accept", htmx=True)
    assert answer.status_code == 200
    assert f'"number": "{number}"' in answer.headers["hx-trigger"]


async def test_a_case_of_another_place_and_an_unknown_command_are_not_there(product: Product) -> None:
    number = await _reported(product)
    foreign = await product.reader("heixi-dispatch")
    assert (await foreign.get(f"/cases/{number}/do/annotate")).status_code == 404
    assert (await foreign.get(f"/cases/{number}/do/explode")).status_code == 404


async def test_an_extension_is_asked_in_the_unit_of_its_clock(product: Product) -> None:
    number = await _reported(product, matter="street-lamp", urgency="ordinary", text="路灯不亮")
    officer, worker = await product.reader("dongguan"), await product.reader("dongguan-g18")
    await officer.post(f"/cases/{number}/do/accept")
    await officer.post(f"/cases/{number}/do/dispatch", lead="500120001005-g18")
    await worker.post(f"/cases/{number}/do/claim", quick="1")
    asked = await worker.get(f"/cases/{number}/do/request-extension")
    assert "个工作日" in asked.text
    sent = await worker.post(
        f"/cases/{number}/do/request-extension", amount="2", amount_unit="1", reason="等待配件"
    )
    assert sent.status_code == 303, sent.text
    assert (await product.state(number)).requests[0].amount == 2
