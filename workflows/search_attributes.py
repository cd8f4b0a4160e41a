"""Typed search attributes of a case: what an operator may filter by in Temporal's UI. No personal data."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from models.case.dossier import Dossier
from models.city.units import UnitKind

CATEGORY = SearchAttributeKey.for_keyword("ShaodaoCategory")
URGENCY = SearchAttributeKey.for_keyword("ShaodaoUrgency")
STREET = SearchAttributeKey.for_keyword("ShaodaoStreet")
DISTRICT = SearchAttributeKey.for_keyword("ShaodaoDistrict")
ENTRY_LEVEL = SearchAttributeKey.for_keyword("ShaodaoEntryLevel")

#: All of them, to be registered with a server before the first case is opened.
SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[str], ...] = (CATEGORY, URGENCY, STREET, DISTRICT, ENTRY_LEVEL)


def attributes_of(dossier: Dossier) -> TypedSearchAttributes:
    """The attributes of a case as it opens; they stay as they are."""
    pairs = [
        SearchAttributePair(CATEGORY, dossier.matter.key),
        SearchAttributePair(URGENCY, dossier.urgency.value),
        SearchAttributePair(ENTRY_LEVEL, dossier.ladder[dossier.entry].level.value),
    ]
    for key, kind in ((STREET, UnitKind.STREET), (DISTRICT, UnitKind.DISTRICT)):
        unit = dossier.unit_of(kind)
        if unit is not None:
            pairs.append(SearchAttributePair(key, unit.id))
    return TypedSearchAttributes(pairs)
