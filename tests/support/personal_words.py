"""Invented names and phones that people have typed, and the finding of places where they can be read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MARK: Final = "紫藤架旁第九根灯杆"
"""Stands in the words of every report: they are in histories, and not to be read where these are sealed."""
_SURNAMES: Final = "欧司诸端尉皇澹宗濮公轩令钟宇"


@dataclass
class Told:
    """Everything personal that was typed, and the cases it was typed for."""

    names: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    """Names in the words of commands: which field of which command each was typed into."""
    phones: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    code: str = ""
    """The tracking code of the resident who evaluated."""
    _counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def name(self, where: str) -> str:
        """A name that nobody else has."""
        self.names[where] = self._invented()
        return self.names[where]

    def mention(self, where: str) -> str:
        """The same for the words of a command, where nobody can tell that it is a name."""
        name = self._invented()
        self.mentions[name] = where
        return name

    def _invented(self) -> str:
        n = next(self._counter)
        return f"{_SURNAMES[n % len(_SURNAMES)]}珏{chr(0x9F0E + n)}"

    def phone(self, where: str) -> str:
        """A phone that nobody else has."""
        self.phones[where] = f"139{57284619 + 10_007_993 * next(self._counter) % 40_000_000:08d}"
        return self.phones[where]

    def spellings(self) -> Iterator[tuple[str, bytes]]:
        """What must be found nowhere: where it was typed, and bytes that would betray it."""
        for where, name in self.names.items():
            for spelling in spelled(name):
                yield f"the name of {where}", spelling
        for where, phone in self.phones.items():
            yield f"the phone of {where}", phone[1:].encode()
            yield f"the phone of {where}", phone[:-1].encode()
            yield f"the phone of {where}, in groups", f"{phone[:3]} {phone[3:7]} {phone[7:]}".encode()
            yield f"the phone of {where}, in groups", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}".encode()


def spelled(words: str) -> tuple[bytes, bytes]:
    """The words as they are, and as JSON may escape them."""
    return words.encode(), json.dumps(words).strip('"').encode()


def traces(told: Told, places: dict[str, bytes]) -> list[str]:
    """Where something of it can be read."""
    return [
        f"{what} in {place}"
        for place, data in places.items()
        for what, spelling in told.spellings()
        if spelling in data
    ]


def wordy(told: Told, places: dict[str, bytes]) -> dict[str, set[str]]:
    """Of the words of reports and commands, which stand in which place: the mark, and fields of commands."""
    said = {MARK: MARK} | told.mentions
    found = {
        place: {where for words, where in said.items() if any(way in data for way in spelled(words))}
        for place, data in places.items()
    }
    return {place: words for place, words in found.items() if words}
