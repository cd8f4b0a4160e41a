"""Complaint: a case is handed to and fro, and nobody is responsible."""

from __future__ import annotations

from tests.support.product import Product
from tests.support.records import written

STREET = "500120001"
SAFETY, LIVELIHOOD, ECONOMY = (f"{STREET}-{section}" for section in ("pingan", "minsheng", "jingji"))


async def test_every_return_says_who_when_and_why_and_the_third_is_settled_by_the_dispatcher(
    product: Product,
) -> None:
    """Three sections hand it back, each on record with its reason; then the dispatcher appoints one, which
    can neither return nor transfer it.
    """
    dispatcher = await product.person("bicheng-dispatch")
    staff = {
        SAFETY: await product.person("bicheng-pingan"),
        LIVELIHOOD: await product.person("bicheng-minsheng"),
        ECONOMY: await product.person("bicheng-jingji"),
    }
    number = (await dispatcher.report(matter="other", unit=STREET, urgency="urgent"))["number"]
    await dispatcher.sends(number, "accept")
    returned = []
    for unit, person in staff.items():
        await dispatcher.sends(number, "dispatch", lead=unit)
        returned.append(await person.sends(number, "return", reason=f"不属{unit}职责"))
        assert returned[-1]["stage"] == "accepted"
    appointed = await dispatcher.sends(number, "dispatch", lead=SAFETY, reason="三次退回，指定办理")

    assert [task["appointed"] for task in appointed["case"]["tasks"][-1:]] == [True]
    await staff[SAFETY].is_refused(number, "return", 409, "appointed", reason="还是不管")
    await staff[SAFETY].is_refused(number, "transfer", 409, "appointed", to=ECONOMY, reason="转走")
    facts = await written(product, number, "returned")
    told = [(f["body"]["unit"]["id"], f["body"]["count"], f["body"]["reason"]) for f in facts]
    assert told == [(unit, n, f"不属{unit}职责") for n, unit in enumerate(staff, start=1)]
    assert [f["at"].isoformat().replace("+00:00", "Z") for f in facts] == [r["at"] for r in returned]
    people = [fact["actor"]["person"] for fact in facts]
    assert len(set(people)) == 3
    assert all(fact["actor"]["role"] == "section_staff" for fact in facts)
    assert appointed["case"]["counters"]["returns"] == 3
    assert appointed["case"]["lead"]["id"] == SAFETY, "the first receiver stays responsible"
