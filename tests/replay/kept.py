"""The histories that are kept, and the state each ends with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from models.base import Frozen

HISTORIES: Final = Path(__file__).parent / "histories"
LIMIT: Final = 200_000
"""Bytes of one history: they are read by people, and downloaded with the source."""


class Expected(Frozen):
    """The end of one run. `head` is the hash of its last fact, and with it of every fact before."""

    id: str
    """The workflow's id, which a history does not hold."""
    version: int
    head: str
    snapshot: dict[str, Any]


def names() -> list[str]:
    """The histories, by name."""
    return sorted(path.stem for path in HISTORIES.glob("*.json") if not path.stem.endswith(".end"))


def history(name: str) -> str:
    """A history as JSON."""
    return (HISTORIES / f"{name}.json").read_text(encoding="utf-8")


def expected(name: str) -> Expected:
    """How it ends."""
    return Expected.model_validate_json((HISTORIES / f"{name}.end.json").read_text(encoding="utf-8"))
