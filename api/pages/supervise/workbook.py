"""Workbooks: a list as a sheet, and a second sheet that says what it is. Written row by row, on disk.

Whatever people typed is written as text: a cell that begins like a formula is never one, and is marked so
that it stays text when somebody edits it. Instants are real ones, in the city's time.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import xlsxwriter

from models.base import Language, Words
from models.clocks.calendar import CITY_ZONE

T = TypeVar("T")

MOST_ROWS: Final = 50_000
SUSPECT: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that some program might take for a formula; full-width signs too, as Chinese is typed."""
LONGEST_TEXT: Final = 32_767
"""Characters that a cell holds."""


class TooManyRows(Exception):
    """More rows than a workbook of ours has; the list is to be narrowed first."""


class Kind(Enum):
    """What a column holds."""

    TEXT = "@"
    INSTANT = "yyyy-mm-dd hh:mm:ss"
    DAY = "yyyy-mm-dd"
    LENGTH = "[h]:mm:ss"
    NUMBER = "0"


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: its title, what stands in it, and how wide it is (in characters)."""

    title: Words
    value: Callable[[T], Any]
    kind: Kind = Kind.TEXT
    width: int = 14


async def write_workbook(
    columns: Sequence[Column[T]],
    batches: AsyncIterator[Sequence[T]],
    about: Sequence[tuple[Words, object]],
    title: Words,
    language: Language,
) -> tuple[Path, int]:
    """Write a workbook to a file of its own, which the caller deletes; the file, and how many rows it has.

    Raises TooManyRows; then there is no file.
    """
    path = await asyncio.to_thread(_new_file)
    sheet = _Sheet(path, columns, title, language)
    try:
        async for batch in batches:
            if sheet.rows + len(batch) > MOST_ROWS:
                raise TooManyRows
            # Compressing is work for the processor: meanwhile others are answered.
            await asyncio.to_thread(sheet.add, batch)
        await asyncio.to_thread(sheet.close, about)
    except BaseException:
        await asyncio.to_thread(sheet.close, ())  # what it keeps on disk meanwhile goes with it
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return path, sheet.rows


def _new_file() -> Path:
    with tempfile.NamedTemporaryFile(prefix="shaodao-", suffix=".xlsx", delete=False) as file:
        return Path(file.name)


class _Sheet(Generic[T]):
    """The workbook while it is written."""

    def __init__(self, path: Path, columns: Sequence[Column[T]], title: Words, language: Language) -> None:
        # Constant memory: a row goes to disk when the next one begins.
        self._book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._columns, self._language, self.rows = columns, language, 0
        head = self._book.add_format({"bold": True, "bg_color": "#E3ECEC", "bottom": 1, "text_wrap": True})
        self._formats = {
            kind: self._book.add_format({"num_format": kind.value, "valign": "top"}) for kind in Kind
        }
        self._suspect = self._book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._sheet = self._book.add_worksheet(title.in_language(language))
        self._sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, column.title.in_language(language), head)

    def add(self, items: Sequence[T]) -> None:
        """Write a row for each of these."""
        for item in items:
            self.rows += 1
            for place, column in enumerate(self._columns):
                self._write(self._sheet, self.rows, place, column.value(item), column.kind)

    def close(self, about: Sequence[tuple[Words, object]]) -> None:
        """Write the second sheet, and everything to disk."""
        self._sheet.autofilter(0, 0, max(self.rows, 1), len(self._columns) - 1)
        told = self._book.add_worksheet(Words(zh="说明", en="About").in_language(self._language))
        told.set_column(0, 0, 20)
        told.set_column(1, 1, 90, self._wrapped)
        for row, (name, value) in enumerate(about):
            told.write_string(row, 0, name.in_language(self._language))
            kind = Kind.INSTANT if isinstance(value, datetime) else Kind.TEXT
            self._write(told, row, 1, value, kind)
        self._book.close()

    def _write(self, sheet: Any, row: int, place: int, value: object, kind: Kind) -> None:
        form = self._formats[kind]
        if value is None:
            return
        if isinstance(value, Words):
            value = value.in_language(self._language)
        if isinstance(value, datetime):
            sheet.write_datetime(row, place, value.astimezone(CITY_ZONE).replace(tzinfo=None), form)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, form)
        elif isinstance(value, timedelta):
            sheet.write_number(row, place, value / timedelta(days=1), form)
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(row, place, value, form)
        else:
            text = str(value)[:LONGEST_TEXT]
            sheet.write_string(row, place, text, self._suspect if text.startswith(SUSPECT) else form)
