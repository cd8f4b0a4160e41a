"""What administrators may do nobody else does, and nobody in another district.

By the interface every deed is tried by all who may not, and then done by who may, with the same body: so it
was their rights that stood in the way. By the pages each address is asked for as it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest

from models.clocks.calendar import load_years
from models.clocks.policy_files import load_policies
from tests.security import shared
from tests.security.cookies import browser_of
from tests.security.routes import PAGE_ROUTES, REST_ROUTES, UNSAFE
from tests.security.things import GRID, administrator_of, things
from tests.support.product import API, Product
from tests.support.records import row

product = shared.product

NOBODY: Final = ("heixi-dispatch", "bicheng-command", "dongguan-g18", "bishan-audit", "city-supervise")
WHY: Final = {"reason": "试"}
COMMUNITY, DISTRICT, ELSEWHERE = "500120001005", "500120", "500114"
YEAR: Final = load_years()[-1]


class Deed(NamedTuple):
    """A request; what `{…}` in its address stands for, answers before it have told."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    tells: str = ""
    city: bool = False
    """Whether it takes an administrator of the city: rules hold for all of it."""


DEEDS: Final = (
    Deed("POST", "/units", {"parent": COMMUNITY, "kind": "grid", "name": "夜市网格"}, tells="unit_id"),
    Deed("PATCH", "/units/{unit_id}", {"name": "改名"}),
    Deed("POST", "/units/{unit_id}/close", WHY),
    Deed("POST", "/units/{unit_id}/reopen", WHY),
    Deed(
        "POST",
        "/people",
        {"login": "x-new", "name": "新人", "unit": GRID, "role": "grid_worker"},
        "person_id",
    ),
    Deed("PATCH", "/people/{person_id}", {"name": "改名"}),
    Deed("POST", "/people/{person_id}/password", WHY),
    Deed("POST", "/people/{person_id}/posts", {"unit": COMMUNITY, "role": "community_officer"}, "post_id"),
    Deed("POST", "/posts/{post_id}/end", WHY),
    Deed("POST", "/people/{person_id}/close", WHY),
    Deed("POST", "/people/{person_id}/reopen", WHY),
    Deed("POST", "/matters", {"matter": "…"}, city=True),
    Deed("PUT", "/matters/{key}", {"matter": "…", "version": 1}, city=True),
    Deed("POST", "/matters/{key}/retire", WHY, city=True),
    Deed("POST", "/matters/{key}/restore", WHY, city=True),
    Deed("POST", "/policies", {"policy": "…", **WHY}, city=True),
    Deed("DELETE", "/policies/{policy_id}/versions/{version}", city=True),
    Deed("PUT", "/calendar/{year}", {"arrangement": YEAR.model_dump(mode="json"), **WHY}, city=True),
)
FORBIDDEN: Final = {(403, "not_allowed")}
OUTSIDE: Final = {(404, "not_found"), (422, "unit_outside")}
"""The body has been read and understood: what it names is not there, or not in the sender's area."""
FORM: Final = {"reason": "试", "name": "试", "key": "k-1", "login": "x", "unit": GRID}
_ADMINISTRATION: Final = ("/units", "/people", "/posts", "/matters", "/policies", "/calendar")


def test_every_deed_of_the_interface_is_tried() -> None:
    written = {
        (route.method, route.path.removeprefix(API))
        for route in REST_ROUTES
        if route.method in UNSAFE and route.path.removeprefix(API).startswith(_ADMINISTRATION)
    }
    assert {(deed.method, deed.path) for deed in DEEDS} == written


async def test_what_an_administrator_may_by_the_interface_nobody_else_may(product: Product) -> None:
    nobody = [await product.admitted(login) for login in NOBODY]
    own, foreign = await administrator_of(product, DISTRICT), await administrator_of(product, ELSEWHERE)
    city = await product.admitted("admin")
    lamp = (await city.get("/matters/street-lamp")).json()
    policy = load_policies()["135"]
    newer = policy.model_copy(update={"version": policy.version + 1})
    texts = {"matter": lamp["matter"] | {"key": "night-lamp"}, "policy": newer.model_dump(mode="json")}
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    ids = {"key": "night-lamp", "policy_id": "135", "version": str(newer.version), "year": str(YEAR.year)}
    for deed in DEEDS:
        body = {name: texts[name] if said == "…" else said for name, said in (deed.body or {}).items()}
        if "policy" in body:
            body["in_force_from"] = later
        path = API + deed.path.format(**ids)
        for person in [*nobody, foreign, *([own] if deed.city else [])]:
            refused = await product.http.request(deed.method, path, json=body, headers=person.headers)
            said = (refused.status_code, refused.json()["code"])
            area = person is foreign and not deed.city
            assert said in (OUTSIDE if area else FORBIDDEN), f"{deed.method} {path}: {refused.text}"
        who = city if deed.city else own
        done = await product.http.request(deed.method, path, json=body, headers=who.headers)
        assert done.is_success, f"{deed.method} {path}: {done.text}"
        if deed.tells:
            ids[deed.tells] = done.json().get("person") or done.json()["id"]
    assert {"unit_id", "person_id", "post_id"} < ids.keys()


@pytest.mark.parametrize("login", NOBODY)
async def test_nobody_without_the_post_opens_a_page_of_administrators(product: Product, login: str) -> None:
    values = await things(product) | {"key": "street-lamp", "policy_id": "135", "version": "1"}
    browser = browser_of(product, await product.admitted(login))
    asked = 0
    for route in PAGE_ROUTES:
        auditors = login.endswith("audit") and re.match(r"/admin(/reads.*|/journal)?$", route.path)
        if route.path.startswith("/admin") and not auditors:
            path = route.at(**values, year="2026", channel="inbox")
            answer = await (browser.get(path) if route.method == "GET" else browser.post(path, data=FORM))
            assert answer.status_code == 403, f"{route}: {answer.status_code}"
            asked += 1
    assert asked > 50
    assert (await row(product, "SELECT name FROM units WHERE id = :id", id=GRID))["name"] == "18网格"


async def test_an_administrator_elsewhere_lists_nobody_here(product: Product) -> None:
    own, foreign = await administrator_of(product, DISTRICT), await administrator_of(product, ELSEWHERE)
    assert (await own.get("/people", unit=GRID)).json()["items"] != []
    assert (await foreign.get("/people", unit=GRID)).json()["items"] == []
    assert (await own.get(f"/units/{GRID}/posts")).json()["items"] != []
    assert (await foreign.get(f"/units/{GRID}/posts")).status_code == 404
