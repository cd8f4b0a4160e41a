"""Residents without an account: the building's code, a report, its public page, and their own voice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.support.product import Product
from tests.support.reading import statements
from tests.support.records import row
from tests.support.visitors import (
    GRID,
    OFFICER,
    at_once,
    code_of,
    dispatched,
    evaluate,
    form,
    handled,
    hidden,
    number_of,
    reported,
    send,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


def steps(page: str) -> str:
    """The steps as the page draws them."""
    marks = {"done": "✓", "now": "●", "to_come": "○"}
    found = re.findall(r'step step-(\w+)".*?class="step-words">([^<]+)', page, re.DOTALL)
    return " ".join(f"{marks[state]}{words.strip()}" for state, words in found)


# ── the code on the building ─────────────────────────────────────────────────────────────────────


async def test_the_code_shows_the_grid_its_people_and_whom_to_call(product: Product) -> None:
    visitor = product.visitor()
    with statements(product.services.database) as sent:
        answer = await visitor.get(f"/r/{GRID}")
    assert answer.status_code == 200
    assert len([s for s in sent if s.lstrip().startswith(("SELECT", "WITH"))]) <= 3
    page = answer.text
    for words in ("18网格", "东关社区", "董嘉木", "东关社区值班室", "社区民警", "随手拍上报", "查询进度"):
        assert words in page
    for number in ("110", "119", "120", "12345"):
        assert f'href="tel:{number}"' in page
    assert 'href="tel:023-00000018"' in page
    assert "dongguan-g18" not in page
    assert not re.search(r"p_[a-z2-7]{16}", page), "nobody's identity"
    english = await product.visitor().get(f"/r/{GRID}", lang="en")
    assert "Report with a photo" in english.text


async def test_where_nothing_is_published_the_names_of_the_posts_are_shown(product: Product) -> None:
    page = (await product.visitor().get("/r/500120001005-g17")).text
    assert re.search(r'网格员</span>\s*<strong lang="zh-Hans">庞素秋', page)
    assert re.search(r'网格长</span>\s*<strong lang="zh-Hans">祁海棠', page)


@pytest.mark.parametrize(
    "unit", ["500120001", "50", "nowhere", "500120001005-g99", "%27--", "500120-chengguan"]
)
async def test_no_other_unit_has_a_page(product: Product, unit: str) -> None:
    visitor = product.visitor()
    for path in (f"/r/{unit}", f"/r/{unit}/report"):
        answer = await visitor.get(path)
        assert answer.status_code == 404
        assert "12345" in answer.text
    assert (await visitor.post(f"/r/{unit}/report", text="x")).status_code == 404


async def test_the_pages_are_light(product: Product) -> None:
    visitor, code, _ = await reported(product)
    for path in (f"/r/{GRID}", f"/r/{GRID}/report", f"/track/{code}", "/track"):
        page = (await visitor.get(path)).text
        assert "htmx.min.js" not in page
        assert "tabler.min.css" not in page
        assert " style=" not in page
        assert "onclick" not in page
        assert len(page.encode()) < 40_000


# ── reporting ────────────────────────────────────────────────────────────────────────────────────


async def test_a_line_is_enough_to_report(product: Product) -> None:
    visitor, code, number = await reported(product, address="3栋楼下", latitude="29.592", longitude="106.227")
    page = (await visitor.get(f"/track/{code}", new="1")).text
    assert code in page
    assert "<svg" in page
    assert steps(page) == "●已上报 ○已受理 ○处理中 ○待核查 ○已办结"
    case = await product.state(number)
    assert (case.channel, case.text, case.address) == ("resident", "路灯不亮", "3栋楼下")
    assert (case.latitude, case.longitude) == (29.592, 106.227)
    assert case.place.id == GRID
    assert case.reported_by.role == "resident"
    assert case.reporters[0].contact is None


async def test_who_does_not_know_the_kind_reports_anything_else(product: Product) -> None:
    _, _, number = await reported(product, matter="", text="有点奇怪")
    assert (await product.state(number)).matter.key == "other"


async def test_a_matter_that_is_not_in_the_catalogue_is_a_fault_beside_the_field(product: Product) -> None:
    answer = await send(product.visitor(), text="路灯", matter="nothing-like-it")
    assert answer.status_code == 422
    assert 'id="fault-matter"' in answer.text
    assert "路灯" in answer.text


async def test_contact_needs_consent_and_goes_where_it_is_kept_apart(product: Product) -> None:
    visitor = product.visitor()
    ticket = await form(visitor)
    fields = {"ticket": ticket, "text": "路灯不亮", "name": "王小明", "phone": "13812345678"}
    refused = await send(visitor, **fields)
    assert refused.status_code == 422
    assert 'id="fault-consent"' in refused.text
    for kept in ("路灯不亮", "王小明", "13812345678"):
        assert kept in refused.text, "what was typed is kept"
    assert hidden(refused.text, "ticket") == ticket
    code = code_of(await send(visitor, **fields, consent="on"))
    case = await product.state(await number_of(visitor, code))
    assert case.reporters[0].contact is not None
    contacts = (await (await product.person(OFFICER)).get(f"/cases/{case.number}/contacts")).json()["items"]
    assert contacts[0]["phone"] == "138****5678"


@pytest.mark.parametrize("phone", ["no phone", "123", "<script>"])
async def test_a_phone_that_is_none_is_a_fault_beside_the_field(product: Product, phone: str) -> None:
    answer = await send(product.visitor(), text="路灯", phone=phone, consent="on")
    assert answer.status_code == 422
    assert 'id="fault-phone"' in answer.text
    assert "<script>" not in answer.text.split("<main")[1].split("</main")[0]


async def test_nothing_at_all_is_no_report(product: Product) -> None:
    answer = await send(product.visitor(), text="  ")
    assert answer.status_code == 422
    assert "请写一句话，或拍一张照片" in answer.text
    too_long = await send(product.visitor(), text="长" * 1001)
    assert too_long.status_code == 422
    assert "长" * 1001 in too_long.text


async def test_numbers_in_the_words_move_to_the_contact(product: Product) -> None:
    _, _, number = await reported(product, text="路灯不亮，找我 138 1234 5678，身份证500101199001011234")
    case = await product.state(number)
    assert case.text == "路灯不亮，找我 ***78，身份证***"
    officer = await product.person(OFFICER)
    full = (await officer.post(f"/cases/{number}/contacts", {"reason": "回访"})).json()["items"]
    assert full[0]["note"] == "138 1234 5678"


# ── once ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_form_sent_twice_is_one_case_with_one_code(product: Product) -> None:
    visitor = product.visitor()
    ticket = await form(visitor)
    answers = [await send(visitor, ticket=ticket, text="井盖松动") for _ in range(3)]
    changed = await send(visitor, ticket=ticket, text="井盖松动，补充一句")
    codes = {code_of(answer) for answer in (*answers, changed)}
    assert len(codes) == 1
    found = await row(product, "SELECT count(*) AS n FROM cases WHERE snapshot->>'text' LIKE '井盖松动%'")
    assert found is not None
    assert found["n"] == 1


async def test_a_report_that_got_a_number_and_no_further_is_not_lost(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.errors import EngineAway
    from api.gateway import Gateway
    from workflows.messages import Opening, Receipt

    visitor = product.visitor()
    ticket = await form(visitor)

    async def away(_self: Gateway, _opening: Opening) -> Receipt:
        raise EngineAway

    with monkeypatch.context() as outage:
        outage.setattr(Gateway, "open", away)
        first = await send(visitor, ticket=ticket, text="水管漏水")
    assert first.status_code == 503
    assert "水管漏水" in first.text
    assert hidden(first.text, "ticket") == ticket
    code = code_of(await send(visitor, ticket=ticket, text="水管漏水，越来越大"))
    case = await product.state(await number_of(visitor, code))
    assert case.text == "水管漏水，越来越大"


# ── following it ─────────────────────────────────────────────────────────────────────────────────


async def test_the_page_follows_the_case_and_names_no_staff(product: Product) -> None:
    visitor, code, number = await reported(
        product, text="路灯坏了", name="王小明", phone="13812345678", consent="on"
    )
    seen = [steps((await visitor.get(f"/track/{code}")).text)]
    officer, worker = await dispatched(product, number)
    seen.append(steps((await visitor.get(f"/track/{code}")).text))
    await worker.sends(number, "claim")
    await worker.sends(number, "handle", note="已更换，联系李师傅13911112222")
    seen.append(steps((await visitor.get(f"/track/{code}")).text))
    await officer.sends(number, "verify")
    page = (await visitor.get(f"/track/{code.lower()}")).text
    assert [*seen, steps(page)] == [
        "●已上报 ○已受理 ○处理中 ○待核查 ○已办结",
        "✓已上报 ✓已受理 ●处理中 ○待核查 ○已办结",
        "✓已上报 ✓已受理 ✓处理中 ●待核查 ○已办结",
        "✓已上报 ✓已受理 ✓处理中 ●待您评价 ○已办结",
    ]
    assert "承诺办完时间" in page
    assert "工作日" in page
    for secret in (
        "王小明",
        "13812345678",
        "李师傅",
        "13911112222",
        "宋锦程",
        "董嘉木",
        "路灯坏了",
        "r_",
        "p_",
    ):
        assert secret not in page, secret


async def test_an_open_page_asks_for_what_is_new_and_only_that(product: Product) -> None:
    visitor, code, number = await reported(product)
    page = (await visitor.get(f"/track/{code}")).text
    seen = re.search(r'data-seen="([^"]+)"', page)
    assert seen is not None
    same = await visitor.get(f"/track/{code}", htmx=True, seen=seen.group(1))
    assert (same.status_code, same.text) == (204, "")
    await (await product.person(OFFICER)).sends(number, "accept")
    fresh = await visitor.get(f"/track/{code}", htmx=True, seen=seen.group(1))
    assert fresh.status_code == 200
    assert "<html" not in fresh.text
    assert "东关社区已受理" in fresh.text


async def test_the_page_costs_three_questions_however_long_the_story(product: Product) -> None:
    visitor, code, number = await reported(product)
    counts = []
    for _ in range(2):
        with statements(product.services.database) as sent:
            await visitor.get(f"/track/{code}")
        counts.append(len([s for s in sent if s.lstrip().startswith(("SELECT", "WITH"))]))
        if len(counts) == 1:
            await handled(product, number)
    assert counts == [3, 3]


async def test_a_report_that_is_not_to_be_read_yet_says_that_it_has_come(product: Product) -> None:
    visitor, code, number = await reported(product)
    async with product.services.database.begin() as connection:
        await connection.execute(text("UPDATE cases SET number = 'away' WHERE number = :n"), {"n": number})
    try:
        page = (await visitor.get(f"/track/{code}")).text
    finally:
        async with product.services.database.begin() as connection:
            await connection.execute(
                text("UPDATE cases SET number = :n WHERE number = 'away'"), {"n": number}
            )
    assert "已上报" in page
    assert "正在登记" in page


# ── their own voice ──────────────────────────────────────────────────────────────────────────────


async def test_content_closes_the_case_once_and_the_words_stay_out_of_it(product: Product) -> None:
    visitor, code, number = await reported(product)
    await handled(product, number)
    answer = await evaluate(visitor, code, "yyy", words="谢谢小李，电话13812345678")
    assert answer.status_code == 303
    page = (await visitor.get(answer.headers["location"])).text
    assert "谢谢，您的评价已记录" in page
    assert steps(page).endswith("●已办结")
    assert "在承诺时间内办结" in page
    assert "您的评价" in page
    assert "请您评价" not in page
    told = await product.facts(number, "evaluated")
    assert told[0]["remark"].startswith("rw_")
    kept = await row(product, "SELECT words FROM remarks WHERE case_no = :n", n=number)
    assert kept is not None
    assert kept["words"] == "谢谢小李，电话***78"
    again = await visitor.post(
        f"/track/{code}/evaluate", responded="no", resolved="no", satisfied="no", words="变了", key="other"
    )
    assert again.status_code == 409
    assert "您已评价过本次办理结果" in again.text
    left = await row(product, "SELECT count(*) AS n FROM remarks WHERE case_no = :n", n=number)
    assert left is not None
    assert left["n"] == 1, "words of a refused evaluation are not kept"
    assert (await product.state(number)).stage == "closed"


async def test_who_is_not_content_sends_it_back_to_work(product: Product) -> None:
    visitor, code, number = await reported(product)
    officer, worker = await handled(product, number)
    answer = await evaluate(visitor, code, "ynn")
    assert "已记录，将继续处理" in (await visitor.get(answer.headers["location"])).text
    assert (await product.state(number)).stage == "handling"
    await worker.sends(number, "handle", note="再换一次")
    await officer.sends(number, "verify")
    assert (await evaluate(visitor, code, "yyy")).status_code == 303
    assert (await product.state(number)).stage == "closed"


async def test_after_closing_who_is_not_content_opens_a_new_round(product: Product) -> None:
    visitor, code, number = await reported(product)
    officer, _ = await handled(product, number)
    await officer.sends(number, "call-back", reached=True, resolved=True, satisfied=True)
    page = (await visitor.get(f"/track/{code}")).text
    assert "没解决或不满意，会重新办理" in page
    assert (await evaluate(visitor, code, "yny")).status_code == 303
    case = await product.state(number)
    assert (case.stage, case.round) == ("reported", 2)
    assert "重新办理（第2轮）" in (await visitor.get(f"/track/{code}")).text


async def test_an_evaluation_needs_all_three_answers_and_keeps_what_was_given(product: Product) -> None:
    visitor, code, number = await reported(product)
    await handled(product, number)
    answer = await visitor.post(f"/track/{code}/evaluate", responded="yes", words="还没好", key="k")
    assert answer.status_code == 422
    assert answer.text.count("请选择") == 2
    assert "还没好" in answer.text
    assert re.search(r'name="responded"\s+value="yes"\s+required\s+checked', answer.text)
    long = await evaluate(visitor, code, "yyy", words="长" * 501)
    assert long.status_code == 422
    assert (await product.state(number)).stage == "calling_back"


async def test_the_same_evaluation_twice_is_one(product: Product) -> None:
    visitor, code, number = await reported(product)
    await handled(product, number)
    first = await evaluate(visitor, code, "yyy", key="same", words="好")
    second = await visitor.post(
        f"/track/{code}/evaluate", responded="yes", resolved="yes", satisfied="yes", words="好", key="same"
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(await product.facts(number, "evaluated")) == 1


async def test_a_resident_urges_once_a_day(product: Product) -> None:
    visitor, code, number = await reported(product)
    await dispatched(product, number)
    answer = await visitor.post(f"/track/{code}/urge", key="u1")
    assert answer.status_code == 303
    page = (await visitor.get(f"/track/{code}")).text
    assert "您催办了一次" in page
    assert "下次可催办时间" in page
    again = await visitor.post(f"/track/{code}/urge", key="u2")
    assert again.status_code == 409
    assert "24小时内已催办过" in again.text
    assert len(await product.facts(number, "urged")) == 1


async def test_who_reported_a_duplicate_follows_the_case_it_was_merged_into(product: Product) -> None:
    _, _, first = await reported(product, text="同一盏灯")
    visitor, code, second = await reported(product, text="同一盏灯，我也看到了")
    officer = await product.person(OFFICER)
    await officer.sends(second, "merge", into=first)
    page = (await visitor.get(f"/track/{code}")).text
    assert "合并办理" in page
    assert first in page
