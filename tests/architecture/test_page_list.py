"""Every page stands in tests/pages.toml: pictures are taken of it, and axe checks it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from api.pages import ROUTERS
from models.city.demonstration import demo_people
from tests.support.page_list import page_list, page_routes, shows

ROUTES: Final = frozenset(page_routes(ROUTERS))


def test_every_page_is_listed() -> None:
    listed = page_list()
    unseen = {
        route
        for route in ROUTES - set(listed.not_pages)
        if not any(shows(page, route) for page in listed.pages)
    }
    assert unseen == set(), "add them to tests/pages.toml"


def test_everything_listed_exists() -> None:
    listed = page_list()
    assert {page.path for page in listed.pages if not any(shows(page, route) for route in ROUTES)} == set()
    assert set(listed.not_pages) <= ROUTES


def test_names_are_unique_and_logins_exist() -> None:
    pages = page_list().pages
    assert [name for name, times in Counter(page.name for page in pages).items() if times > 1] == []
    assert {page.login for page in pages} - {None} <= {person.login for person in demo_people()}
