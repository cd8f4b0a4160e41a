"""The harness itself: it visits the real product, and what goes wrong in a window does not pass unseen."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.support.accessibility import check_page, shortcomings
from tests.support.browser import Site, Visit, Watch

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
GOOD = """<!doctype html><html lang="en"><title>Desk · Shaodao 哨到</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<main><h1>Desk</h1><button>Claim</button>%s</main></html>"""


async def shown(page: Page, more: str = "") -> None:
    """Show a page of this test's own making at an address of the site, under a strict policy."""
    await page.route(
        "**/of-the-tests-own",
        lambda route: route.fulfill(
            body=GOOD % more,
            headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY},
        ),
    )
    await page.goto("/of-the-tests-own")


async def test_a_visit_is_as_its_size_language_and_place_say(visit: Visit) -> None:
    page = await visit(size="phone", language="en", path="/sign-in")
    asked = "[screen.width, navigator.language, matchMedia('(pointer: coarse)').matches]"
    assert await page.evaluate(asked) == [390, "en-GB", True]
    assert await page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"
    assert await page.get_attribute("html", "lang") == "en"


async def test_a_visitor_is_signed_in(visit: Visit) -> None:
    page = await visit("dongguan-g18", size="phone", path="/me")
    assert urlsplit(page.url).path == "/me"
    nobody = await visit(path="/me")
    assert urlsplit(nobody.url).path == "/sign-in"


async def test_what_the_content_security_policy_refuses_is_noticed(visit: Visit, watch: Watch) -> None:
    page = await visit()
    await shown(page, '<p style="color: red">Red?</p><script>1</script>')
    refused = [fault for fault in watch.faults if "Content Security Policy" in fault]
    assert len(refused) == 2, watch.faults
    watch.faults.clear()


async def test_what_goes_wrong_in_scripts_is_noticed(visit: Visit, watch: Watch) -> None:
    page = await visit()
    await shown(page)
    async with page.expect_event("pageerror"):
        await page.evaluate("setTimeout(() => { throw new Error('nobody catches me') })")
    async with page.expect_console_message():
        await page.evaluate("console.error('told to the console')")
    assert [fault.partition(" (")[0] for fault in watch.faults] == [
        "exception: nobody catches me", "console: told to the console",
    ]  # fmt: skip
    watch.faults.clear()


async def test_assets_that_do_not_load_are_noticed(visit: Visit, watch: Watch) -> None:
    page = await visit()
    await shown(page, '<img alt="" src="/static/nowhere.png">')
    assert [fault.partition(" ")[0] for fault in watch.faults] == ["404"]
    watch.faults.clear()
    watch.allow("nowhere.png")
    await page.reload()
    assert watch.faults == []


async def test_requests_to_anybody_else_are_noticed(visit: Visit, watch: Watch) -> None:
    page = await visit()
    await page.route("http://elsewhere.test/**", lambda route: route.fulfill(body="hello"))
    await page.goto("http://elsewhere.test/")
    assert [fault.partition(":")[0] for fault in watch.faults] == ["request to somebody else's server"]
    watch.faults.clear()


async def test_the_network_is_really_cut_and_mended(site: Site, visit: Visit) -> None:
    page = await visit()
    await shown(page)
    asking = "fetch('/healthz').then((answer) => answer.status, () => 'cut')"
    async with site.cut_off():
        assert await page.evaluate(asking) == "cut"
    assert await page.evaluate(asking) == 200
    async with site.offline(page):
        assert await page.evaluate("navigator.onLine") is False
    assert await page.evaluate("navigator.onLine") is True


async def test_a_page_that_falls_short_is_told_how(visit: Visit) -> None:
    page = await visit(size="phone", language="en")
    await shown(page, '<h2 lang="zh-Hans">东关社区</h2><dialog open><h2 data-words>路灯不亮</h2></dialog>')
    await check_page(page)
    await shown(page, f"<button>认领</button><button></button><pre>{'wide ' * 200}</pre>")
    found = await shortcomings(page)
    assert [fault.partition(":")[0] for fault in found] == [
        "not translated", "wider than the screen", "axe button-name",
    ]  # fmt: skip
    assert "认领" in found[0]
    assert (await shortcomings(page, "zh"))[0] == "language: html lang='en', expected zh"
