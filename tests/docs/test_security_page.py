"""docs/security.md names tests that exist, and every security test is named there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 50
    for path, name in NAMED:
        assert name in _tests_in(ROOT / path), f"{path}::{name}"


def test_every_threat_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 4]
    threats = [row for row in rows if "::" in row]
    heads = Counter(row for row in rows if "::" not in row)
    assert len(threats) > 35
    assert set(heads) <= {"| threat | what stands against it | test |", *_who_table(rows)}


def _who_table(rows: list[str]) -> list[str]:
    """The first table, which says who is kept from what and names no tests."""
    first_threat = rows.index("| threat | what stands against it | test |")
    return rows[:first_threat]


def test_every_file_of_security_tests_is_named() -> None:
    named = {path for path, _ in NAMED}
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "security").glob("test_*.py")}
    assert there <= named
