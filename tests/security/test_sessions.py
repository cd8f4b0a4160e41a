"""Sessions and their cookie: fixation, theft by another site, an old cookie, flags. And forms from elsewhere.

What a session directory remembers is tests/api/security/test_sessions.py; signing out and ending sessions
elsewhere is tests/api/pages/test_account.py.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Final

import httpx
import pytest

from tests.security import shared
from tests.security.cookies import browser_of
from tests.security.routes import PAGE_ROUTES, UNSAFE
from tests.support.product import DEMO_PASSWORD, Product

product = shared.product

FILLED: Final = {
    "session_id": "AAAAAAAAAAAAAAAAAAAAAA",
    "import_id": "im_aaaaaaaaaaaaaaaa",
    "unit_id": "500120001005-g18",
    "contact_id": "1",
    "person_id": "p_aaaaaaaaaaaaaaaa",
    "post_id": "post_aaaaaaaaaaaaaaaa",
    "key": "street-lamp",
    "policy_id": "135",
    "version": "1",
    "year": "2026",
    "channel": "duty",
    "number": "20260101-999999999999",
    "command": "claim",
    "step": "handle",
    "code": "AAAA-BBBB-CCCC",
    "act": "urge",
}
FOREIGN: Final = {
    "another site, says the browser": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    "a neighbour under the same domain": {"Sec-Fetch-Site": "same-site"},
    "another site, over plain http": {"Origin": "http://evil.test"},
    "a page in a frame without an origin": {"Origin": "null"},
    "a name that begins like ours": {"Origin": "http://shaodao.test.evil.test"},
    "another port": {"Origin": "http://shaodao.test:8080"},
    "nothing at all": {},
    "a proxy's own credentials beside the cookie": {
        "Sec-Fetch-Site": "cross-site",
        "Authorization": "Basic eDp5",
    },
}
PLAIN: Final = {"Accept": "application/json"}
"""Problems say by a code what they are; a page says it in words."""
POSTS: Final = tuple(route for route in PAGE_ROUTES if route.method in UNSAFE)


@pytest.mark.parametrize("whence", FOREIGN)
async def test_no_form_of_ours_is_taken_from_another_site(product: Product, whence: str) -> None:
    """Every route that changes something, as the application lists them, with the cookie of who may all."""
    browser = browser_of(product, await product.admitted("admin"))
    assert len(POSTS) > 40
    for route in POSTS:
        path = route.at(**FILLED)
        answer = await browser.http.post(path, data={"key": "k"}, headers=FOREIGN[whence] | PLAIN)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), (
            f"{route}: {answer.text}"
        )


@pytest.mark.parametrize("whence", [name for name in FOREIGN if name != "nothing at all"])
async def test_another_site_signs_nobody_in(product: Product, whence: str) -> None:
    """Without a cookie either: else somebody would work, and write, in the account of who lured them."""
    stranger = browser_of(product)
    form = {"login": "dongguan", "password": DEMO_PASSWORD}
    answer = await stranger.http.post("/sign-in", data=form, headers=FOREIGN[whence] | PLAIN)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert "set-cookie" not in answer.headers
    told = await stranger.http.post(
        "/api/v1/tokens", data=form | {"username": "dongguan"}, headers=FOREIGN[whence] | PLAIN
    )
    assert (told.status_code, told.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("path", ["/", "/sign-in", "/me", "/r/500120001005-g18/report", "/nowhere"])
async def test_over_plain_http_our_own_forms_are_known_as_ours(product: Product, path: str) -> None:
    """There browsers send no fetch metadata, and with a policy of no referrer at all `Origin: null`."""
    person = await product.admitted("dongguan")
    browser = browser_of(product, person)
    shown = await browser_of(product, person if path == "/me" else None).get(path)
    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["referrer-policy"] == "same-origin"
    ours = {"Origin": "http://shaodao.test", "Accept": "text/html"}
    answer = await browser.http.post("/me/post", data={"post": ""}, headers=ours)
    assert answer.status_code == 303


async def test_a_planted_session_is_not_the_one_that_begins(product: Product) -> None:
    """Fixation: whatever cookie was there, signing in makes another session, and the old one is nobody's."""
    attacker = await product.admitted("heixi-dispatch")
    victim = browser_of(product, attacker)
    planted = victim.http.cookies["shaodao_session"]
    answer = await victim.post("/sign-in", login="dongguan", password=DEMO_PASSWORD)
    assert answer.status_code == 303
    mine = SimpleCookie(answer.headers["set-cookie"])["shaodao_session"].value
    read = product.services.signer.read
    assert read(mine).session != read(planted).session
    assert read(mine).principal.person != read(planted).principal.person
    http = httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://shaodao.test")
    http.cookies.set("shaodao_session", planted)
    assert "高世安" not in (await http.get("/me")).text
    assert "宋锦程" not in (await http.get("/me")).text


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_cookie_is_out_of_reach(product: Product, scheme: str) -> None:
    """HttpOnly and SameSite for all of them; over https Secure, and bound to this host by its prefix."""
    transport = httpx.ASGITransport(product.app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://shaodao.test") as http:
        ours = {"Sec-Fetch-Site": "same-origin"}
        form = {"login": "dongguan-two", "password": DEMO_PASSWORD}
        answers = [await http.post("/sign-in", data=form, headers=ours)]
        held = (await http.get("/api/v1/me", headers=_bearer(http))).json()["posts"]
        answers.append(await http.post("/me/post", data={"post": held[0]["id"]}, headers=ours))
        answers.append(await http.get("/me", params={"lang": "en"}))
        answers.append(await http.post("/sign-out", headers=ours))
    set_ = [line for answer in answers for line in answer.headers.get_list("set-cookie")]
    named = {line.partition("=")[0].removeprefix("__Host-") for line in set_}
    assert named == {"shaodao_session", "shaodao_post", "shaodao_language", "shaodao_notice"}
    for line in set_:
        said = line.lower()
        assert "httponly" in said
        assert "samesite=lax" in said
        assert "path=/" in said
        assert "domain=" not in said
        assert line.startswith("__Host-") == (scheme == "https")
        assert ("secure" in said) == (scheme == "https")


def _bearer(http: httpx.AsyncClient) -> dict[str, str]:
    token = next(cookie.value for cookie in http.cookies.jar if cookie.name.endswith("shaodao_session"))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "=?utf-8?q?x?=", "'; DROP TABLE sessions", "x" * 8000])
async def test_a_broken_cookie_is_no_cookie(product: Product, value: str) -> None:
    headers = {"Cookie": f'shaodao_session="{value}"; shaodao_notice={value}; shaodao_post={value}'}
    http = httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://shaodao.test")
    answer = await http.get("/me", headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert (await http.get("/", headers=headers)).status_code == 200
    assert (await http.get("/track", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test/",
        "javascript:alert(1)",
        "/\t/evil.test",
        "/\r\nLocation: https://evil.test",
        " //evil.test",
        "%2f%2fevil.test",
        "evil.test",
        "@evil.test",
        "/@evil.test\r\n",
    ],
)
async def test_nobody_is_led_elsewhere(product: Product, elsewhere: str) -> None:
    """By what comes after signing in, by a form's way back, and by the address that asked for signing in."""
    person = await product.admitted("dongguan")
    browser = browser_of(product, person)
    answers = [
        await browser.get("/sign-in", next=elsewhere),
        await browser_of(product).get("/sign-in", next=elsewhere),
        await browser_of(product).get("/me", next=elsewhere),
    ]
    number = (await person.report(matter="other", unit="500120001005"))["number"]
    form = {"back": elsewhere, "note": "试"}
    answers.append(await browser.post(f"/cases/{number}/do/annotate", data=form))
    for answer in answers:
        to = answer.headers.get("location", answer.headers.get("hx-redirect", "/"))
        assert to.startswith("/"), to
        assert not to.startswith(("//", "/\\")), to
        assert "\r" not in to
        assert "\n" not in to
        assert f'value="{elsewhere}"' not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.test", 'x"><script>alert(1)</script>', "evil.test:80@shaodao.test", ""]
)
async def test_the_host_header_leads_nobody_astray(product: Product, host: str) -> None:
    """Where the public address is set, it is in every QR code and link; none is made of the Host header."""
    settings = product.services.settings
    product.app.state.services = _with_public_address(product)
    try:
        person = await product.admitted("dongguan")
        http = browser_of(product, person).http
        for path in ("/posters/500120001005-g18.svg", "/admin/reads", "/me", "/", "/sign-in"):
            answer = await http.get(path, headers={"Host": host, "Accept": "text/html"})
            assert answer.status_code in (200, 303, 403), f"{path}: {answer.status_code}"
            assert "evil.test" not in answer.text
            assert "<script>alert" not in answer.text
            assert "evil" not in answer.headers.get("location", "")
    finally:
        object.__setattr__(product.services, "settings", settings)


def _with_public_address(product: Product) -> object:
    changed = product.services.settings.model_copy(update={"public_url": "https://shaodao.example.gov.cn"})
    object.__setattr__(product.services, "settings", changed)
    return product.services
