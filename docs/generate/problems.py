"""The codes of problem documents, from the tree of refusals and the tree of the interface's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import TypeVar

from api.errors import ApiError
from docs.generate.tables import table
from models.case.refusals import Refusal

K = TypeVar("K")


def refusals() -> str:
    """What a case may answer, by code."""
    rows = [
        (str(kind.status), f"`{kind.code}`", _said(kind))
        for kind in _below(Refusal)
        if not kind.__subclasses__()
    ]
    return table(("status", "code", "meaning"), sorted(rows))


def errors() -> str:
    """What the interface itself may answer, by code."""
    rows = [
        (str(kind.status), f"`{kind.code}`", kind.title.zh, _said(kind))
        for kind in _below(ApiError)
        if "code" in vars(kind)
    ]
    return table(("status", "code", "title", "meaning"), sorted(rows))


def _said(kind: type) -> str:
    return (getdoc(kind) or "").partition("\n")[0]


def _below(kind: type[K]) -> Iterator[type[K]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
