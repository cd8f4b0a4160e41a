"""SQL, and other things that are no filter, in every filter, order and cursor: 4xx or nothing, never 5xx.

Made of the OpenAPI document for the interface, and of the pages' own forms and links for the pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from models.city.demonstration import demo_people
from models.queries.cursors import encode
from tests.security import shared
from tests.security.cookies import browser_of
from tests.support.demonstration import demonstrate
from tests.support.page_list import page_list
from tests.support.product import API, Product
from tests.support.records import row, rows

product = shared.product

SQL: Final = (
    "' OR '1'='1",
    "'; DROP TABLE facts; --",
    "x' UNION SELECT password_hash FROM people --",
    "%' OR 1=1 /*",
    "\\'; SELECT pg_sleep(5); --",
    ":q",
    "%(q)s {0} $1 %s",
    "*.* <@ 50.{,3} | !x",
)
ODD: Final = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01",
    "9999-12-31",
    "-1",
    "9" * 40,
    "1e400",
    "NaN",
    "\u202e\ufeff\u0000",
    "x" * 3000,
    "",
)
_KEYS: Final[tuple[Any, ...]] = (
    None,
    [],
    {},
    "x",
    1,
    [1, 2],
    [None, None],
    [["x"]],
    [True, "x"],
    [1e308, "x"],
)
CURSORS: Final = (
    *map(encode, _KEYS),
    encode(["0001-01-01T00:00:00+14:00", "x"]),
    encode(["9999-12-31T23:59:59-12:00", "x"]),
    encode(["2026-01-01T00:00:00", "20260101-000001"]),
    encode([datetime(2026, 1, 1, tzinfo=UTC), "' OR 1=1 --"]),
    encode([10**30, 10**30, "x"]),
    encode(["x" * 200, "y" * 100]),
    "%%%",
    "AAAA",
    "W10",
    "=" * 50,
    "令牌",
)
_NAMED: Final = re.compile(r'<(?:input|select|textarea)[^>]*\sname="([a-z_]+)"')
_LINKED: Final = re.compile(r'(?:href|hx-get|action)="([^"]*\?[^"]*)"')


async def test_no_filter_of_the_interface_is_more_than_a_filter(product: Product) -> None:
    person, admin = await product.admitted("bishan-supervise"), await product.admitted("admin")
    reporter = await product.admitted("dongguan")
    number = (await reporter.report(matter="other", unit="500120001005", text="路灯不亮"))["number"]
    document = (await product.http.get(f"{API}/openapi.json")).json()
    asked, faults, before = 0, [], await _counts(product)
    for path, name in _parameters(document, number):
        who = (
            admin if path.startswith((f"{API}/people", f"{API}/journal", f"{API}/contact-reads")) else person
        )
        for value in CURSORS if name == "cursor" else (*SQL[:5], *ODD):
            answer = await product.http.get(path, params={name: value}, headers=who.headers)
            asked += 1
            if answer.status_code not in (200, 400, 404, 422):
                faults.append(f"{path}?{name}={value[:40]}: {answer.status_code}")
            if "password_hash" in answer.text or "$argon2" in answer.text:
                faults.append(f"{path}?{name}={value[:40]}: tells too much")
    assert faults == []
    assert asked > 1000
    await _nothing_is_gone(product, before)


@pytest.mark.parametrize("words", SQL)
async def test_words_are_looked_for_as_they_are(product: Product, words: str) -> None:
    """A case is found by what it says, and by nothing else: no sign means more than itself."""
    officer = await product.admitted("dongguan")
    await officer.report(matter="other", unit="500120001005", text="路灯不亮")
    assert (await officer.get("/cases", q=words)).json()["items"] == []
    said = f"墙上写着 {words} 等字样"
    mine = (await officer.report(matter="other", unit="500120001005", text=said))["number"]
    found = (await officer.get("/cases", q=words)).json()["items"]
    assert [line["number"] for line in found][:1] == [mine]


@pytest.mark.timeout(600)  # some five hundred pages
async def test_no_filter_of_a_page_is_more_than_a_filter(product: Product) -> None:
    for login in {person.login for person in demo_people()}:
        await product.admitted(login)
    values = (await demonstrate(product, "eave")).values()
    asked, faults, before = 0, [], await _counts(product)
    for listed in {page.path.partition("?")[0]: page for page in page_list().pages}.values():
        browser = browser_of(product, await product.admitted(listed.login) if listed.login else None)
        path = listed.at(values).partition("?")[0]
        shown = await browser.get(listed.at(values))
        assert shown.status_code == (404 if "nowhere" in path else 200), f"{path}: {shown.status_code}"
        names = sorted(_names_on(shown.text, path))
        for asking in (*_each_alone(names), *_all_together(names)):
            answer = await browser.get(path, **asking)
            asked += 1
            if answer.status_code >= 500 or "$argon2" in answer.text:
                faults.append(f"{path} {asking}: {answer.status_code}")
    assert faults == []
    assert asked > 200
    await _nothing_is_gone(product, before)


@pytest.mark.parametrize(
    ("login", "path", "names"),
    [
        ("bishan-supervise", "/overdue.xlsx", ("at", "unit", "holder", "level", "matter", "policy", "q")),
        ("bishan-supervise", "/supervision.xlsx", ("tab", "owner", "hand", "unit", "drill")),
        ("bishan-supervise", "/reviews/closed.xlsx", ("from", "to", "by", "outcome", "matter")),
        ("bishan-audit", "/admin/reads.csv", ("q", "case", "since", "until", "from", "to")),
        ("bicheng-command", "/wall/figures.json", ("unit", "at", "days")),
        ("bicheng-command", "/map/shapes.json", ("unit", "bbox", "level")),
        ("dongguan-g18", "/report/place", ("latitude", "longitude", "unit")),
        ("dongguan-g18", "/report/same", ("latitude", "longitude", "matter", "unit")),
        ("dongguan-g18", "/report/matters", ("q", "unit")),
        ("dongguan-g18", "/report/outlines", ("latitude", "longitude", "unit")),
    ],
)
async def test_no_filter_of_a_file_is_more_than_a_filter(
    product: Product, login: str, path: str, names: tuple[str, ...]
) -> None:
    browser = browser_of(product, await product.admitted(login))
    for name in names:
        for value in (*SQL[:3], *ODD):
            answer = await browser.get(path, **_one(name, value))
            assert answer.status_code < 500, f"{path}?{name}={value[:40]}: {answer.text[:300]}"


def _parameters(document: dict[str, Any], number: str) -> Iterator[tuple[str, str]]:
    """Every query parameter of every address that can be read; ids in it are of something that is there."""
    for path, methods in document["paths"].items():
        if "get" not in methods or path.endswith("/stream"):
            continue
        for parameter in methods["get"].get("parameters", ()):
            if parameter["in"] == "query":
                yield path.format(unit_id="500120001", whose="mine", number=number), parameter["name"]


def _names_on(page: str, path: str) -> set[str]:
    """The names of a page's fields, and those in its links to itself."""
    names = set(_NAMED.findall(page))
    for link in _LINKED.findall(page):
        parts = urlsplit(unescape(link))
        if parts.path in ("", path):
            names |= {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return names


def _each_alone(names: list[str]) -> Iterator[dict[str, Any]]:
    """A value for each name by itself, so that no other one is refused before it; for cursors every third."""
    for place, name in enumerate(names):
        yield _one(name, (*SQL, *ODD)[place % len((*SQL, *ODD))])
    for name in ("cursor", "after"):
        yield from (_one(name, value) for value in CURSORS[::3])


def _all_together(names: list[str]) -> Iterator[dict[str, Any]]:
    """Every value for every name, as many at once as there are."""
    values = (*SQL[:5], *ODD)
    for turn in range(len(values) if names else 0):
        yield {name: values[(turn + place) % len(values)] for place, name in enumerate(names)}


def _one(name: str, value: str) -> Any:
    """One parameter, whatever it is called."""
    return {name: value}


async def _counts(product: Product) -> dict[str, int]:
    """How many rows each table has."""
    tables = await rows(product, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        name: (await row(product, f"SELECT count(*) AS n FROM {name}"))["n"]  # noqa: S608
        for name in (table["tablename"] for table in tables)
        if name != "underway"  # these come and go by themselves
    }


async def _nothing_is_gone(product: Product, before: dict[str, int]) -> None:
    """Nobody has dropped or emptied anything."""
    after = await _counts(product)
    assert before["units"] > 1000
    assert {name: n for name, n in before.items() if after.get(name, 0) < n} == {}
