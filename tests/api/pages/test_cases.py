"""The list of cases and the page of each: what is shown, to whom, and at what cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import event, text

from tests.support.product import Browser, Product
from tests.support.records import eventually, row

PLACE = {"matter": "manhole-cover", "urgency": "urgent", "unit": "500120001005-g18"}
TEXT = "井盖没了，已放警示桩"
WORKER, DISPATCHER, FAR = "dongguan-g18", "bicheng-dispatch", "heixi-dispatch"


async def reported(product: Product, who: str = WORKER, **more: Any) -> str:
    """A fresh case, which the records have."""
    worker = await product.person(who)
    receipt = await worker.report(**{**PLACE, "text": TEXT, **more})
    number = str(receipt["number"])
    await in_the_records(product, number)
    return number


async def in_the_records(product: Product, number: str) -> None:
    """Wait until the records have caught up with the workflow."""
    version = (await product.state(number)).version
    statement = "SELECT version FROM cases WHERE number = :number"
    await eventually(
        lambda: row(product, statement, number=number), lambda found: found["version"] == version
    )


_COOKIES: dict[tuple[str, str], httpx.Cookies] = {}
"""By database and login: passwords are slow to check on purpose."""


async def reading(product: Product, login: str) -> Browser:
    """Somebody before the pages, signed in once for all tests here."""
    known = (product.services.settings.dsn, login)
    if known not in _COOKIES:
        _COOKIES[known] = (await product.reader(login)).http.cookies
    browser = product.visitor()
    browser.http.cookies = _COOKIES[known]
    return browser


@contextmanager
def counted(product: Product) -> Iterator[list[str]]:
    """The statements that pages send meanwhile."""
    sent: list[str] = []
    engine = product.services.database.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def deeds_on(html: str) -> set[str]:
    """The commands for which the page has a button."""
    return set(re.findall(r'data-command="([a-z-]+)"', html))


async def test_the_page_tells_the_case_and_offers_what_may_be_done_and_only_that(product: Product) -> None:
    number = await reported(product, address="向阳街230号")
    reader, person = await reading(product, DISPATCHER), await product.person(DISPATCHER)
    answer = await reader.get(f"/cases/{number}")
    assert answer.status_code == 200
    for said in (number, "向阳街230号", TEXT, "待受理", "紧急", "链已校验", "依据《"):
        assert said in answer.text, said
    offered = (await person.get(f"/cases/{number}")).json()["commands"]
    assert offered
    assert deeds_on(answer.text) == set(offered)
    assert "style=" not in answer.text


async def test_whoever_may_do_nothing_is_told_so(product: Product) -> None:
    number = await reported(product)
    auditor = await reading(product, "bishan-audit")
    page = (await auditor.get(f"/cases/{number}")).text
    assert deeds_on(page) == set()
    assert "本件现在没有需要您办理的事项" in page


async def test_a_case_of_somewhere_else_is_as_good_as_none(product: Product) -> None:
    number = await reported(product)
    stranger = await reading(product, FAR)
    for path in (f"/cases/{number}", "/cases/20260101-999999999"):
        answer = await stranger.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert TEXT not in answer.text
    assert number not in (await stranger.get("/cases")).text


async def test_english_readers_read_english(product: Product) -> None:
    number = await reported(product)
    reader = await reading(product, DISPATCHER)
    reader.language = "en"
    page = (await reader.get(f"/cases/{number}")).text
    for said in ("To do now", "Everything that happened", "Chain verified", "to be accepted", "Manhole"):
        assert said.lower() in page.lower(), said


async def test_a_page_costs_the_same_however_long_the_case(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    dispatcher = await product.person(DISPATCHER)
    await reader.get(f"/cases/{number}")
    with counted(product) as short:
        await reader.get(f"/cases/{number}")
    await dispatcher.sends(number, "accept")
    units = ["500120-xiaofang", "500120-zhujian"]
    await dispatcher.sends(number, "dispatch", lead="500120001-pingan", assisting=["500120001005-g18"])
    await dispatcher.sends(number, "whistle", ground="emergency", units=units, reason="有人被困")
    for time in range(12):
        await dispatcher.sends(number, "annotate", note=f"第{time}次联系")
    await in_the_records(product, number)
    with counted(product) as long:
        page = await reader.get(f"/cases/{number}")
    assert "第11次联系" in page.text
    assert len(long) == len(short) <= 8, "\n".join(long)


async def test_after_a_command_the_page_shows_what_the_receipt_said(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    version = (await product.state(number)).version
    there = await reader.get(f"/cases/{number}", after=f"{number}:{version}")
    assert "正在写入档案" not in there.text
    # The records cannot have this version yet: so it is the workflow that is asked.
    ahead = await reader.get(f"/cases/{number}", after=f"{number}:{version + 1}")
    assert ahead.status_code == 200
    assert "正在写入档案" in ahead.text
    assert TEXT in ahead.text
    for odd in ("nonsense", f"20260101-000001:{version + 5}"):
        assert "正在写入档案" not in (await reader.get(f"/cases/{number}", after=odd)).text


async def test_htmx_gets_the_changing_part_alone(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    part = await reader.get(f"/cases/{number}", htmx=True)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="case-title"' in part.text


async def test_who_reported_is_masked(product: Product) -> None:
    contact = {"name": "龙秀英", "phone": "13800000021"}
    number = await reported(product, DISPATCHER, channel="hotline", contact=contact)
    page = (await (await reading(product, DISPATCHER)).get(f"/cases/{number}")).text
    assert "龙**" in page
    assert "138****0021" in page
    assert "龙秀英" not in page
    assert "13800000021" not in page


async def test_facts_stand_newest_first_or_the_other_way_round(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    await (await product.person(DISPATCHER)).sends(number, "accept", note="已核实情况")
    await in_the_records(product, number)
    newest = (await reader.get(f"/cases/{number}")).text.partition('id="facts"')[2]
    assert newest.index("已核实情况") < newest.index("上报：")
    oldest = (await reader.get(f"/cases/{number}", facts="oldest")).text.partition('id="facts"')[2]
    assert oldest.index("上报：") < oldest.index("已核实情况")


async def test_a_changed_record_is_found_and_said(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    # What the database itself refuses, somebody with its keys can do all the same.
    change = """UPDATE facts SET body = jsonb_set(body, '{text}', '"没什么事"') WHERE case_number = :n"""
    async with product.services.sessions.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(f"{change} AND seq = 1"), {"n": number})
    page = (await reader.get(f"/cases/{number}")).text
    assert "第 1 条与链不符" in page
    assert "链已校验" not in page


async def test_a_long_case_is_folded_and_complete(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    dispatcher = await product.person(DISPATCHER)
    for time in range(55):
        await dispatcher.sends(number, "annotate", note=f"记录{time:03}")
    await in_the_records(product, number)
    facts = (await reader.get(f"/cases/{number}")).text.partition('id="facts"')[2]
    open_part, _, folded = facts.partition('id="facts-folded"')
    assert "记录054" in open_part
    assert "记录000" not in open_part
    assert "记录000" in folded


async def test_a_merged_case_leads_to_the_one_it_went_into(product: Product) -> None:
    first, second = await reported(product), await reported(product)
    dispatcher, reader = await product.person(DISPATCHER), await reading(product, DISPATCHER)
    await dispatcher.sends(second, "merge", into=first, reason="同一处")
    statement = "SELECT version FROM cases WHERE number = :number AND stage = 'merged'"
    await eventually(lambda: row(product, statement, number=second), bool)
    assert f'href="/cases/{first}"' in (await reader.get(f"/cases/{second}")).text

    async def page_of_the_first() -> str:
        return (await reader.get(f"/cases/{first}")).text

    assert await eventually(page_of_the_first, lambda page: f'href="/cases/{second}"' in page)


async def test_the_list_is_narrowed_by_its_address(product: Product) -> None:
    number = await reported(product, text="西门桥头栏杆晃动")
    reader = await reading(product, DISPATCHER)
    found = (await reader.get("/cases", q="桥头栏杆", stage="reported", urgency="urgent")).text
    assert number in found
    assert 'value="桥头栏杆"' in found
    assert re.search(r'<option value="reported"\s+selected', found)
    assert number not in (await reader.get("/cases", q="桥头栏杆", stage="closed")).text
    assert number not in (await reader.get("/cases", q="桥头栏杆", until="2020-01-01")).text
    assert number in (await reader.get("/cases", q="桥头栏杆", unit="500120001005")).text


async def test_a_filter_that_nobody_understands_is_said_and_ignored(product: Product) -> None:
    number, reader = await reported(product), await reading(product, DISPATCHER)
    answer = await reader.get("/cases", stage="nowhere", cursor="mangled", since="gestern")
    assert answer.status_code == 200
    assert number in answer.text
    assert "已忽略无法识别的条件" in answer.text


async def test_an_empty_list_says_what_to_do(product: Product) -> None:
    reader = await reading(product, DISPATCHER)
    assert "没有符合条件的案件" in (await reader.get("/cases", q="没有这样的词语")).text


async def test_the_list_goes_on_page_by_page_at_the_same_cost(product: Product, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.pages.cases.listing.ROWS", 2)
    numbers = [await reported(product, text=f"翻页试件{place}") for place in range(3)]
    reader = await reading(product, DISPATCHER)
    await reader.get("/cases")  # the session is looked up at first, and then remembered for a while
    with counted(product) as sent:
        first = (await reader.get("/cases", q="翻页试件")).text
    assert [number in first for number in numbers] == [False, True, True]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = (await reader.get(following[1].replace("&amp;", "&"))).text
    assert [number in second for number in numbers] == [True, False, False]
    assert "回到开头" in second
    with counted(product) as more:
        await reader.get("/cases")
    assert len(more) == len(sent) <= 6, "\n".join(more)
