"""The catalogue of matters (事项目录): what can be reported, who leads, who accepts it, when it is done."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Final, Self

from pydantic import model_validator

from models.base import Frozen, Urgency, Words
from models.city.units import Level

OTHER: Final = "other"
"""The key of the backstop matter (兜底): no department, accepted at every level."""

FAR_BEHIND: Final = 0.2
"""The share of the best score below which a matter is not suggested."""
_RUNS: Final = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]+")
_SAY_NOTHING: Final = frozenset(
    "的了在有是我们这那个人不没上下里外到去来还都很大小又也就被把着过给和与"
) | frozenset(
    "the and are for with over from not out off has have been was were this that there near".split()  # noqa: SIM905
)
"""Characters and words too common to point at a matter."""


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
    """The matters that the typed words may mean, Chinese or English, best first; none when nothing fits.

    Signs (characters, pairs of neighbouring characters, English words) shared with a matter's name and
    search words count the more, the fewer matters have them; a search word that stands whole in the text
    counts on top, longer ones more. Who is far behind the first is left out. The backstop is never
    suggested: it is what remains when nothing fits.
    """
    known = [matter for matter in matters if matter.key != OTHER]
    signs = [_signs(" ".join((*matter.words, matter.name.zh, matter.name.en))) for matter in known]
    frequency = Counter(sign for own in signs for sign in own)
    typed, said = _signs(text), "".join(text.split()).lower()
    scored: list[tuple[float, Matter]] = []
    for matter, own in zip(known, signs, strict=True):
        rare = sum(len(sign) * math.log(1 + len(known) / frequency[sign]) for sign in typed & own)
        whole = sum(len(term) ** 2 for term in (*matter.words, matter.name.zh) if term.lower() in said)
        if rare:
            scored.append((rare + whole, matter))
    scored.sort(key=lambda entry: -entry[0])  # stable: the catalogue's own order decides between equals
    return [matter for score, matter in scored if score >= scored[0][0] * FAR_BEHIND]


def _signs(text: str) -> set[str]:
    """What a text can be recognised by: its characters, their pairs, and its English words."""
    found: set[str] = set()
    for run in _RUNS.findall(text.lower()):
        if run.isascii():
            found |= {_stem(run)} - _SAY_NOTHING
        else:
            found |= set(run) - _SAY_NOTHING
            found |= {pair for pair in map("".join, pairwise(run)) if not _SAY_NOTHING.issuperset(pair)}
    return found


def _stem(word: str) -> str:
    """An English word without the ending that number and time give it."""
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
