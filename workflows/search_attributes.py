"""Typed search attributes of a case: what an operator may filter by in Temporal's UI. No personal data.

Where it happened, which never changes. All else people find in Shaodao's own lists.
"""

from __future__ import annotations

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from models.case.dossier import Dossier
from models.city.units import UnitKind

STREET = SearchAttributeKey.for_keyword("ShaodaoStreet")
DISTRICT = SearchAttributeKey.for_keyword("ShaodaoDistrict")

#: All of them, to be registered with a server before the first case is opened.
SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[str], ...] = (STREET, DISTRICT)


def attributes_of(dossier: Dossier) -> TypedSearchAttributes:
    """The attributes of a case as it opens; they stay as they are."""
    places = ((STREET, UnitKind.STREET), (DISTRICT, UnitKind.DISTRICT))
    known = ((key, dossier.unit_of(kind)) for key, kind in places)
    return TypedSearchAttributes([SearchAttributePair(key, unit.id) for key, unit in known if unit])
