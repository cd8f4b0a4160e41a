"""Three-way triage (三事分流): whose business a matter is. The vocabulary is configurable."""

from __future__ import annotations

from typing import Final

from models.base import Frozen, Words
from models.city.units import Level


class TriageKind(Frozen):
    """One of the three ways, and the level beyond which such a matter should not have to go."""

    key: str
    name: Words
    stays_at: Level


class TriageVocabulary(Frozen):
    """A place's words for the three ways."""

    key: str
    provenance: str
    kinds: tuple[TriageKind, ...]

    def kind(self, key: str) -> TriageKind | None:
        """The kind with this key, or none."""
        return next((kind for kind in self.kinds if kind.key == key), None)


DINGSHAN: Final = TriageVocabulary(
    key="dingshan",
    provenance="鼎山街道的三事分流:家事不出网格、共事不出社区、公事不出街道(公开报道,2022)",
    kinds=(
        TriageKind(key="home", name=Words(zh="家事", en="Home matter"), stays_at=Level.GRID),
        TriageKind(key="shared", name=Words(zh="共事", en="Shared matter"), stays_at=Level.COMMUNITY),
        TriageKind(key="public", name=Words(zh="公事", en="Public matter"), stays_at=Level.STREET),
    ),
)
NANAN: Final = TriageVocabulary(
    key="nanan",
    provenance="南岸区的大事、小事、私事;与层级的对应为本项目默认,非官方定义",
    kinds=(
        TriageKind(key="private", name=Words(zh="私事", en="Private matter"), stays_at=Level.GRID),
        TriageKind(key="small", name=Words(zh="小事", en="Small matter"), stays_at=Level.COMMUNITY),
        TriageKind(key="great", name=Words(zh="大事", en="Great matter"), stays_at=Level.STREET),
    ),
)
VOCABULARIES: Final = {vocabulary.key: vocabulary for vocabulary in (DINGSHAN, NANAN)}
DEFAULT: Final = DINGSHAN


def triage_kind(said: str) -> TriageKind | None:
    """The way that somebody named, by its key or its Chinese name, in any vocabulary; or none."""
    kinds = (kind for vocabulary in VOCABULARIES.values() for kind in vocabulary.kinds)
    return next((kind for kind in kinds if said in (kind.key, kind.name.zh)), None)
