"""Workbooks and lists of values as a spreadsheet opens them: what in them is more than text."""

from __future__ import annotations

import csv
import io
from typing import Final

import openpyxl

from tests.security.payloads import MARK

_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that some spreadsheet runs."""
_RETURN: Final = "_x000D_"
"""How a workbook writes a carriage return."""


def in_workbook(content: bytes) -> tuple[list[str], list[str]]:
    """Somebody's texts in the workbook's cells, and what is wrong with any cell."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    texts, faults = [], []
    for cell in (cell for sheet in book for line in sheet.iter_rows() for cell in line):
        text = str(cell.value or "").replace(_RETURN, "\r")
        if cell.data_type == "f" or cell.hyperlink:
            faults.append(f"{cell.coordinate} is run: {text[:60]!r}")
        elif cell.data_type == "s" and text.startswith(_RUN) and not cell.quotePrefix:
            faults.append(f"{cell.coordinate} is run once somebody edits it: {text[:60]!r}")
        if MARK in text:
            texts.append(text)
    return texts, faults


def in_csv(content: str) -> tuple[list[str], list[str]]:
    """Somebody's texts in a list of values, without what keeps them texts; and what is wrong with any."""
    cells = [
        cell for line in csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) for cell in line
    ]
    faults = [f"is run: {cell[:60]!r}" for cell in cells if cell.startswith(_RUN)]
    return [cell.removeprefix("'") for cell in cells if MARK in cell], faults
