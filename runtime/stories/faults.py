"""Why a story cannot go on.

StageFault
├── NotReady    the product does not answer, or does not know the people; or there is no such story
└── Refused     the product refused a step; says which problem
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class StageFault(RuntimeError):
    """The story cannot go on."""


class NotReady(StageFault):
    """There is nothing to play on, or nothing to play. The words say what to do about it."""


class Refused(StageFault):
    """The product refused something."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """`problem` is the problem document (RFC 9457) of the answer."""
        said = problem.get("detail") or problem.get("title") or ""
        super().__init__(f"{status} {problem.get('code', '')}: {said}")
