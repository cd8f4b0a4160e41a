"""Fixtures of the browser: a real Chromium before the whole product.

Everything lives in the session's event loop, also the tests in tests/browser (see its conftest): a browser is
started once per test process, a product once per module. An asynchronous fixture of a module's own is
`@pytest_asyncio.fixture(loop_scope="session")`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, Page, async_playwright, expect
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from runtime.settings import Settings
from tests import servers as kept
from tests.support.browser import PATIENCE, Site, Visit, Watch, reachable, visiting
from tests.support.chromium import launch
from tests.support.product import running

FAILURES = Path(__file__).parents[1] / "build" / "failures"
_FAILED = pytest.StashKey[bool]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once per test process."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def site_settings() -> dict[str, Any]:
    """Settings in which a module's site differs; a module that needs some overrides this fixture."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(
    seeded_url: str,
    servers: kept.Servers,
    site_settings: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    """The whole product behind a real address: one for all tests of a module, with a database of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", servers.temporal)
        settings = Settings.model_validate(
            {
                "database_url": seeded_url,
                "state_dir": tmp_path_factory.mktemp("site"),
                "secret_key": "a test's own key: 0123456789abcdef",
                "database_patience": 10,  # a busy machine is no outage
                "statement_timeout": 20,
                "task_queue": f"tests-{uuid.uuid4().hex[:12]}",
                "login_rate": "1000/minute",
                "login_rate_per_address": "1000/minute",
                **site_settings,
            }
        )
        client = await Client.connect(servers.temporal, data_converter=pydantic_data_converter)
        with _short_tracebacks():
            async with running(client, settings) as product, reachable(product, settings) as site:
                yield site


@contextmanager
def _short_tracebacks() -> Iterator[None]:
    """Let an exception be logged without every variable: the browser waits for the same event loop."""
    before = structlog.get_config()
    *others, _renderer = before["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*others, renderer])
    yield
    structlog.configure(**before)


@pytest.fixture
def watch(site: Site) -> Watch:
    """What goes wrong in this test's windows; `watch.allow(pattern)` lets something pass."""
    site.watch = Watch(site.url)
    return site.watch


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, for `visit`, which is taken down after it."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest_asyncio.fixture(loop_scope="session")
async def visit(
    browser: Browser, site: Site, watch: Watch, request: pytest.FixtureRequest
) -> AsyncIterator[Visit]:
    """`await visit(login, size="phone", language="en", path="/mine")` opens a page, signed in.

    The test fails at its end if anything went wrong in one of its windows (see Watch). What the windows
    of a failed test showed last is kept in build/failures.
    """
    node: pytest.Item = request.node
    taken: list[Path] = []

    async def look(page: Page) -> None:
        if node.stash.get(_FAILED, False) or watch.faults:
            name = re.sub(r"[^\w.-]+", "-", node.nodeid.partition("tests/browser/")[2])
            taken.append(FAILURES / f"{name}-{len(taken) + 1}.png")
            await page.screenshot(path=taken[-1])

    async with visiting(browser, site, watch, look) as visit:
        yield visit
    assert watch.faults == [], "in the browser:\n" + "\n".join(watch.faults)
