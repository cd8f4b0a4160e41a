"""Reading a list of administrative divisions: `code,name,kind,parent_code`, parents before children.

Every row is checked before anything is done with any of them; a fault says its line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Final, NamedTuple

from models.base import Frozen, Words
from models.city.units import UnitKind

COLUMNS: Final = ("code", "name", "kind", "parent_code")
_DIGITS: Final = {
    UnitKind.CITY: 2,
    UnitKind.DISTRICT: 6,
    UnitKind.STREET: 9,
    UnitKind.COMMUNITY: 12,
}
"""How long a division code is."""
_PARENT: Final = {
    UnitKind.DISTRICT: UnitKind.CITY,
    UnitKind.STREET: UnitKind.DISTRICT,
    UnitKind.COMMUNITY: UnitKind.STREET,
}


class Division(NamedTuple):
    """One row of the code list."""

    code: str
    name: str
    kind: UnitKind
    parent: str | None


class RowFault(Frozen):
    """A row that cannot be used, and why."""

    line: int
    """In the file, counted from 1; the heading is line 1."""
    code: str
    words: Words


class DivisionList(NamedTuple):
    """What a file holds: the good rows and the faults. Only a list without faults may be imported."""

    divisions: tuple[Division, ...]
    faults: tuple[RowFault, ...]


def read_divisions(lines: Iterable[str], known: dict[str, UnitKind]) -> DivisionList:
    """Read the lines of a CSV file (a byte order mark is forgiven).

    `known` are the units that may stand as parents although the file does not name them.
    """
    reader = csv.reader(lines)
    heading = [cell.strip().lstrip("\ufeff") for cell in next(reader, [])]
    if tuple(heading) != COLUMNS:
        words = Words(zh=f"首行须为 {','.join(COLUMNS)}", en=f"the heading must be {','.join(COLUMNS)}")
        return DivisionList((), (RowFault(line=1, code="", words=words),))
    divisions: dict[str, Division] = {}
    faults: list[RowFault] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = [cell.strip() for cell in cells]
        fault = _fault(row, divisions, known)
        if fault is not None:
            faults.append(RowFault(line=reader.line_num, code=row[0], words=fault))
            continue
        code, name, kind, parent = row
        divisions[code] = Division(code, name, UnitKind(kind), parent or None)
    return DivisionList(tuple(divisions.values()), tuple(faults))


def _fault(row: list[str], seen: dict[str, Division], known: dict[str, UnitKind]) -> Words | None:
    """What is wrong with the row, or none."""
    if len(row) != len(COLUMNS):
        return Words(
            zh=f"应有{len(COLUMNS)}列,实有{len(row)}列", en=f"{len(row)} columns, not {len(COLUMNS)}"
        )
    code, name, kind_text, parent = row
    kind = next((kind for kind in _DIGITS if kind == kind_text), None)
    if kind is None:
        return Words(zh=f"未知的单位类型“{kind_text}”", en=f"unknown kind “{kind_text}”")
    if not (code.isascii() and code.isdigit() and len(code) == _DIGITS[kind]):
        return Words(zh=f"代码应为{_DIGITS[kind]}位数字", en=f"the code must have {_DIGITS[kind]} digits")
    if not name:
        return Words(zh="名称为空", en="the name is empty")
    if code in seen:
        return Words(zh="代码重复", en="the code stands here twice")
    if kind is UnitKind.CITY:
        return Words(zh="市没有上级", en="a city has no parent") if parent else None
    parent_kind = seen[parent].kind if parent in seen else known.get(parent)
    if parent_kind is None:
        return Words(zh=f"上级“{parent}”不存在或在其后", en=f"parent “{parent}” is unknown or comes later")
    if parent_kind is not _PARENT[kind]:
        return Words(zh=f"上级“{parent}”的类型不符", en=f"parent “{parent}” is of the wrong kind")
    return None
