"""`/mine` over HTTP: the cards, the steps of a task, the whistle, and what the phone keeps."""

from __future__ import annotations

import re
from typing import Any

from models.case.state import Stage
from tests.support.product import Product
from tests.support.reading import statements
from tests.support.report_forms import (
    GRID,
    photo,
    sends,
)


async def dispatched(product: Product, **more: Any) -> str:
    """A case whose task lies in the pool of the eighteenth grid."""
    worker, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    receipt = await worker.report(matter="rubbish", unit=GRID, text="垃圾成堆", **more)
    await officer.sends(receipt["number"], "accept")
    await officer.sends(receipt["number"], "dispatch", lead=GRID)
    return str(receipt["number"])


def card_of(page: str, number: str) -> str:
    return page.partition(f'id="task-{number}"')[2].partition("</article>")[0]


async def test_mine_has_my_tasks_the_pool_and_what_i_reported_in_a_constant_number_of_queries(
    product: Product,
) -> None:
    number = await dispatched(product)
    worker = await product.reader("dongguan-g18")
    reported = (await sends(worker)).json()["number"]
    with statements(product.services.database) as few:
        page = (await worker.get("/mine")).text
    assert 'data-command="claim"' in card_of(page, number)
    assert f'id="card-{reported}"' in page
    for _ in range(3):
        await dispatched(product)
    with statements(product.services.database) as more:
        await worker.get("/mine")
    assert len(more) == len(few) <= 8
    claimed = await worker.post(f"/cases/{number}/do/claim", back="/mine")
    assert claimed.headers["location"].startswith("/mine?after=")
    page = (await worker.get(claimed.headers["location"])).text
    assert page.index(f'id="task-{number}"') < page.index('id="mine-pool"')
    assert 'data-command="arrive"' in card_of(page, number)


async def test_arriving_keeps_the_place_and_handling_demands_the_photo_it_is_closed_with(
    product: Product,
) -> None:
    number = await dispatched(product)
    worker = await product.reader("dongguan-g18")
    await worker.post(f"/cases/{number}/do/claim")
    assert (await worker.get(f"/mine/{number}/arrive")).status_code == 200
    arrived = await worker.post(f"/mine/{number}/arrive", latitude="29.592", longitude="106.227")
    assert arrived.status_code == 303
    (fact,) = await product.facts(number, "arrived")
    assert (fact["latitude"], fact["longitude"]) == (29.592, 106.227)
    form = await worker.get(f"/mine/{number}/handle")
    assert "前后照片比对通过" in form.text
    bare = await worker.post(f"/mine/{number}/handle", note="已清运")
    assert bare.status_code == 422
    assert 'id="fault-attachments"' in bare.text
    assert "已清运</textarea>" in bare.text
    files = {"photos": ("a.jpg", photo(), "image/jpeg")}
    wordless = await worker.post(f"/mine/{number}/handle", files=files, note="")
    (kept,) = set(re.findall(r'value="(at_[\w-]+)"', wordless.text))
    done = await worker.post(f"/mine/{number}/handle", attachments=kept, note="已清运")
    assert done.status_code == 303
    case = await product.state(number)
    assert case.stage is Stage.VERIFYING
    (handled,) = await product.facts(number, "handled")
    assert handled["attachments"] == [kept]
    closed = await worker.get(f"/mine/{number}/handle")
    assert "不需要办" in closed.text


async def test_a_step_on_a_strangers_case_is_not_found(product: Product) -> None:
    number = await dispatched(product)
    stranger = await product.reader("heixi-dispatch")
    for step in ("arrive", "handle", "whistle"):
        assert (await stranger.get(f"/mine/{number}/{step}")).status_code == 404
        assert (await stranger.post(f"/mine/{number}/{step}", note="x", reason="x")).status_code in (403, 404)


async def test_the_holder_whistles_in_two_taps(product: Product) -> None:
    worker = await product.reader("dongguan-g18")
    number = (await sends(worker, matter="neighbour-dispute", text="楼上漏水吵起来了")).json()["number"]
    assert (await product.state(number)).holder.id == GRID
    assert f'href="/mine/{number}/whistle"' in card_of((await worker.get("/mine")).text, number)
    sheet = (await worker.get(f"/mine/{number}/whistle", htmx=True)).text
    assert "<html" not in sheet
    given = dict(re.findall(r'name="(key|way|back)" value="([^"]*)"', sheet))
    ground = re.search(r'name="ground"\s+value="(\w+)"[^>]*\schecked', sheet)
    units = re.findall(r'name="units"\s+value="([\w-]+)"\s+checked', sheet)
    reason = re.search(r"<textarea[^>]*>([^<]+)</textarea>", sheet)
    assert ground, sheet[:3000]
    assert reason
    assert (ground[1], units) == ("strong_issue", ["500120-sifa"])
    blown = await worker.post(
        f"/mine/{number}/whistle", htmx=True, ground=ground[1], units=units, reason=reason[1], **given
    )
    assert blown.status_code == 200
    assert "case-changed" in blown.headers["hx-trigger"]
    (whistle,) = (await product.state(number)).whistles
    assert [party.unit.id for party in whistle.parties] == units
    nobody = await worker.post(f"/mine/{number}/whistle", ground="emergency", reason="快", way="blow")
    assert 'id="fault-units"' in nobody.text


async def test_who_does_not_hold_it_asks_the_holder_to_whistle(product: Product) -> None:
    number = await dispatched(product)
    worker = await product.reader("dongguan-g18")
    sheet = (await worker.get(f"/mine/{number}/whistle")).text
    assert "只有主办单位能吹哨" in sheet
    form = {
        "way": "ask",
        "ground": "joint_enforcement",
        "units": ["500120-chengguan"],
        "reason": "多次清理又倒",
    }
    assert (await worker.post(f"/mine/{number}/whistle", data=form)).status_code == 303
    (noted,) = await product.facts(number, "annotated")
    assert "请求吹哨（联合执法）" in noted["note"]
    assert "城市管理局" in noted["note"]
    assert (await product.state(number)).whistles == ()


async def test_the_service_worker_and_what_the_phone_keeps(product: Product) -> None:
    number = await dispatched(product)
    worker = await product.reader("dongguan-g18")
    script = await worker.get("/sw.js")
    assert script.headers["service-worker-allowed"] == "/"
    assert script.headers["cache-control"] == "no-cache"
    assert "script-src 'self'; connect-src 'self'" in script.headers["content-security-policy"]
    for part in re.findall(r'"(/static/[^"]+)"', script.text.splitlines()[0]):
        assert (await worker.http.get(part)).status_code == 200
    for path in ("/report/shell", "/mine/shell"):
        shell = await worker.get(path)
        assert shell.status_code == 200
        assert number not in shell.text
        assert 'data-shell="yes"' in shell.text
    assert (await product.visitor().get("/report/shell")).status_code == 303
    manifest = re.search(r'rel="manifest" href="([^"]+)"', (await worker.get("/mine")).text)
    assert manifest
    told = (await worker.http.get(manifest[1])).json()
    assert told["start_url"] == "/mine"
    for icon in told["icons"]:
        assert (await worker.http.get(icon["src"])).status_code == 200
