"""Typed search attributes of a case: what an operator may filter by in Temporal's UI. No personal data."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

CATEGORY = SearchAttributeKey.for_keyword("ShaodaoCategory")
URGENCY = SearchAttributeKey.for_keyword("ShaodaoUrgency")
STREET = SearchAttributeKey.for_keyword("ShaodaoStreet")
DISTRICT = SearchAttributeKey.for_keyword("ShaodaoDistrict")
ENTRY_LEVEL = SearchAttributeKey.for_keyword("ShaodaoEntryLevel")

#: All of them, to be registered with a server before the first case is opened.
SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[str], ...] = (CATEGORY, URGENCY, STREET, DISTRICT, ENTRY_LEVEL)
