"""Every page of tests/pages.toml is accessible and fits: in Chinese on a phone, in English on a desk.

English words are longer than Chinese ones: what is made for the phone must hold them, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from models.base import Language
from tests.support.accessibility import AXE, shortcomings, unfitting
from tests.support.browser import Site, Size, Visit
from tests.support.demonstration import Demonstration, demonstrate
from tests.support.page_list import ShownPage, page_list

AT_ONCE: Final = 10
"""Pages in one test: a window is opened once for all of them."""


def by_reader() -> Iterator[tuple[str | None, list[ShownPage]]]:
    """The pages by who reads them, some at a time."""
    found = defaultdict(list)
    for shown in page_list().pages:
        found[shown.login].append(shown)
    for login, pages in found.items():
        for first in range(0, len(pages), AT_ONCE):
            yield login, pages[first : first + AT_ONCE]


def looks(shown: ShownPage) -> Iterator[tuple[Size, Language, Callable[[Page], Awaitable[list[str]]]]]:
    """How a page is looked at: whole in Chinese and in English, and whether English fits a phone."""
    yield shown.sizes[0], "zh", shortcomings
    yield shown.sizes[-1], "en", shortcomings
    if "phone" in shown.sizes[:-1]:
        yield "phone", "en", unfitting


def _who(value: object) -> str:
    return value if isinstance(value, str) else "" if value else "nobody"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(site: Site) -> Demonstration:
    """A day's work, and one story."""
    return await demonstrate(site.product, "eave")


@pytest.mark.parametrize(("login", "pages"), list(by_reader()), ids=_who)
async def test_pages_are_accessible_and_fit(
    login: str | None, pages: list[ShownPage], day: Demonstration, visit: Visit
) -> None:
    windows: dict[tuple[Size, Language], Page] = {}
    faults = []
    for shown in pages:
        path = shown.at(day.values())
        for size, language, look in looks(shown):
            window = windows.get((size, language))
            if window is None:
                window = windows[size, language] = await visit(login, size, language, path=None)
                await window.add_init_script(path=AXE)  # so that it is not sent anew for every page
            await window.goto(path)
            faults += [f"{path} ({size}, {language}): {fault}" for fault in await look(window)]
    assert not faults, "\n".join(faults)
