"""Foreign ids and guessed numbers: every address with an id in it says the same of both, namely nothing.

Made of the application's own routes. A stranger asks each of them twice: for something that is there and
is none of theirs, and for something that is not there at all. Both answers are 404, to the letter alike.
What is no secret inside the house (units, matters, policies, calendars) stands in `OPEN`, with the reason.
"""

from __future__ import annotations

import re
from typing import Any, Final

import httpx

from api.rest.bodies import EXAMPLES
from tests.security import shared
from tests.security.cookies import browser_of
from tests.security.probes import BODIES
from tests.security.routes import PAGE_ROUTES, REST_ROUTES, Route
from tests.security.things import GRID, administrator_of, things
from tests.support.product import API, Browser, Person, Product

product = shared.product

OPEN: Final = {
    "unit_id": "the tree of units is known to everybody who works in it; changing one: test_administering.py",
    "unit": "the same; a poster is public once it hangs there",
    "key": "the catalogue is open to everybody",
    "policy_id": "rules of time are open to everybody",
    "version": "the same",
    "year": "the same",
    "channel": "channels belong to the installation, not to an area; the city's administrators see them",
    "rollout_id": "the same",
    "code": "a code on a building, and tracking codes: tests/api/pages/test_resident_abuse.py",
    "kind": "one of the reviews",
    "whose": "one of two words",
}
INVENTED: Final = {
    "number": "20260101-999999999999",
    "attachment_id": "at_AAAAAAAAAAAAAAAAAAAAAA",
    "session_id": "AAAAAAAAAAAAAAAAAAAAAA",
    "person_id": "p_aaaaaaaaaaaaaaaa",
    "post_id": "post_aaaaaaaaaaaaaaaa",
    "import_id": "im_aaaaaaaaaaaaaaaa",
    "contact_id": "999999999",
}
"""Shaped like real ones."""
ANOTHER: Final = "20260101-888888888888"
LIKEWISE: Final = {
    ("POST", "/admin/units/import/{import_id}/discard"): 303,  # one forgets one's own; of others nothing
    ("POST", "/admin/units/{unit_id}/contacts/{contact_id}/withdraw"): 422,  # the form says: not your area
    ("GET", "/wall/pins/{number}"): 403,  # who has no wall
    ("POST", f"{API}/cases/{{number}}/merge"): 422,  # which case to merge into is asked first
}
"""What is said alike to both, and is no 404."""
ADMINISTERED: Final = frozenset({"person_id", "post_id", "import_id", "contact_id"})
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "step": ("arrive", "handle", "whistle"),
    "command": tuple(EXAMPLES),
}
GUARDED: Final = tuple(r for r in (*REST_ROUTES, *PAGE_ROUTES) if set(r.blanks) & set(INVENTED))


def test_every_address_with_an_id_is_guarded_or_open() -> None:
    known = {*OPEN, *INVENTED, *WORDS, "act"}
    assert {blank for route in (*REST_ROUTES, *PAGE_ROUTES) for blank in route.blanks} <= known
    assert len(GUARDED) > 60


async def test_what_is_foreign_is_as_good_as_invented(product: Product) -> None:
    there = await things(product)
    strangers = {
        "case": [await product.admitted(login) for login in ("heixi-dispatch", "bicheng-device", "admin")],
        "administered": [await administrator_of(product, "500114")],
    }
    told: list[str] = []
    asked = 0
    for route in GUARDED:
        erases = route.path.endswith("/erase")  # an administrator's, in their area
        kind = "administered" if erases or set(route.blanks) & ADMINISTERED else "case"
        # The table was asked about everybody in test_rights.py: one stranger is enough for a form.
        for stranger in strangers[kind][: 1 if "command" in route.blanks else None]:
            browser = browser_of(product, stranger)
            for words in _words(route):
                real, guess = there | words, there | INVENTED | words
                answers = [await _ask(stranger, browser, route, values) for values in (real, guess)]
                asked += 1
                told += _difference(route, answers, real, guess)
    assert told == []
    assert asked > 3 * len([r for r in GUARDED if not set(r.blanks) & ADMINISTERED]) - 10


async def test_a_report_follows_up_and_a_duplicate_goes_into_visible_cases_only(product: Product) -> None:
    """Else numbers could be tried out, and something be written into a foreign case."""
    there = await things(product)
    stranger = await product.admitted("heixi-dispatch")
    for number in (there["number"], INVENTED["number"]):
        said = await stranger.post("/cases", {"matter": "other", "unit": "500114107", "follows": number})
        assert (said.status_code, said.json()["field"]) == (422, "follows")
    mine = (await stranger.report(matter="other", unit="500114107"))["number"]
    answers = [
        await stranger.is_refused(mine, "merge", 422, "bad_value", into=number)
        for number in (there["number"], INVENTED["number"])
    ]
    assert (
        len({_plain(str(answer["detail"]), there["number"], INVENTED["number"]) for answer in answers}) == 1
    )
    assert (await product.state(there["number"])).links == ()


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


def _words(route: Route) -> list[dict[str, str]]:
    """What stands in the address besides ids: every word that may."""
    named = [blank for blank in route.blanks if blank in WORDS]
    if not named:
        return [{}]
    words = ("claim", "sign") if route.path.startswith("/desk") else WORDS[named[0]]
    return [{named[0]: word} for word in words]


async def _ask(person: Person, browser: Browser, route: Route, values: dict[str, str]) -> httpx.Response:
    path = route.at(**values)
    if route.path.startswith(API):
        command = route.path.rpartition("/")[2]
        body = BODIES.get(command, _BODY.get(route.path.removeprefix(API), {"reason": "试"}))
        said: Any = (
            {} if route.method == "GET" else {"json": {"into": ANOTHER} if command == "merge" else body}
        )
        return await browser.http.request(route.method, path, headers=person.headers, **said)
    if route.method == "GET":
        return await browser.get(path)
    return await browser.post(path, reason="试", note="试", name="试", key="k-1", login="x", unit=GRID)


_BODY: Final[dict[str, dict[str, Any]]] = {
    "/people/{person_id}": {"name": "改名"},
    "/people/{person_id}/posts": {"unit": "500114107", "role": "dispatcher"},
    "/units/{unit_id}": {"name": "改名"},
}


def _difference(
    route: Route, answers: list[httpx.Response], real: dict[str, str], guess: dict[str, str]
) -> list[str]:
    statuses = [answer.status_code for answer in answers]
    texts = [
        _plain(answer.text, route.at(**values), *(values[blank] for blank in route.blanks))
        for answer, values in zip(answers, (real, guess), strict=True)
    ]
    if statuses[0] != statuses[1] or statuses[0] not in (404, LIKEWISE.get((route.method, route.path))):
        return [f"{route} {real.get('command', '')}: {statuses}"]
    return [] if texts[0] == texts[1] else [f"{route}: {texts[0][:300]} | {texts[1][:300]}"]


def _plain(text: str, *ids: str) -> str:
    """The text without what differs from one request to the next."""
    for one in ids:
        if len(one) > 3:  # shorter ones stand in other words too
            text = text.replace(one, "…")
    text = re.sub(r'nonce="[^"]+"', "", text)
    return re.sub(r"\b[0-9a-f]{16}\b", "", text)
