"""Everybody of the matrix of rights: each role in the case's own units, next to them, in another district."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from models.city.people import Role
from tests.security.rights import Who
from tests.support.product import Person, Product

PLACE: Final = "500120001005-g18"
COMMUNITY, STREET, DISTRICT = "500120001005", "500120001", "500120"
CITY: Final = "50"
SECTION, DEPARTMENT = "500120001-minsheng", "500120-chengguan"
REPORTER: Final = "dongguan-g17"

OWN: Final = (
    Who("dongguan-g18", Role.GRID_WORKER, PLACE),
    Who("dongguan-g18-a", Role.GRID_HEAD, PLACE),
    Who("dongguan-two", Role.GRID_INSTRUCTOR, PLACE),
    Who("dongguan", Role.COMMUNITY_OFFICER, COMMUNITY),
    Who("bicheng-dispatch", Role.DISPATCHER, STREET),
    Who("bicheng-command", Role.COMMANDER, STREET),
    Who("bicheng-supervise", Role.SUPERVISOR, STREET),
    Who("bicheng-minsheng", Role.SECTION_STAFF, SECTION),
    Who("bicheng-device", Role.DEVICE, STREET),
    Who("bishan-dispatch", Role.DISPATCHER, DISTRICT),
    Who("bishan-command", Role.COMMANDER, DISTRICT),
    Who("bishan-supervise", Role.SUPERVISOR, DISTRICT),
    Who("bishan-audit", Role.AUDITOR, DISTRICT),
    Who("bishan-chengguan", Role.DEPARTMENT_STAFF, DEPARTMENT),
    Who("matrix-admin", Role.ADMINISTRATOR, DISTRICT),
    Who("city-dispatch", Role.DISPATCHER, CITY),
    Who("matrix-city-command", Role.COMMANDER, CITY),
    Who("city-supervise", Role.SUPERVISOR, CITY),
    Who("city-audit", Role.AUDITOR, CITY),
    Who("admin", Role.ADMINISTRATOR, CITY),
)
BESIDE: Final = (
    Who(REPORTER, Role.GRID_WORKER, "500120001005-g17"),
    Who("bicheng-pingan", Role.SECTION_STAFF, "500120001-pingan"),
    Who("bishan-xiaofang", Role.DEPARTMENT_STAFF, "500120-xiaofang"),
)
"""In the same street or district, without a part in the case; the first one reported it."""
NEXT: Final = (
    Who("matrix-next-officer", Role.COMMUNITY_OFFICER, "500120001004"),
    Who("matrix-next-dispatch", Role.DISPATCHER, "500120002"),
    Who("matrix-next-command", Role.COMMANDER, "500120002"),
    Who("matrix-next-supervise", Role.SUPERVISOR, "500120002"),
    Who("matrix-next-minsheng", Role.SECTION_STAFF, "500120002-minsheng"),
)
"""Desks of the next street and the next community: under the same district, and strangers nevertheless."""
FOREIGN: Final = (
    Who("shengdi-g1", Role.GRID_WORKER, "500114107001-g1"),
    Who("shengdi-g1-a", Role.GRID_HEAD, "500114107001-g1"),
    Who("matrix-instructor", Role.GRID_INSTRUCTOR, "500114107001-g1"),
    Who("shengdi", Role.COMMUNITY_OFFICER, "500114107001"),
    Who("heixi-dispatch", Role.DISPATCHER, "500114107"),
    Who("heixi-command", Role.COMMANDER, "500114107"),
    Who("heixi-supervise", Role.SUPERVISOR, "500114107"),
    Who("heixi-minsheng", Role.SECTION_STAFF, "500114107-minsheng"),
    Who("heixi-device", Role.DEVICE, "500114107"),
    Who("qianjiang-audit", Role.AUDITOR, "500114"),
    Who("qianjiang-chengguan", Role.DEPARTMENT_STAFF, "500114-chengguan"),
    Who("matrix-foreign-admin", Role.ADMINISTRATOR, "500114"),
)
CAST: Final = (*OWN, *BESIDE, *NEXT, *FOREIGN)
PLACES: Final = {"own": OWN, "beside": BESIDE, "next": NEXT, "foreign": FOREIGN}
HELPERS: Final = ("admin", "shengdi-g1-b")
"""Who else is needed: one to open accounts, and who reports the foreign case."""
HIRED: Final = tuple(who for who in CAST if who.login.startswith("matrix-"))
"""The demonstration has nobody in these posts; an administrator opens their accounts."""


async def signed_in(product: Product) -> dict[Who, Person]:
    """Everybody, each under the one post that the matrix speaks of."""
    for login in HELPERS:
        await product.admitted(login)
    admin = await product.person("admin")
    people: dict[Who, Person] = {}
    for who in CAST:
        if who in HIRED:
            body = {"login": who.login, "name": "测试员", "unit": who.unit, "role": who.role.value}
            hired = await admin.post("/people", body)
            assert hired.status_code in (201, 409), hired.text  # 409: a test before this one has
            await _has_chosen_a_password(product, who.login)
        people[who] = await _narrowed(await product.admitted(who.login), who)
    return people


async def _has_chosen_a_password(product: Product, login: str) -> None:
    """Until then an account has no rights at all: tests/api/pages/test_admin.py."""
    async with product.services.sessions.write() as session:
        await session.execute(
            text("UPDATE people SET must_change_password = false WHERE login = :login"), {"login": login}
        )


async def _narrowed(person: Person, who: Who) -> Person:
    """The person under that post only."""
    held = (await person.get("/me")).json()["posts"]
    mine = [post["id"] for post in held if (post["role"], post["unit"]["id"]) == (who.role, who.unit)]
    assert len(mine) == 1, held
    return Person(person.http, person.headers | {"Shaodao-Post": mine[0]})
