"""Signing in by cookie, and one's own account."""

from __future__ import annotations

import re

import pytest

from tests.support.product import DEMO_PASSWORD, Product

NEW = "three words and a river"


async def test_signing_in_leads_to_where_the_day_begins(product: Product) -> None:
    visitor = product.visitor()
    answer = await visitor.post("/sign-in", login="bicheng-pingan", password=DEMO_PASSWORD, next="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await visitor.get("/")).headers["location"] == "/desk"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(product: Product) -> None:
    answer = await product.visitor().post("/sign-in", login="bicheng-pingan", password=DEMO_PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("shaodao_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "expires=" in cookie


async def test_over_https_the_cookie_is_bound_to_this_host(product: Product) -> None:
    visitor = product.visitor()
    visitor.http.base_url = "https://shaodao.test"
    answer = await visitor.post("/sign-in", login="bicheng-pingan", password=DEMO_PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "shaodao_session=" in c)
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert (await visitor.get("/me")).status_code == 200


async def test_a_wrong_password_keeps_the_login_and_not_the_password(product: Product) -> None:
    answer = await product.visitor().post("/sign-in", login="bicheng-pingan", password="quite wrong")
    assert answer.status_code == 401
    assert 'value="bicheng-pingan"' in answer.text
    assert "quite wrong" not in answer.text
    assert "账号或密码不正确" in answer.text


async def test_an_empty_form_says_which_fields(product: Product) -> None:
    answer = await product.visitor().post("/sign-in", login="", password="")
    assert answer.status_code == 422
    assert 'id="fault-login"' in answer.text
    assert 'id="fault-password"' in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", "/a\nb"]
)
async def test_nobody_is_led_elsewhere_after_signing_in(product: Product, elsewhere: str) -> None:
    answer = await product.visitor().post(
        "/sign-in", login="bicheng-pingan", password=DEMO_PASSWORD, next=elsewhere
    )
    assert answer.headers["location"] == "/"


async def test_a_page_that_needs_a_reader_leads_to_the_way_in_and_back(product: Product) -> None:
    answer = await product.visitor().get("/me", tab="x")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fme%3Ftab%3Dx"


async def test_htmx_is_led_there_as_a_whole(product: Product) -> None:
    answer = await product.visitor().get("/me", htmx=True)
    assert answer.headers["hx-redirect"].startswith("/sign-in?next=")


async def test_what_renews_itself_leads_nobody_away(product: Product) -> None:
    visitor = product.visitor()
    page = (await (await product.reader("bicheng-pingan")).get("/cases")).text
    assert """hx-headers='{"Shaodao-Renewal": "true"}'""" in page.replace("&#34;", '"')
    visitor.http.headers["Shaodao-Renewal"] = "true"
    answer = await visitor.get("/cases", htmx=True)
    assert (answer.status_code, answer.headers.get("hx-redirect")) == (204, None)


async def test_signing_out_ends_the_session_and_its_token(product: Product) -> None:
    reader = await product.reader("bicheng-pingan")
    token = reader.http.cookies["shaodao_session"]
    assert (await reader.post("/sign-out")).headers["location"] == "/sign-in"
    assert "shaodao_session" not in reader.http.cookies
    headers = {"Authorization": f"Bearer {token}"}
    assert (await product.http.get("/api/v1/me", headers=headers)).status_code == 401


async def test_sessions_elsewhere_can_be_ended(product: Product) -> None:
    here, there = await product.reader("dongguan-g18-a"), await product.reader("dongguan-g18-a")
    listed = (await here.get("/me")).text
    other = re.search(r"/me/sessions/([^/]+)/revoke", listed)
    assert other is not None
    assert (await here.post(f"/me/sessions/{other[1]}/revoke")).status_code == 303
    assert (await there.get("/me")).status_code == 303
    assert (await here.get("/me")).status_code == 200


async def test_somebody_elses_session_is_as_good_as_none(product: Product) -> None:
    here = await product.reader("bicheng-pingan")
    assert (await here.post("/me/sessions/no-such-session/revoke")).status_code == 404


async def test_who_holds_two_posts_keeps_to_one_of_them(product: Product) -> None:
    reader = await product.reader("dongguan-two")
    assert 'href="/mine"' in (await reader.get("/me")).text
    officer = re.findall(r'name="post"\s+value="([^"]+)"', (await reader.get("/me")).text)[1]
    assert (await reader.post("/me/post", post=officer)).status_code == 303
    narrowed = (await reader.get("/me")).text
    assert "当前岗位" in narrowed
    assert 'href="/mine"' not in narrowed
    assert 'href="/desk"' in narrowed
    assert (await reader.post("/me/post", post="")).status_code == 303
    assert 'href="/mine"' in (await reader.get("/me")).text


async def test_the_language_is_remembered(product: Product) -> None:
    visitor = product.visitor()
    assert "Sign in" in (await visitor.get("/sign-in", lang="en")).text
    assert "Sign in" in (await visitor.get("/sign-in")).text
    assert "登录" in (await visitor.get("/sign-in", lang="zh")).text


async def test_a_new_password_ends_the_other_sessions(product: Product) -> None:
    here, there = await product.reader("dongguan-g18-b"), await product.reader("dongguan-g18-b")
    wrong = await here.post("/me/password", current="not it at all", new=NEW, again=NEW)
    assert (wrong.status_code, "当前密码不正确" in wrong.text) == (403, True)
    unequal = await here.post("/me/password", current=DEMO_PASSWORD, new=NEW, again="something else")
    assert (unequal.status_code, 'id="fault-again"' in unequal.text) == (422, True)
    short = await here.post("/me/password", current=DEMO_PASSWORD, new="short", again="short")
    assert short.status_code == 422
    done = await here.post("/me/password", current=DEMO_PASSWORD, new=NEW, again=NEW)
    assert done.headers["location"] == "/me"
    assert "密码已更改" in (await here.get("/me")).text
    assert "密码已更改" not in (await here.get("/me")).text, "a notice is shown once"
    assert (await there.get("/me")).status_code == 303


async def test_a_page_from_another_site_changes_nothing(product: Product) -> None:
    reader = await product.reader("bicheng-pingan")
    answer = await reader.http.post(
        "/sign-out", headers={"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
    )
    assert answer.status_code == 403
    assert (await reader.get("/me")).status_code == 200


async def test_an_unknown_page_is_a_page(product: Product) -> None:
    answer = await product.visitor().get("/no/such/page")
    assert answer.status_code == 404
    assert "未找到" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
