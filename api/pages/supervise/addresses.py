"""Addresses of lists: what a list is narrowed to stands in its address, and links change parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

_PASSING: Final = ("cursor", "after", "lang")
"""What belongs to one view of a list, not to the list."""


class Address:
    """A path with the parameters that narrow what it shows."""

    def __init__(self, path: str, params: Mapping[str, str]) -> None:
        self.path = path
        self.params = {name: value for name, value in params.items() if value and name not in _PASSING}

    def but(self, **changes: object) -> str:
        """The address with some parameters changed; None takes one away."""
        return _written(self.path, {**self.params, **changes})

    def elsewhere(self, path: str) -> str:
        """The same parameters at another path: the export of a list."""
        return _written(path, self.params)

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """What a form that asks for the parameters `without` has to carry along."""
        return [(name, value) for name, value in self.params.items() if name not in without]

    def __str__(self) -> str:
        return _written(self.path, self.params)


def _written(path: str, params: Mapping[str, object]) -> str:
    query = urlencode({name: str(value) for name, value in params.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path
