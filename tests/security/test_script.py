"""Stored and reflected script: no text that somebody wrote is ever more than text, on any page that shows it.

Every free text field of every command, of reports, contacts, evaluations, units, people, matters and contacts
of places is given a payload (`tests.security.payloads`), by the interface. The demonstration is played with
it, and every page of tests/pages.toml is read by an HTML parser: no element and no attribute comes from the
payload. The same for pictures to print, workbooks, CSV and JSON.
"""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any, Final

import openpyxl
import pypdfium2
import pytest

from models.city.demonstration import demo_people
from runtime.stories.stage import Stage
from tests.security.cookies import browser_of
from tests.security.payloads import MARK, PAYLOAD, SHORT, examine, poison, poisoned
from tests.support import demonstration, residents
from tests.support.demonstration import Demonstration, demonstrate
from tests.support.page_list import page_list
from tests.support.product import API, Browser, Product
from tests.support.visitors import at_once, evaluate

FIELDS: Final = {
    "text": 4000,
    "address": 300,
    "note": 500,
    "reason": 2000,
    "instruction": 2000,
    "reply": 2000,
    "task_force": 100,
    "name": 60,
}
UNITS: Final = (
    "500120001005-g18",
    "500120001005",
    "500120001",
    "500120001-pingan",
    "500120-chengguan",
    "500120",
)
PEOPLE: Final = ("dongguan-g18", "dongguan", "bicheng-dispatch", "bicheng-pingan", "bishan-chengguan")
MATTERS: Final = ("street-lamp", "manhole-cover", "parking", "joint-enforcement")
REFLECTING: Final = (
    "/cases?q={x}",
    "/cases?unit={x}&holder={x}",
    "/overdue?q={x}",
    "/overdue?unit={x}&at={x}",
    "/supervision?owner={x}&tab={x}",
    "/desk?q={x}",
    "/inbox?cursor={x}",
    "/report/matters?q={x}",
    "/report/place?unit={x}",
    "/posters?words={x}&after={x}",
    "/sign-in?next=/{x}",
    "/track/{x}",
    "/r/{x}",
    "/r/{x}/report",
    "/nowhere/{x}",
    "/cases/{number}/do/annotate?note={x}&back=/{x}&task={x}",
    "/cases/{number}/do/{x}",
    "/admin/people?q={x}",
    "/admin/units?q={x}",
    "/admin/journal?q={x}",
    "/admin/reads?q={x}&case={x}",
    "/map?unit={x}",
    "/me?lang={x}",
)


class Poisoner(Stage):
    """The stage of a story on which whatever is said carries the payload."""

    product: Product

    async def sign_in(self, login: str) -> None:
        """Without the password, which is slow to check on purpose."""
        if login not in self._tokens:
            person = await self.product.admitted(login)
            self._tokens[login] = person.headers["Authorization"].split()[1]

    async def post(self, login: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Send it with the payload in every text."""
        limits = FIELDS if "contact" not in body else FIELDS | {"name": 40}
        return await super().post(login, path, poison(body, limits), key)


async def test_what_people_write_is_text_wherever_it_is_shown(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch)
    monkeypatch.setattr(Poisoner, "product", product, raising=False)
    monkeypatch.setattr(demonstration, "Stage", Poisoner)
    monkeypatch.setattr(residents, "LEAST", timedelta(0))
    await _rename_everything(product)
    shown = await demonstrate(product, "eave", "lamps")
    await _evaluated(product, shown)

    readers = {login: browser_of(product, await product.admitted(login)) for login in _logins()}
    faults: list[str] = []
    told = 0
    for listed in page_list().pages:
        if "{" in listed.path and not _known(listed.path, shown):
            continue
        browser = readers[listed.login] if listed.login else browser_of(product)
        for htmx in (False, True):
            answer = await browser.get(listed.at(shown.values()), htmx=htmx)
            assert answer.status_code in (200, 204, 404), f"{listed.path}: {answer.status_code}"
            found = examine(answer.text)
            faults += [f"{listed.name}: {fault}" for fault in found.faults]
            told += bool(found.shown)
            assert "'unsafe" not in answer.headers["content-security-policy"]
    assert faults == []
    assert told > 60, "the payload is there, as text, on most pages"
    await _files_are_files(product, readers)
    faults += await _reflections(readers["bicheng-dispatch"], readers["admin"], shown.numbers["mine"])
    assert faults == []


def _logins() -> set[str]:
    return {page.login for page in page_list().pages if page.login} | {"bishan-supervise"}


def _known(path: str, shown: Demonstration) -> bool:
    return all(name in shown.values() for name in re.findall(r"\{([^}]+)\}", path))


async def _rename_everything(product: Product) -> None:
    """What administrators may name: units, people, matters, the contacts of a place."""
    admin = await product.admitted("admin")
    http = admin.http
    for unit in UNITS:
        before = (await admin.get(f"/units/{unit}")).json()["name"]
        body = {"name": poisoned(before[:8], 40), "reason": PAYLOAD[:300]}
        answer = await http.patch(f"{API}/units/{unit}", json=body, headers=admin.headers)
        assert answer.status_code == 200, answer.text
        assert MARK in answer.json()["name"]
    ids = {person.login: person.id for person in demo_people()}
    for login in PEOPLE:
        body = {"name": poisoned("名", 40), "reason": PAYLOAD[:300]}
        answer = await http.patch(f"{API}/people/{ids[login]}", json=body, headers=admin.headers)
        assert answer.is_success, answer.text
    for key in MATTERS:
        held = (await admin.get(f"/matters/{key}")).json()
        matter = held["matter"]
        for words in ("name", "closing"):
            matter[words] = {language: poisoned(text, 60) for language, text in matter[words].items()}
        body = {"matter": matter, "version": held["version"], "reason": PAYLOAD[:300]}
        answer = await http.put(f"{API}/matters/{key}", json=body, headers=admin.headers)
        assert answer.is_success, answer.text
    pages = browser_of(product, admin)
    contact = {"kind": "grid_worker", "contact_name": SHORT, "phone": "023-0000 0000", "note": SHORT}
    answer = await pages.post(f"/admin/units/{UNITS[0]}/contacts", data=contact)
    assert answer.status_code == 303, answer.text[:800]


async def _evaluated(product: Product, shown: Demonstration) -> None:
    """The resident's own words."""
    visitor = browser_of(product)
    answer = await evaluate(visitor, shown.tracking, "yny", words=PAYLOAD[:400])
    assert answer.status_code == 303, answer.text[:500]


async def _files_are_files(product: Product, readers: dict[str, Browser]) -> None:
    """Pictures to print, workbooks, CSV and JSON carry the words, and no program takes them for more."""
    officer, supervisor, auditor = (readers[n] for n in ("dongguan", "bishan-supervise", "bishan-audit"))
    svg = await officer.get(f"/posters/{UNITS[0]}.svg")
    assert svg.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in svg.headers["content-security-policy"]
    assert f"<{MARK}" not in svg.text
    assert MARK in svg.text
    pdf = await officer.get(f"/posters/{UNITS[0]}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert b"/JavaScript" not in pdf.content
    assert b"/JS" not in pdf.content
    assert len(pypdfium2.PdfDocument(pdf.content)) == 1
    for path in ("/overdue.xlsx", "/supervision.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO((await supervisor.get(path)).content))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        assert any(MARK in str(cell.value) for cell in cells), path
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink], path
    assert (await auditor.get("/admin/reads.csv")).headers["content-type"].startswith("text/csv")
    for path in ("/wall/figures.json", "/map/shapes.json", f"{API}/cases"):
        answer = await readers["bicheng-command"].http.get(path)
        kind = answer.headers["content-type"]
        assert kind.startswith(("application/json", "application/problem+json")), f"{path}: {kind}"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def _reflections(staff: Browser, admin: Browser, number: str) -> list[str]:
    """What stands in an address comes back as text, or not at all."""
    faults: list[str] = []
    for template in REFLECTING:
        for payload in (PAYLOAD, SHORT, f"javascript:{MARK}()", f"'onfocus='{MARK}"):
            quoted = "".join(f"%{byte:02x}" for byte in payload.encode())
            path = template.replace("{x}", quoted).replace("{number}", number)
            for htmx in (False, True):
                answer = await (admin if path.startswith("/admin") else staff).get(path, htmx=htmx)
                assert answer.status_code < 500, f"{template}: {answer.status_code}"
                faults += [f"{template}: {fault}" for fault in examine(answer.text).faults]
                for header in answer.headers.values():
                    assert "\n" not in header
    return faults
