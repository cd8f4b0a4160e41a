"""Exports: nothing in them runs, and nothing in an address gets into their headers or names.

That the boards' workbooks hold text as text is tests/api/pages/test_supervise_workbooks.py; that all of them
do with script in every field, `test_script.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import openpyxl
import pytest

from api.pages.supervise.workbook import Column, Kind, write_workbook
from models.base import Words
from tests.security import shared
from tests.security.cookies import browser_of
from tests.support.product import Product

product = shared.product

FORMULAS: Final = (
    '=HYPERLINK("http://evil.test","x")',
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
)
TITLE: Final = Words(zh="表", en="sheet")


async def test_no_text_is_a_formula_in_a_workbook() -> None:
    columns = [Column[str](TITLE, lambda value: value, Kind.TEXT)]

    async def batches() -> AsyncIterator[Sequence[str]]:
        yield FORMULAS

    about: list[tuple[Words, object]] = [(TITLE, formula) for formula in FORMULAS]
    path, _ = await write_workbook(columns, batches(), about, TITLE, "zh")
    book = openpyxl.load_workbook(path)
    path.unlink()
    cells = [row[0] for row in book["表"].iter_rows(min_row=2)]
    cells += [row[1] for row in book["说明"].iter_rows()]
    assert len(cells) == 2 * len(FORMULAS)
    for cell in cells:
        assert cell.data_type == "s", cell.value
        assert cell.hyperlink is None
        assert cell.quotePrefix, f"it stays text when somebody edits it: {cell.value!r}"


@pytest.mark.parametrize("formula", FORMULAS)
async def test_no_text_is_a_formula_in_a_csv(product: Product, formula: str) -> None:
    """A reading of contacts, with a reason that begins like a formula."""
    officer = await product.admitted("dongguan")
    contact = {"name": "王小明", "phone": "13812345678"}
    number = (await officer.report(matter="other", unit="500120001005", contact=contact))["number"]
    answer = await officer.post(f"/cases/{number}/contacts", {"reason": formula})
    assert answer.status_code == 200, answer.text
    auditor = browser_of(product, await product.admitted("bishan-audit"))
    written = (await auditor.get("/admin/reads.csv", case=number)).text
    lines = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    reasons = [line[-1] for line in lines[1:] if number in line]
    assert len(reasons) == 1
    assert reasons[0].startswith("'"), "no program takes it for a formula"
    assert reasons[0][1:].strip() == formula.strip()


TRICKS: Final = (
    "x\r\nSet-Cookie: a=b",
    "x\nX-Evil: 1",
    'x"; filename="evil.exe',
    "../../etc/passwd",
    "\u202egnp.exe",
    "%0d%0aX-Evil:%201",
)


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(
    ("login", "path", "name"),
    [
        ("bishan-supervise", "/overdue.xlsx", "q"),
        ("bishan-supervise", "/overdue.xlsx", "unit"),
        ("bishan-supervise", "/supervision.xlsx", "owner"),
        ("bishan-supervise", "/reviews/closed.xlsx", "by"),
        ("bishan-audit", "/admin/reads.xlsx", "q"),
        ("bishan-audit", "/admin/reads.csv", "case"),
    ],
)
async def test_no_header_is_written_by_an_address(
    product: Product, login: str, path: str, name: str, trick: str
) -> None:
    browser = browser_of(product, await product.admitted(login))
    answer = await browser.http.get(path, params={name: trick}, headers={"Accept": "text/html"})
    assert answer.status_code in (200, 404, 422)
    _safe(answer.headers)


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_posters_name_is_written_by_an_address(product: Product, trick: str) -> None:
    browser = browser_of(product, await product.admitted("dongguan"))
    quoted = "".join(f"%{byte:02x}" for byte in trick.encode())
    for kind in ("svg", "pdf"):
        answer = await browser.get(f"/posters/{quoted}.{kind}")
        assert answer.status_code == 404
        _safe(answer.headers)


def _safe(headers: Any) -> None:
    assert "x-evil" not in headers
    assert "set-cookie" not in headers
    for value in headers.values():
        assert "\r" not in value
        assert "\n" not in value
    named = headers.get("content-disposition", "")
    assert "evil" not in named
    assert ".." not in named
