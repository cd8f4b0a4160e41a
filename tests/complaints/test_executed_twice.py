"""Complaints: one task is taken by two people; one report becomes several cases."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime

from models.city.people import Role
from tests.support.colleagues import colleagues
from tests.support.product import Product
from tests.support.records import row, written

STREET, SECTION = "500120001", "500120001-minsheng"


async def test_of_twenty_who_claim_at_once_one_wins_and_nineteen_learn_who_and_when(product: Product) -> None:
    """Twenty people claim the same task in the same moment: one 200; nineteen 409 that name the winner and
    the instant.
    """
    staff = await colleagues(product, "bicheng-minsheng", SECTION, Role.SECTION_STAFF, 20)
    dispatcher = await product.person("bicheng-dispatch")
    number = (await dispatcher.report(matter="other", unit=STREET, urgency="urgent"))["number"]
    await dispatcher.sends(number, "accept")
    await dispatcher.sends(number, "dispatch", lead=SECTION)

    answers = await asyncio.gather(*(person.post(f"/cases/{number}/claim") for person in staff.values()))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}, [a.text for a in answers]
    [claimed] = await written(product, number, "claimed")
    held = [fact.hash for fact in (await product.timeline(number)).facts if fact.seq == claimed["seq"]]
    assert held == [claimed["hash"]], "PostgreSQL and the workflow tell different stories"
    winner = next(name for name, answer in zip(staff, answers, strict=True) if answer.status_code == 200)
    for problem in (answer.json() for answer in answers if answer.status_code == 409):
        assert problem["code"] == "already_claimed"
        assert problem["name"] == winner
        assert datetime.fromisoformat(problem["at"]) == claimed["at"]
        assert winner in problem["detail"]


async def test_the_same_report_ten_times_at_once_is_one_case(product: Product) -> None:
    """A phone on a poor network sends the same report ten times: one case, one number; one 201, nine 200."""
    worker = await product.person("dongguan-g18")
    body = {"matter": "other", "unit": "500120001005-g18", "text": "楼道灯不亮"}

    answers = await asyncio.gather(*(worker.post("/cases", body, key="phone-7c1f-0042") for _ in range(10)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}, [a.text for a in answers]
    receipts = [answer.json() for answer in answers]
    assert len({receipt["number"] for receipt in receipts}) == 1
    assert Counter(receipt["repeated"] for receipt in receipts) == {False: 1, True: 9}
    number = receipts[0]["number"]
    assert len(await written(product, number, "reported")) == 1
    taken = await row(product, "SELECT count(*) AS cases FROM intakes WHERE key = 'phone-7c1f-0042'")
    assert taken["cases"] == 1

    other = await worker.post("/cases", body | {"text": "另一件事"}, key="phone-7c1f-0042")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert other.json()["number"] == number
