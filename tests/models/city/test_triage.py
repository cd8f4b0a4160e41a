"""Three-way triage: two vocabularies, each with three ways that stay at three levels."""

from __future__ import annotations

import pytest

from models.city.triage import DEFAULT, DINGSHAN, VOCABULARIES, TriageVocabulary
from models.city.units import Level


@pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=VOCABULARIES)
def test_three_ways_climb_from_grid_to_street(vocabulary: TriageVocabulary) -> None:
    assert [kind.stays_at for kind in vocabulary.kinds] == [Level.GRID, Level.COMMUNITY, Level.STREET]
    assert len({kind.key for kind in vocabulary.kinds}) == 3
    assert vocabulary.provenance


def test_dingshan_is_the_default() -> None:
    assert DEFAULT is DINGSHAN
    shared = DEFAULT.kind("shared")
    assert shared is not None
    assert (shared.name.zh, shared.stays_at) == ("共事", Level.COMMUNITY)
    assert DEFAULT.kind("nobody's") is None
