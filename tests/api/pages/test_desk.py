"""The desk, its changes, taps in a row, and the inbox: before the whole product, without a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from models.base import Urgency
from models.case.commands import Accept, Dispatch
from models.city.people import Role
from tests.support import world
from tests.support.colleagues import colleagues
from tests.support.play import Play
from tests.support.product import Browser, Product
from tests.support.reading import statements, write

SAFETY = "500120001-pingan"
STAFF = "bicheng-pingan"
"""Seconds of server time in which the longest desk is to be made."""


async def to_safety(product: Product, **more: Any) -> str:
    """A matter of the street, given to its safety section; its number."""
    dispatcher = await product.person("bicheng-dispatch")
    report = {"matter": "joint-enforcement", "unit": "500120001", "text": "农贸市场占道"} | more
    number: str = (await dispatcher.report(**report))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SAFETY, instruction="先行劝离")
    return number


def row(html: str, number: str) -> str:
    """The row of a case."""
    found = re.search(rf'<li class="work[^>]*id="case-{number}".*?</li>', html, re.DOTALL)
    assert found, f"no row of {number}"
    return found[0]


def version(html: str, number: str) -> int:
    """The version in which a case is shown."""
    found = re.search(r'data-version="(\d+)"', row(html, number))
    assert found
    return int(found[1])


async def test_who_is_not_signed_in_is_led_to_the_door_and_the_stream_ends(product: Product) -> None:
    visitor = product.visitor()
    for path in ("/desk", "/inbox"):
        answer = await visitor.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    heard = await visitor.get("/live")
    assert heard.headers["content-type"].startswith("text/event-stream")
    assert heard.text.strip() == "event: end\ndata: {}"


async def test_one_tap_claims_and_the_row_is_what_the_receipt_says(product: Product) -> None:
    number = await to_safety(product)
    staff = await product.reader(STAFF)
    before = row((await staff.get("/desk")).text, number)
    assert "认领" in before
    assert "先行劝离" in before
    assert "由璧城街道交办" in before
    fields = {"key": f"claim-{number}-{version(before, number)}", "back": "/desk"}
    answer = await staff.post(f"/desk/{number}/claim", htmx=True, **fields)
    assert answer.status_code == 200
    after = row(answer.text, number)
    assert {"arrive", "handle"} <= set(re.findall(r'data-command="([a-z-]+)"', after))
    assert "claim" not in re.findall(r'data-command="([a-z-]+)"', after)
    assert 'data-more="release return request-extension request-suspension"' in after
    again = await staff.post(f"/desk/{number}/claim", htmx=True, **fields)
    assert again.status_code == 200, "the same tap twice is one claim"
    mine = (await staff.get("/desk", list="mine")).text
    assert version(mine, number) == version(answer.text, number)


async def test_who_loses_a_race_learns_in_the_row_who_won(product: Product) -> None:
    number = await to_safety(product)
    await colleagues(product, STAFF, SAFETY, Role.SECTION_STAFF, 1)
    winner, loser = await product.reader(STAFF), await product.reader("section_staff-500120001-pingan-0")
    assert (await winner.post(f"/desk/{number}/claim", htmx=True, key="a")).status_code == 200
    answer = await loser.post(f"/desk/{number}/claim", htmx=True, key="b")
    assert answer.status_code == 409
    left = row(answer.text, number)
    assert "该任务已被他人认领：马海棠" in left
    assert "马海棠 已认领" in left
    assert "data-command" not in left
    english = Browser(loser.http, language="en-GB")
    assert "Claimed by 马海棠" in (await english.post(f"/desk/{number}/claim", htmx=True, key="c")).text


async def test_without_javascript_a_tap_leads_back_to_the_list_it_came_from(product: Product) -> None:
    number = await to_safety(product)
    staff, deputy = await product.reader(STAFF), await product.reader("bicheng-pingan-2")
    back = "/desk?list=pool"
    refused = await deputy.post(f"/desk/{number}/claim", key="early", back=back)
    assert refused.status_code == 403
    assert "A角尚在响应时限内" in refused.text
    assert 'href="/desk?list=pool"' in refused.text
    answer = await staff.post(f"/desk/{number}/claim", key="plain", back=back)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{back}&after={number}:")
    elsewhere = await staff.post(f"/desk/{number}/claim", key="plain", back="https://example.org/")
    assert elsewhere.headers["location"].startswith("/desk?")


async def test_b_sees_when_its_turn_comes_instead_of_a_button(product: Product) -> None:
    number = await to_safety(product)
    shown = row((await (await product.reader("bicheng-pingan-2")).get("/desk")).text, number)
    assert re.search(r"轮到您: \d\d:\d\d", shown)
    assert 'data-command="claim"' not in shown


async def test_requests_and_orders_are_answered_from_the_row_of_whom_they_wait_for(product: Product) -> None:
    number = await to_safety(product)
    staff = await product.person(STAFF)
    await staff.sends(number, "claim")
    await staff.sends(number, "request-extension", amount=2, reason="等待产权单位出具图纸")
    supervisor = await product.person("bicheng-supervise")
    await supervisor.sends(number, "supervise", text="请说明进展")
    asked = row((await (await product.reader("bicheng-command")).get("/desk", list="waiting")).text, number)
    assert "马海棠 申请延期" in asked
    assert "2个工作日" in asked
    assert {"approve", "refuse"} <= set(re.findall(r"data-command=\"([a-z-]+)\"", asked))
    ordered = (await (await product.reader(STAFF)).get("/desk", list="waiting")).text
    assert "请说明进展" in ordered
    assert f"/cases/{number}/do/answer?back=/desk%3Flist%3Dwaiting&amp;order=o1" in ordered


async def test_the_address_narrows_the_list_and_its_counts(product: Product) -> None:
    number = await to_safety(product, text="河边夜市油烟")
    staff = await product.reader(STAFF)
    fitting = await staff.get("/desk", q="夜市油烟", matter="section:safety", light="green", urgency="")
    assert number in fitting.text
    assert re.search(r'id="tab-pool".*?<span class="count">1</span>', fitting.text, re.DOTALL)
    (mine,) = re.findall(r'id="tab-mine"\s+href="([^"]*)"', fitting.text)
    kept = {"list=mine", "light=green", "matter=section%3Asafety", "q=%E5%A4%9C%E5%B8%82%E6%B2%B9%E7%83%9F"}
    assert set(mine.partition("?")[2].split("&amp;")) == kept
    assert number not in (await staff.get("/desk", q="夜市油烟", light="red")).text
    nothing = await staff.get("/desk", q="没有这样的事")
    assert "没有符合筛选条件的事项" in nothing.text
    part = await staff.get("/desk", htmx=True, q="夜市油烟")
    assert "<html" not in part.text
    assert part.headers["hx-push-url"] == "/desk?q=%E5%A4%9C%E5%B8%82%E6%B2%B9%E7%83%9F"


@pytest.mark.parametrize("query", [{"light": "blue"}, {"list": "all"}, {"rows": "5000"}, {"cursor": "x"}])
async def test_an_address_that_nobody_made_is_answered_with_a_page(
    product: Product, query: dict[str, Any]
) -> None:
    answer = await (await product.reader(STAFF)).get("/desk", **query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


async def test_only_rows_that_differ_are_sent_again(product: Product) -> None:
    first, second = await to_safety(product), await to_safety(product)
    staff = await product.reader(STAFF)
    page = (await staff.get("/desk", rows=200)).text
    shown = [f"{number}:{version(page, number)}" for number in re.findall(r'id="case-([\d-]+)"', page)]
    same = await staff.post("/desk/changes", htmx=True, shown=" ".join(shown), changed="")
    assert same.status_code == 200
    assert 'class="work' not in same.text
    assert 'id="desk-tabs"' in same.text
    third = await to_safety(product)
    await (await product.person(STAFF)).sends(first, "return", reason="属住建部门")
    changed = await staff.post("/desk/changes", htmx=True, shown=" ".join(shown), changed="")
    assert second not in changed.text
    assert f'hx-target="#case-{first}" hx-swap="outerMorph"' in changed.text
    assert "已退回" in row(changed.text, first)
    assert 'hx-target="#works-fresh" hx-swap="beforeend"' in changed.text
    assert "认领" in row(changed.text, third)
    narrowed = await staff.post("/desk/changes?light=red", htmx=True, shown="", changed=f"{third}:1")
    assert third not in narrowed.text


async def test_nobody_hears_of_cases_outside_the_jurisdiction(product: Product) -> None:
    number = await to_safety(product)
    foreign = await product.reader("heixi-pingan")
    answer = await foreign.post("/desk/changes", htmx=True, shown=f"{number}:1", changed=f"{number}:99")
    assert f'hx-target="#case-{number}" hx-swap="delete"' in answer.text
    assert "农贸市场" not in answer.text
    assert (await foreign.post(f"/desk/{number}/claim", htmx=True, key="x")).status_code in (403, 404)


async def test_a_row_is_the_workflows_where_the_records_lag_behind(product: Product) -> None:
    number = await to_safety(product)
    staff = await product.reader(STAFF)
    old = version((await staff.get("/desk", rows=200)).text, number)
    receipt = await (await product.person(STAFF)).sends(number, "claim")
    async with product.services.sessions.write() as session:  # as if the claim had not been written yet
        behind = text("UPDATE cases SET version = :old, snapshot = snapshot || :part WHERE number = :number")
        part = f'{{"version": {old}, "tasks": []}}'
        await session.execute(behind, {"old": old, "part": part, "number": number})
    heard = f"{number}:{receipt['version']}"
    answer = await staff.post("/desk/changes", htmx=True, shown=f"{number}:{old}", changed=heard)
    assert version(answer.text, number) == receipt["version"]
    assert "handle" in row(answer.text, number)


async def test_two_hundred_rows_take_as_many_queries_as_one(product: Product) -> None:
    def urgent(place: int) -> Play:
        dossier = world.dossier(Urgency.URGENT, number=f"20261013-{place:06}")
        play = Play.reported(
            dossier, at=datetime.now(UTC), text="路灯不亮，老人出行不便", address="向阳街230号"
        )
        play.send(world.DISPATCHER, Accept())
        return play.send(world.DISPATCHER, Dispatch(lead=world.SAFETY, instruction="尽快处理"))

    staff = await product.reader(STAFF)
    await write(product.services.database, *(urgent(place) for place in range(200)))
    await staff.get("/desk")  # the session is looked up once in a while, not with every page
    counts: list[int] = []
    for rows in (1, 200):
        with statements(product.services.database) as sent:
            answer = await staff.get("/desk", rows=rows)
        assert answer.text.count('<li class="work ') == rows
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12, sent


async def test_more_rows_follow_where_the_first_ended(product: Product) -> None:
    staff = await product.reader(STAFF)
    first = (await staff.get("/desk", rows=7)).text
    more = re.search(r'hx-get="(/desk\?[^"]*cursor=[^"]*)"', first)
    assert more
    rest = await staff.get(more[1].replace("&amp;", "&"), htmx=True)
    shown = re.findall(r'id="case-([\d-]+)"', first), re.findall(r'id="case-([\d-]+)"', rest.text)
    assert [len(part) for part in shown] == [7, 7]
    assert not set(shown[0]) & set(shown[1])
    assert 'id="desk-tabs"' not in rest.text


async def test_messages_are_read_one_by_one_or_all(product: Product) -> None:
    staff = await product.reader("bicheng-pingan-2")
    await staff.post("/inbox/read", until=datetime.now(UTC).isoformat())
    number = await to_safety(product)
    page = (await staff.get("/inbox")).text
    assert "一般消息在 22:00 至 08:00 之间暂缓" in page
    assert f"{number} 综合执法联合行动：派遣：主办 平安法治" in page
    (message,) = set(re.findall(rf'name="message" value="({number}\.\d+\.\d+)"', page))
    read = await staff.post("/inbox/read", htmx=True, message=message, back="/inbox")
    assert "message-read" in read.text
    assert "data-unread" in read.text
    assert number not in (await staff.get("/inbox")).text
    everything = (await staff.get("/inbox", show="all")).text
    assert number in everything
    later = await to_safety(product)
    since = datetime.now(UTC).replace(year=2020).isoformat()
    assert "条新消息 · 显示" in (await staff.get("/inbox/fresh", htmx=True, since=since)).text
    until = datetime.now(UTC).isoformat()
    assert (await staff.post("/inbox/read", until=until, back="/inbox?show=all")).status_code == 303
    assert later not in (await staff.get("/inbox")).text
    assert "没有未读消息" in (await staff.get("/inbox")).text


@pytest.mark.parametrize("wrong", [{}, {"message": "nothing"}, {"until": "yesterday"}])
async def test_what_names_no_message_marks_none(product: Product, wrong: dict[str, Any]) -> None:
    number = await to_safety(product)
    staff = await product.reader("bicheng-pingan-2")
    assert (await staff.post("/inbox/read", **wrong)).status_code == 303
    assert number in (await staff.get("/inbox")).text
