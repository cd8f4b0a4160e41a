"""Stored and reflected script, and formulas: what somebody wrote is text wherever it is shown or exported.

A city and a day are played in which every free text carries a payload that tries to be an element, an
attribute, an address, a template, and begins like a formula (`poisoned_city`, `poisoned_day`). Every page is
then read as a browser reads it (`payloads.examine`). That these checks can fail: `test_payloads.py`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pypdfium2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from models.queries.review_facts import Review
from tests.security import shared
from tests.security.cookies import browser_of
from tests.security.ledger import FORMULAS, Ledger
from tests.security.payloads import MARK, examine
from tests.security.poisoned_city import CHANNEL, Namer
from tests.security.poisoned_day import FIELDS, FREE, PoisonedDay, play_poisoned
from tests.security.reflecting import Reflecting
from tests.security.routes import PAGE_ROUTES, REST_ROUTES, UNSAFE
from tests.security.sheets import in_csv, in_workbook
from tests.support import residents
from tests.support.page_list import page_list
from tests.support.product import API, Browser, Product
from tests.support.visitors import GRID, at_once

product = shared.product

NOT_THERE: Final = frozenset({"place-unknown"})
"""Listed pages that say that something is not there."""
UNSEEN: Final = {
    "report.contact.name": "masked on every page; in full only in the interface, to who calls back",
    "resident.name": "the same",
    "report.contact.note": "only in the interface, with the name in full",
}
"""Fields that no page shows whole, and why."""
RESIDENTS: Final = {
    "resident.text": {"cases", "intake", "intake-community", "mine", "desk-community"},
    "resident.address": {"cases", "intake", "intake-community", "mine", "desk-community", "map", "wall"},
}
"""What residents write is looked at where their reports are worked on."""
EXPORTS: Final[dict[str, tuple[str, ...]]] = {
    "/overdue.xlsx": ("",),
    "/supervision.xlsx": ("",),
    "/reviews/{kind}.xlsx": tuple(Review),
    "/admin/reads.xlsx": ("",),
    "/admin/reads.csv": ("",),
}
"""Every file that a spreadsheet opens, with what its address leaves open."""
PICTURES_ONLY: Final = frozenset({"/pictures", "/report/photos"})
"""Scripts send pictures there, and no text."""
COMES_BACK: Final = frozenset(
    {"GET /cases", "GET /desk", "GET /overdue", "GET /admin/people", "GET /admin/journal", "GET /admin/reads"}
    | {"POST /sign-in", "POST /report", "POST /r/{code}/report", "POST /track", "POST /track/{code}/{act}"}
    | {"POST /cases/{number}/do/{command}", "POST /mine/{number}/{step}", "POST /overdue/batch"}
    | {f"POST /admin/units/{path}" for path in ("import", "{unit_id}/add", "{unit_id}/close")}
    | {f"POST /admin/units/{{unit_id}}/{path}" for path in ("name", "contacts")}
    | {f"POST /admin/people/{path}" for path in ("new", "{person_id}", "{person_id}/close")}
    | {f"POST /admin/catalogue/{path}" for path in ("new", "{key}", "{key}/retire", "edition")}
    | {"POST /admin/policies/{policy_id}/draft", "POST /admin/channels/new"}
    | {"POST /admin/calendar/{year}/days", "POST /admin/calendar/{year}/notice"}
)
"""Pages that show again what they were asked or sent, the faulty form among them."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(product: Product) -> AsyncIterator[PoisonedDay]:
    """A city in which everything that can be named or written carries the payload."""
    with pytest.MonkeyPatch.context() as patch:
        at_once(patch)
        patch.setattr(residents, "LEAST", timedelta(0))
        services = product.services
        settings = services.settings.model_copy(update={"channels": SecretStr(CHANNEL)})
        patch.setattr(product.app.state, "services", replace(services, settings=settings))
        namer = Namer(product, Ledger(), await product.admitted("admin"))
        await namer.everything()
        played = await play_poisoned(product, namer.ledger, patch)
        await namer.rules(played.shown.numbers["suspension"])
        played.closed = namer.closed
        played.shown.administered["import"], played.refused = await namer.files()
        yield played


async def test_every_text_that_people_send_was_sent(day: PoisonedDay) -> None:
    assert day.accepted == FIELDS


async def test_what_people_write_is_text_wherever_it_is_shown(day: PoisonedDay) -> None:
    faults: list[str] = []
    ledger = day.ledger

    def look(place: str, page: str) -> None:
        found = examine(page)
        faults.extend(f"{place}: {fault}" for fault in found.faults)
        ledger.note(place, *found.texts)

    for listed in page_list().pages:
        browser = await _reader(day, listed.login)
        for htmx in (False, True):
            answer = await browser.get(listed.at(day.shown.values()), htmx=htmx)
            due = (404,) if listed.name in NOT_THERE else (200,)
            assert answer.status_code in due, f"{listed.path}: {answer.status_code}"
            assert "'unsafe" not in answer.headers["content-security-policy"]
            look(listed.name, answer.text)
    dispatcher, admin = await _reader(day, "bicheng-dispatch"), await _reader(day, "admin")
    besides = [(dispatcher, f"/cases/{number}") for number in day.rest.values()]
    besides += [(browser_of(day.product), f"/track/{code}") for code in day.codes.values()]
    besides += [(admin, path) for path in day.closed]
    for browser, path in besides:
        answer = await browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        look(path, answer.text)
    look("a refused file", day.refused)
    assert faults == []
    assert ledger.labels - set(ledger.seen) == set(UNSEEN)
    for field, pages in RESIDENTS.items():
        assert pages <= ledger.seen[field], field


async def test_pictures_and_data_carry_words_as_text(day: PoisonedDay) -> None:
    officer, command = await _reader(day, "dongguan"), await _reader(day, "bicheng-command")
    svg = await officer.get(f"/posters/{GRID}.svg")
    assert svg.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in svg.headers["content-security-policy"]
    assert f"<{MARK}" not in svg.text
    assert MARK in svg.text
    pdf = await officer.get(f"/posters/{GRID}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert b"/JavaScript" not in pdf.content
    assert b"/JS" not in pdf.content
    assert len(pypdfium2.PdfDocument(pdf.content)) == 1
    told = ""
    for path in ("/wall/figures.json", "/map/shapes.json", f"{API}/cases"):
        answer = await command.http.get(path)
        kind = answer.headers["content-type"]
        assert kind.startswith(("application/json", "application/problem+json")), f"{path}: {kind}"
        assert answer.headers["x-content-type-options"] == "nosniff"
        told += answer.text
    assert MARK in told


async def test_what_people_write_is_text_in_every_export(day: PoisonedDay) -> None:
    """Workbooks and lists of values: no cell is a formula, and each has somebody's words in it."""
    suffixes = re.compile(r"\.(xlsx?|ods|[ct]sv)$")
    there = {route.path for route in (*PAGE_ROUTES, *REST_ROUTES) if suffixes.search(route.path)}
    assert there == set(EXPORTS)
    officer = await day.product.admitted("dongguan")
    for _ in FORMULAS:
        body = {"reason": day.ledger.text("contact read.reason", "", 200)}
        answer = await officer.post(f"/cases/{day.rest['at the grid']}/contacts", body)
        assert answer.status_code == 200, answer.text
    auditor = await _reader(day, "bishan-audit")
    begun: dict[str, set[str]] = {}
    for route, kinds in EXPORTS.items():
        for kind in kinds:
            path = route.replace("{kind}", kind)
            answer = await auditor.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
            texts, faults = in_csv(answer.text) if path.endswith("csv") else in_workbook(answer.content)
            assert faults == [], path
            assert texts, f"{path} has nobody's words"
            begun.setdefault(path[-4:], set()).update(text[:1] for text in texts)
    assert {kind: {text[0] for text in FORMULAS} - found for kind, found in begun.items()} == {
        "xlsx": set(),
        ".csv": set(),
    }


async def test_what_is_sent_comes_back_as_text_or_not_at_all(day: PoisonedDay) -> None:
    """In every part and parameter of every page's address; in every field of every form, faulty ones too."""
    them = Reflecting(day)
    await them.addresses()
    await them.parts()
    await them.parameters()
    await them.forms()
    assert them.faults == []
    assert {name for name, fields in FREE.items() if fields} <= them.commands
    unsent = {route.path for route in PAGE_ROUTES if route.method in UNSAFE} - set(them.asked)
    assert unsent <= PICTURES_ONLY
    assert them.came_back >= COMES_BACK


async def _reader(day: PoisonedDay, login: str | None) -> Browser:
    return browser_of(day.product, await day.product.admitted(login) if login else None)
