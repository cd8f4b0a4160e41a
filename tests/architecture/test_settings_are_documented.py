"""A setting that nobody can find, or that nothing reads, is not a setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runtime.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTED = set(
    re.findall(r"^\| `SHAODAO_([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert name.upper() in DOCUMENTED


def test_every_documented_setting_exists() -> None:
    assert {name.lower() for name in DOCUMENTED} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_read_somewhere(name: str) -> None:
    readers = [
        path
        for folder in ("api", "runtime", "activities", "workflows", "models")
        for path in (ROOT / folder).rglob("*.py")
    ]
    text = "\n".join(path.read_text() for path in (*readers, ROOT / "cli.py", ROOT / "worker.py"))
    assert re.search(rf"(settings|self)\.{name}\b", text)
