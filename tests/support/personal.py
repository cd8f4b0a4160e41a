"""A whole day of the product in which people type invented names and phones wherever they can."""

from __future__ import annotations

import asyncio

import httpx

from api.pages.resident.ticket import LEAST
from tests.api.attachments.pictures import exif, picture
from tests.support.apart import Apart
from tests.support.personal_words import MARK, Told
from tests.support.personal_work import everything_is_done, sends
from tests.support.product import Person
from tests.support.visitors import GRID, OFFICER, code_of, evaluate, form, number_of, send


async def live_through(house: Apart) -> Told:
    """Residents and staff report, cases are worked on, merged, called back and evaluated; and mistakes."""
    told = Told()
    officer = await house.person(OFFICER)
    dispatcher, admin = await house.person("bicheng-dispatch"), await house.person("admin")
    await _residents(house, told)
    await _by_phone(told, dispatcher)
    await everything_is_done(house, told, told.cases["resident"])
    await officer.sends(told.cases["other resident"], "accept")
    await sends(told, officer, told.cases["other resident"], "merge", into=told.cases["phone"])
    await _called_back(house, told, officer)
    await _staff(told, admin)
    await _mistakes(house, told, dispatcher, admin)
    return told


async def _residents(house: Apart, told: Told) -> None:
    visitors = {who: await house.visitor() for who in ("resident", "other resident")}
    tickets = {who: await form(visitor) for who, visitor in visitors.items()}
    await asyncio.sleep(LEAST.total_seconds() + 0.1)  # nobody types faster
    for who, visitor in visitors.items():
        name = told.name(who)
        answer = await send(
            visitor,
            files=[("photos", ("我.jpg", picture(data=exif()), "image/jpeg"))],
            ticket=tickets[who],
            matter="street-lamp",
            name=name,
            phone=told.phone(who),
            consent="on",
            text=f"我是{name}，{MARK}不亮，请打{told.phone(f'{who}, in the words')}",
            address=f"电话{told.phone(f'{who}, in the address')}",
        )
        code = code_of(answer)
        told.cases[who] = await number_of(visitor, code)
        if who == "resident":
            told.code = code


async def _by_phone(told: Told, dispatcher: Person) -> None:
    """A dispatcher takes a call and types what is said, as it is said."""
    name, phone = told.name("a caller"), told.phone("a caller")
    receipt = await dispatcher.report(
        matter="street-lamp",
        unit=GRID,
        channel="hotline",
        text=f"{name}来电（{phone}）：{MARK}不亮，联系人电话{told.phone('a caller, in the words')}",
        address=f"{name}家楼下 {told.phone('a caller, in the address')}",
        contact={
            "name": name,
            "phone": f"{phone[:3]} {phone[3:7]} {phone[7:]}",
            "note": f"或打给{told.name('a neighbour')}，{told.phone('a neighbour')}",
        },
    )
    told.cases["phone"] = receipt["number"]


async def _called_back(house: Apart, told: Told, officer: Person) -> None:
    """The contact is read with a telling reason; the resident says something of themselves."""
    number, name, phone = told.cases["resident"], told.names["resident"], told.phones["resident"]
    answer = await officer.post(f"/cases/{number}/contacts", {"reason": f"回访{name} {phone}"})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["items"][0]["phone"] == phone
    words = f"谢谢，我是{told.name('an evaluation')}，{told.phone('an evaluation')}"
    said = await evaluate(await house.visitor(), told.code, "yyy", words=words)
    assert said.status_code == httpx.codes.SEE_OTHER, said.text


async def _staff(told: Told, admin: Person) -> None:
    """An account for somebody new."""
    person = {
        "login": f"new-{told.cases['phone'][-6:]}",
        "name": told.name("a colleague"),
        "phone": told.phone("a colleague"),
        "unit": GRID,
        "role": "grid_worker",
        "reason": "新入职",
    }
    answer = await admin.post("/people", person)
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def _mistakes(house: Apart, told: Told, dispatcher: Person, admin: Person) -> None:
    """What is typed into the wrong place, or is wrong in the right one."""
    for path, words in (("/cases", {"q": told.name("a search")}), ("/cases", {"q": told.phone("a search")})):
        assert (await dispatcher.get(path, **words)).status_code == httpx.codes.OK
    assert (await admin.get("/people", q=told.name("a search for people"))).status_code == httpx.codes.OK
    wrong = {"username": told.phone("a wrong login"), "password": told.phone("a wrong password")}
    assert (await house.http.post("/api/v1/tokens", data=wrong)).status_code == httpx.codes.UNAUTHORIZED
    for body in (
        {"matter": "street-lamp", "unit": GRID, "contact": {"phone": f"x{told.phone('a wrong contact')}"}},
        {"matter": told.phone("a wrong matter"), "unit": GRID},
        {"matter": "street-lamp", "unit": told.phone("a wrong unit")},
        {"matter": "street-lamp", "unit": GRID, told.phone("a wrong field"): "x"},
    ):
        answer = await dispatcher.post("/cases", body)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, answer.text
    for path in (f"/cases/{told.phone('a wrong path')}", f"/attachments/{told.phone('a wrong picture')}"):
        assert (await dispatcher.get(path)).is_client_error
    assert (await (await house.visitor()).get(f"/track/{told.phone('a wrong code')}")).is_client_error
    assert (await house.http.get(f"/{told.phone('nowhere')}?name={told.name('nowhere')}")).is_client_error
