"""Finding a matter in the catalogue: what the words of a report may mean, and where a name is mentioned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Frozen
from models.city.catalogue import OTHER, Matter, suggest
from models.queries.catalogue import active_matters

SUGGESTED: Final = 3
"""As many fit on a phone under what is being typed."""
FOUND: Final = 12
"""As many as anybody scrolls through after searching."""


class Matters(Frozen):
    """What was found for some words."""

    suggested: tuple[Matter, ...]
    """What the words may mean, best first; empty when nothing fits."""
    named: tuple[Matter, ...]
    """Others that have the words, as they stand, in their name or among their search words."""


async def search_matters(session: AsyncSession, typed: str) -> Matters:
    """What `typed` may mean, out of the catalogue as it is now; one query."""
    return find_matters(typed, await active_matters(session))


def find_matters(typed: str, matters: Sequence[Matter]) -> Matters:
    """What `typed` may mean among `matters`; the backstop only if its own name is typed."""
    ranked = suggest(typed, matters)
    suggested = tuple(ranked[:SUGGESTED])
    literal = [matter for matter in matters if _mentions(matter, typed)]
    rest = dict.fromkeys((*ranked[SUGGESTED:], *literal))
    named = [matter for matter in rest if matter not in suggested]
    return Matters(suggested=suggested, named=tuple(named[:FOUND]))


def backstop(matters: Sequence[Matter]) -> Matter | None:
    """The matter for what fits nowhere (兜底), if the catalogue has it."""
    return next((matter for matter in matters if matter.key == OTHER), None)


def _mentions(matter: Matter, typed: str) -> bool:
    wanted = typed.strip().lower()
    said = (matter.name.zh, matter.name.en.lower(), *matter.words)
    return bool(wanted) and any(wanted in one for one in said)
