"""The desks beside a place, and what they let the routing suggest."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.catalogue import Section
from models.city.data_files import load_catalogue
from models.city.routing import suggest_handlers
from models.queries.desks import desks_beside
from models.queries.units import chain
from runtime.database import Sessions
from tests.models.queries.city import ready


async def test_the_eave_is_suggested_to_the_safety_section(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    matter = next(matter for matter in load_catalogue() if matter.key == "eave-collapse")
    async with sessions.read() as session:
        place = await chain(session, "500120001005-g18")
        desks = await desks_beside(session, place)
    assert {section: unit.id for section, unit in desks.sections.items()} == {
        Section.PARTY: "500120001-dangjian",
        Section.ECONOMY: "500120001-jingji",
        Section.LIVELIHOOD: "500120001-minsheng",
        Section.SAFETY: "500120001-pingan",
    }
    assert len(desks.departments) == 30
    found = [suggestion.unit.id for suggestion in suggest_handlers(matter, place[2], place, desks)]
    assert found == ["500120001-pingan", "500120-zhujian", "500120001005"]


async def test_the_city_has_no_desks(engine: AsyncEngine, sessions: Sessions) -> None:
    await ready(engine)
    async with sessions.read() as session:
        desks = await desks_beside(session, await chain(session, "50"))
    assert not desks.sections
    assert not desks.departments
