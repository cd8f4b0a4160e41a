"""`/report` over HTTP: without a script and with one, wrong input, the same matter, whose phone it is."""

from __future__ import annotations

import re
from typing import Any

from models.case.state import Stage, TaskState
from models.city.geometry import Boundary
from models.queries.boundaries import store_boundaries
from tests.support.product import Product
from tests.support.reading import statements
from tests.support.report_forms import (
    DATA,
    GRID,
    NEXT_GRID,
    a_place,
    filled,
    number_in,
    photo,
    sends,
    uploads,
)


async def test_the_page_has_the_catalogue_the_places_and_a_key_in_a_constant_number_of_queries(
    product: Product,
) -> None:
    worker = await product.reader("dongguan-g18")
    with statements(product.services.database) as sent:
        page = await worker.get("/report")
    assert page.status_code == 200
    assert len(sent) <= 6  # four of them say who reads
    assert re.search(r'name="key" value="page-[\w-]{10,}"', page.text)
    assert 'value="manhole-cover"' in page.text
    assert 'value="other"' in page.text
    assert f'value="{NEXT_GRID}"' in page.text
    assert "东关社区18网格" in page.text
    assert "geolocation=(self)" in page.headers["permissions-policy"]


async def test_who_only_reads_does_not_report(product: Product) -> None:
    auditor = await product.reader("bishan-audit")
    assert (await auditor.get("/report")).status_code == 403
    assert (await auditor.post("/report", data=filled())).status_code == 403


async def test_without_a_script_the_photos_go_with_the_form(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    files = [("photos", ("a.jpg", photo(), "image/jpeg")), ("photos", ("b.jpg", photo("red"), "image/jpeg"))]
    answer = await worker.post("/report", files=files, data=filled())
    assert answer.status_code == 303
    case = await product.state(number_in(answer.headers["location"]))
    assert (len(case.attachments), case.place.id, case.address) == (2, GRID, "向阳街 230 号")
    page = await worker.get(answer.headers["location"])
    assert case.number in page.text
    assert case.holder.name in page.text
    assert page.text.count("data-countdown") == len([clock for clock in case.clocks if clock.red_at])


async def test_what_is_wrong_stands_beside_its_field_and_everything_given_is_kept(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    files = [("photos", ("a.jpg", photo(), "image/jpeg")), ("photos", ("b.jpg", b"no picture", "image/jpeg"))]
    form = filled(matter="", text="路灯不亮了", address="x" * 301, spot="on", spot_note="")
    answer = await worker.post("/report", files=files, data=form)
    assert answer.status_code == 422
    for field in ("attachments", "matter", "spot_note"):
        assert f'id="fault-{field}"' in answer.text, field
    assert "b.jpg" in answer.text
    assert "路灯不亮了</textarea>" in answer.text
    assert form["key"] in answer.text
    (kept,) = re.findall(r'name="attachments" value="(at_[\w-]+)"', answer.text)
    assert 'value="street-lamp"' in answer.text.partition("matter-cards")[2].partition("all-matters")[0]
    again = {"matter": "street-lamp", "spot": "", "attachments": kept}
    long = await worker.post(
        "/report", data=form | {"matter": "street-lamp", "spot": "", "attachments": kept}
    )
    assert 'id="fault-address"' in long.text
    sent = await worker.post("/report", data=form | again | {"address": "向阳街"})
    assert (await product.state(number_in(sent.headers["location"]))).attachments == (kept,)


async def test_nonsense_in_hidden_fields_is_a_fault_and_no_accident(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    for field, value in (("unit", "nowhere"), ("matter", "nothing"), ("latitude", "north"), ("urgency", "x")):
        answer = await worker.post("/report", data=filled(**{field: value}))
        assert answer.status_code == 422, field
        assert f'id="fault-{"unit" if field == "latitude" else field}"' in answer.text, field
    long = await worker.post("/report", data=filled(spot="on", spot_note="x" * 2001))
    assert 'id="fault-spot_note"' in long.text
    assert (await worker.get("/report", unit="nowhere", matter="nothing")).status_code == 200


async def test_a_kept_photo_can_be_dropped_and_a_strangers_is_not_taken(product: Product) -> None:
    worker, other = await product.reader("dongguan-g18"), await product.reader("dongguan-g17")
    mine = [(await uploads(worker)).json()["id"] for _ in range(2)]
    theirs = (await uploads(other)).json()["id"]
    answer = await worker.post("/report", data=filled(attachments=[mine[0], theirs]))
    assert answer.status_code == 422
    assert 'id="fault-attachments"' in answer.text
    assert theirs not in answer.text
    sent = await worker.post("/report", data=filled(attachments=mine, drop_attachments=mine[0]))
    assert (await product.state(number_in(sent.headers["location"]))).attachments == (mine[1],)


async def test_a_word_or_a_photo_is_needed(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    answer = await worker.post("/report", data=filled(text=""))
    assert 'id="fault-text"' in answer.text
    picture = (await uploads(worker)).json()["id"]
    assert (await worker.post("/report", data=filled(text="", attachments=picture))).status_code == 303


async def test_a_double_tap_is_one_case(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    form = filled(same="", unit="")
    first, second = await worker.post("/report", data=form), await worker.post("/report", data=form)
    assert number_in(first.headers["location"]) == number_in(second.headers["location"])


async def test_the_script_gets_the_same_in_data(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    form = filled()
    first, again = await sends(worker, **form), await sends(worker, **form)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert again.json()["repeated"]
    wrong = await sends(worker, matter="", key="test-wrong")
    assert wrong.status_code == 422
    assert set(wrong.json()["faults"]) == {"matter"}
    other = await sends(worker, **(form | {"text": "另一件"}))
    assert other.status_code == 409
    assert other.json()["refusal"]
    assert (await product.visitor().http.post("/report", data=form, headers=DATA)).status_code == 401


async def test_what_waits_of_somebody_else_is_neither_sent_nor_stored(product: Product) -> None:
    worker, other = await product.reader("dongguan-g18"), await product.reader("dongguan-g17")
    person = re.search(r'data-person="(\w+)"', (await worker.get("/report")).text)
    assert person
    for answer in (await sends(other, person=person[1]), await uploads(other, person=person[1])):
        assert (answer.status_code, answer.json()["code"]) == (409, "another_person")
    assert (await uploads(worker, person=person[1])).status_code == 201


async def test_a_photo_that_cannot_be_read_is_refused_in_words(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    files = {"file": ("a.jpg", b"no picture", "image/jpeg")}
    answer = await worker.http.post("/report/photos", files=files, headers=DATA)
    assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")


async def test_handled_on_the_spot_in_ones_own_grid_only(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    after = (await uploads(worker)).json()["id"]
    done = {"spot": "on", "spot_note": "已放围挡并换新盖", "after": after}
    sent = await sends(worker, **done)
    case = await product.state(sent.json()["number"])
    assert (case.stage, case.on_the_spot, case.tasks[0].state) == (Stage.VERIFYING, True, TaskState.HANDLED)
    elsewhere = await worker.post("/report", data=filled(**done, unit=NEXT_GRID))
    assert elsewhere.status_code == 422
    assert 'id="fault-on_the_spot"' in elsewhere.text
    assert after in elsewhere.text


async def test_the_same_matter_is_asked_about_first(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    here = a_place()
    picture = (await uploads(worker)).json()["id"]
    first = (await sends(worker, **here, attachments=picture)).json()["number"]
    form = filled(**here, same="", text="井盖还是没有")
    asked = await worker.post("/report", data=form)
    assert asked.status_code == 422
    assert f'value="{first}"' in asked.text
    assert f"/pictures/{picture}" in asked.text
    assert "作为备注加到该件" in asked.text
    data = await sends(worker, **form)
    assert (data.status_code, data.json()["same"]) == (422, True)
    joined = await worker.post("/report", data=form | {"same": first})
    assert number_in(joined.headers["location"]) == first
    (noted,) = await product.facts(first, "annotated")
    assert "井盖还是没有" in noted["note"]
    page = await worker.get(joined.headers["location"])
    assert "已并到同一件事" in page.text


async def test_joining_again_with_the_same_key_adds_nothing(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    here = a_place()
    first = (await sends(worker, **here)).json()["number"]
    form = filled(**here, same=first)
    for _ in range(2):
        assert (await worker.post("/report", data=form)).status_code == 303
    assert len(await product.facts(first, "annotated")) == 1


async def test_who_has_no_part_in_it_reports_anew_and_names_it(product: Product) -> None:
    worker, head = await product.reader("dongguan-g18"), await product.reader("dongguan-g18-a")
    here = a_place()
    first = (await sends(worker, **here)).json()["number"]
    asked = await head.post("/report", data=filled(**here, same=""))
    assert "由受理人并案" in asked.text
    sent = await head.post("/report", data=filled(**here, same=first))
    case = await product.state(number_in(sent.headers["location"]))
    assert case.number != first
    assert first in case.text


async def test_a_long_report_that_names_another_is_cut_to_fit_and_a_long_note_is_a_fault(
    product: Product,
) -> None:
    worker, head = await product.reader("dongguan-g18"), await product.reader("dongguan-g18-a")
    here = a_place()
    first = (await sends(worker, **here)).json()["number"]
    sent = await sends(head, **here, same=first, text="长" * 4000)
    assert first in (await product.state(sent.json()["number"])).text
    noted = await worker.post("/report", data=filled(**here, same=first, text="长" * 2100))
    assert noted.status_code == 422
    assert 'id="fault-text"' in noted.text


async def test_a_report_that_waited_goes_by_itself(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    here = a_place()
    first = (await sends(worker, **here)).json()["number"]
    late = await sends(worker, **here, same="", unattended="1")
    assert late.status_code == 201
    assert late.json()["number"] != first


async def test_what_helps_while_writing(product: Product) -> None:
    worker, stranger = await product.reader("dongguan-g18"), await product.reader("heixi-dispatch")
    cards = await worker.get("/report/matters", text="有人占道经营")
    assert re.findall(r'value="([\w-]+)"', cards.text)[0] == "street-trading"
    ring = ((107.0, 30.0), (107.1, 30.0), (107.1, 30.1), (107.0, 30.1))
    async with product.services.sessions.write() as session:
        await store_boundaries(session, [Boundary(unit=NEXT_GRID, ring=ring)])
    there: dict[str, Any] = {"latitude": 30.05, "longitude": 107.05}
    found = (await worker.get("/report/place", **there)).json()
    assert found == {"unit": NEXT_GRID, "name": "璧城街道东关社区17网格"}
    nowhere = await worker.get("/report/place", latitude=10, longitude=10)
    assert nowhere.json() == {"unit": None, "name": None}
    (shape,) = (await worker.get("/report/outlines", **there)).json()["features"]
    assert shape["properties"] == {"unit": NEXT_GRID, "name": "17网格"}
    assert shape["geometry"]["coordinates"][0][0] == shape["geometry"]["coordinates"][0][-1]
    here = a_place()
    first = (await sends(worker, **here)).json()["number"]
    asked: dict[str, Any] = {"matter": "manhole-cover", **here}
    assert first in (await worker.get("/report/same", **asked)).text
    assert first not in (await stranger.get("/report/same", **asked)).text
    assert "same" not in (await worker.get("/report/same", matter="manhole-cover", latitude="x")).text
