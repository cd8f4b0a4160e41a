"""The checks against script and formulas can fail: each fault is found where it is planted."""

from __future__ import annotations

import io
from html import escape
from typing import Final

import openpyxl
import pytest

from tests.security.ledger import FORMULAS, Ledger
from tests.security.payloads import MARK, PAYLOAD, RESULT, SHORT, examine
from tests.security.sheets import in_csv, in_workbook

PLANTED: Final = {
    f"<p>{PAYLOAD}</p>": "an element of theirs",
    f'<input value="{PAYLOAD}">': "an attribute of theirs",
    f'<input value="{SHORT}">': "an element of theirs",
    f"<title>{PAYLOAD}</title>": "an element of theirs",
    f"<textarea>{PAYLOAD}</textarea>": "an element of theirs",
    f'<p title="x"on{MARK}="1">': "an attribute of theirs",
    f"<p title=' ' on{MARK}='1'>": "an attribute of theirs",
    f'<a href="javascript:{MARK}()">': "leads to script",
    f'<a href=" java\n\tSCRIPT:{MARK}()">': "leads to script",
    '<form action="data:text/html,x">': "leads to script",
    '<button hx-get="vbscript:x">': "leads to script",
    f'<meta http-equiv="refresh" content="0; url=javascript:{MARK}()">': "leads to script",
    '<p onclick="go()">': "an inline handler",
    '<p hx-on:click="go()">': "an inline handler",
    f'<p style="color: {MARK}">': "as style",
    f"<p hx-vals=\"js:{{a: '{MARK}'}}\">": "as hx-vals",
    f'<iframe srcdoc="{MARK}">': "as srcdoc",
    f'<script>let name = "{MARK}";</script>': "inside <script>",
    f'<script type="module">let name = "{MARK}";</script>': "inside <script>",
    f"<script type=importmap>{{'{MARK}': 1}}</script>": "inside <script>",
    f"<style>p::after {{ content: '{MARK}' }}</style>": "inside <style>",
    f'<script type="application/json">["{PAYLOAD}"]</script>': "an element of theirs",
    f"<p>{RESULT}</p>": "arithmetic",
}


@pytest.mark.parametrize("page", PLANTED)
def test_what_is_more_than_text_is_found(page: str) -> None:
    assert any(PLANTED[page] in fault for fault in examine(page).faults), examine(page)


def test_what_is_text_is_no_fault_and_is_seen() -> None:
    text = escape(PAYLOAD)
    for page in (
        f"<p>{text}</p>",
        f'<p title="{text}">',
        f"<textarea>{text}</textarea>",
        f"<script>let a = 1;</script><p>{text}</p>",
        f"<style>p {{ color: red }}</style><p>{text}</p>",
        f'<a href="/cases?q={MARK}">',
        f'<script type="application/json">["\\u003c{MARK}"]</script>',
    ):
        found = examine(page)
        assert found.faults == []
        assert len(found.texts) == 1, page
    assert examine("<p>nothing of theirs</p>").texts == []


def test_a_text_is_known_again_by_its_field() -> None:
    ledger = Ledger()
    texts = [ledger.text("unit.name", "望江", 40) for _ in FORMULAS]
    assert all(len(text) <= 40 and MARK in text for text in texts)
    assert {text[: len(begins)] for text, begins in zip(texts, FORMULAS, strict=True)} == set(FORMULAS)
    other = ledger.text("report.text", "路灯", 400)
    assert PAYLOAD in other
    ledger.note("a page", "no text of theirs", other)
    assert ledger.seen == {"report.text": {"a page"}}
    assert ledger.labels == {"unit.name", "report.text"}
    with pytest.raises(AssertionError, match="takes no payload"):
        ledger.text("code", "", 10)


@pytest.mark.parametrize("begins", FORMULAS)
def test_a_formula_in_a_sheet_is_found(begins: str) -> None:
    text = begins + SHORT
    book = openpyxl.Workbook()
    cell = book.worksheets[0]["B2"]
    cell.value = text
    if begins == "=":
        cell.data_type = "f"
    assert len(in_workbook(_written(book))[1]) == 1
    cell.data_type = "s"
    cell.quotePrefix = True
    assert in_workbook(_written(book)) == ([text.replace("\r", "\n")], [])  # as XML has it
    cell.hyperlink = "http://evil.test"
    assert len(in_workbook(_written(book))[1]) == 1

    quoted = text.replace('"', '""')
    assert len(in_csv(f'a,"{quoted}"\r\n')[1]) == 1
    assert in_csv(f'a,"\'{quoted}"\r\n') == ([text], [])


def _written(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
