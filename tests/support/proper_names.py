"""Names of places, desks and people, which stay Chinese on an English page (WCAG 2.1 §3.1.2 exempts them)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from models.city.demonstration import demo_people
from models.city.tree_files import load_tree

HAN: Final = re.compile(r"[\u4e00-\u9fff]")


@cache
def proper_names() -> frozenset[str]:
    """The names of all units of the tree and of the demonstration people."""
    units = {name for unit in load_tree() for name in (unit.name, unit.official_name)}
    return frozenset(units | {person.name for person in demo_people()})


def is_made_of_names(text: str) -> bool:
    """Whether nothing Chinese is left when the names in `text` are taken out, the longest first."""
    longest = max(map(len, proper_names()))
    place = 0
    while place < len(text):
        if not HAN.match(text[place]) and not text[place].isdigit():
            place += 1
            continue
        for length in range(min(longest, len(text) - place), 0, -1):
            if text[place : place + length] in proper_names():
                place += length
                break
        else:
            if HAN.match(text[place]):
                return False
            place += 1
    return True
