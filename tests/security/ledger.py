"""Who was given the payload, and where it was seen again."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from tests.security.payloads import PAYLOAD, SHORT

FORMULAS: Final = ("=", "+", "-", "@", "\t=", "\r=")
"""How a text begins that a spreadsheet takes for a formula."""
_LABELLED: Final = re.compile(r"⟦(\d+)⟧")


class Ledger:
    """Which fields were given the payload, and in which places each of them was seen again.

    Each text ends with the number of its field, so that where it is seen whole its field is known; and begins
    like a formula, each text of a field in another way.
    """

    def __init__(self) -> None:
        self._labels: list[str] = []
        self._made: Counter[str] = Counter()
        self.seen: dict[str, set[str]] = {}
        """By field, the places that show it."""

    @property
    def labels(self) -> set[str]:
        """Every field that was given the payload."""
        return set(self._labels)

    def text(self, label: str, before: str = "", most: int = 2000) -> str:
        """A text for the field `label`, with the payload in it, of `most` characters."""
        if label not in self._labels:
            self._labels.append(label)
        begins = FORMULAS[(self._labels.index(label) + self._made[label]) % len(FORMULAS)]
        self._made[label] += 1
        ends = f"⟦{self._labels.index(label)}⟧"
        payload = PAYLOAD if len(begins) + len(PAYLOAD) + len(ends) <= most else SHORT
        room = most - len(begins) - len(payload) - len(ends)
        assert room >= 0, f"{label} takes no payload"
        return begins + before[:room] + payload + ends

    def note(self, place: str, *texts: str) -> None:
        """`place` has shown these texts."""
        for text in texts:
            for number in _LABELLED.findall(text):
                self.seen.setdefault(self._labels[int(number)], set()).add(place)
