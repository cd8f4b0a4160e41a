"""The catalogue of matters (事项目录): what can be reported, who leads, who accepts it, when it is done."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Self

from pydantic import model_validator

from models.base import Frozen, Urgency, Words
from models.city.units import Level

OTHER: Final = "other"
"""The key of the backstop matter (兜底): no department, accepted at every level."""


class Section(StrEnum):
    """The four sections (四板块) of a street's command centre."""

    PARTY = "party"  # 党的建设
    ECONOMY = "economy"  # 经济发展
    LIVELIHOOD = "livelihood"  # 民生服务
    SAFETY = "safety"  # 平安法治


class Matter(Frozen):
    """One kind of matter. A case keeps a copy, so that a later edition changes nothing for it."""

    key: str
    name: Words
    section: Section
    department: str | None = None
    """Suffix of the lead department's unit id (`chengguan`); none: the district's own centre."""
    urgency: Urgency = Urgency.ORDINARY
    """How pressing such a matter is unless the report says otherwise."""
    entry: Level | None = None
    """Where it enters, whatever the urgency; none: the general rule of `routing.entry_rung`."""
    accepted_by: tuple[Level, ...] = (Level.GRID, Level.COMMUNITY, Level.STREET, Level.DISTRICT)
    """Tier-and-category library (分级分类库): the levels that must accept it, bottom to top. It may not be
    pushed down to a level that is not here; a level below may send it straight up."""
    closing: Words
    """What must be true before it may be closed."""
    policy: str = "135"
    """The policy of its deadlines."""
    variant: str | None = None
    """Which of the policy's variants, where it has several."""
    words: tuple[str, ...] = ()
    """What people call it: search words, Chinese."""
    callback: bool = True
    """Whether the reporter is called back before it closes; sensors and duty checks have nobody to call."""

    @model_validator(mode="after")
    def _levels_are_in_order(self) -> Self:
        ranks = [level.rank for level in self.accepted_by]
        if not ranks or ranks != sorted(set(ranks)):
            raise ValueError(f"{self.key}: accepted_by names at least one level, bottom to top")
        if Level.CITY in self.accepted_by:
            raise ValueError(f"{self.key}: the city supervises, it does not accept cases")
        if self.entry is not None and self.entry not in self.accepted_by:
            raise ValueError(f"{self.key}: enters at the {self.entry}, which need not accept it")
        return self

    def accepts(self, level: Level) -> bool:
        """Whether a unit at `level` must accept this matter, so that it may be sent down to it."""
        return level in self.accepted_by


def suggest(text: str, matters: Iterable[Matter]) -> list[Matter]:
    """The matters that the typed words may mean, best first; none when nothing fits.

    A search word that stands in the text counts most, longer ones more; character pairs shared with the
    name or the words break ties and find what was spelt a little differently. The backstop is never
    suggested: it is what remains when nothing fits.
    """
    typed = "".join(text.split()).lower()
    pairs = _pairs(typed)
    scored: list[tuple[int, Matter]] = []
    for matter in matters:
        if matter.key == OTHER:
            continue
        terms = (*matter.words, matter.name.zh)
        contained = sum(len(term) ** 2 for term in terms if term.lower() in typed)
        shared = len(pairs & {pair for term in terms for pair in _pairs(term.lower())})
        english = len(set(matter.name.en.lower().split()) & set(text.lower().split()))
        score = 4 * contained + shared + 4 * english
        if score:
            scored.append((score, matter))
    scored.sort(key=lambda entry: -entry[0])  # stable: the catalogue's own order decides between equals
    return [matter for _, matter in scored]


def _pairs(text: str) -> set[str]:
    """Every two neighbouring characters."""
    return {text[i : i + 2] for i in range(len(text) - 1)}
