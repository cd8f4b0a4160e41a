"""What the QR code on a building shows, and which places have one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.people import Role
from models.queries.public_units import coded_places, communities_within, public_place
from models.queries.unit_contacts import NewUnitContact, publish_contact
from models.queries.units import UnitNotFound
from models.tables.unit_contacts import ContactKind
from runtime.database import Sessions
from tests.support.reading import LONG_AGO, furnish, named, statements
from tests.support.world import (
    ADMINISTRATOR,
    CITY,
    COMMUNITY,
    DISPATCHER,
    FOREIGN_DISPATCHER,
    GRID,
    HEAD_A,
    HEAD_B,
    LIVELIHOOD,
    MICRO_GRID,
    OFFICER,
    OTHER_COMMUNITY,
    OTHER_GRID,
    STREET,
    WORKER,
)

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
async def furnished(engine: AsyncEngine) -> None:
    await furnish(engine)


async def test_a_building_shows_its_grid_the_grids_people_and_whom_to_call(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    async with sessions.write() as session:
        desk = NewUnitContact(kind=ContactKind.COMMUNITY, name="值班室", phone="023-0000 0001")
        await publish_contact(session, COMMUNITY.id, desk, ADMINISTRATOR.person, NOW)
    async with sessions.read() as session:
        with statements(engine) as sent:
            place = await public_place(session, MICRO_GRID.id, NOW)
    assert len(sent) <= 3
    assert place.name == "璧城街道东关社区18网格1栋"
    assert place.community is not None
    assert place.community.id == COMMUNITY.id
    assert [(person.name, person.role) for person in place.people] == [
        (named(WORKER.person), Role.GRID_WORKER),
        (named(HEAD_A.person), Role.GRID_HEAD),
        (named(HEAD_B.person), Role.GRID_HEAD),
    ]
    assert [contact.name for contact in place.contact(ContactKind.COMMUNITY)] == ["值班室"]
    assert place.contact(ContactKind.POLICE) == ()


async def test_only_people_of_the_grid_at_that_time_are_named(sessions: Sessions) -> None:
    async with sessions.read() as session:
        assert (await public_place(session, COMMUNITY.id, NOW)).people == ()
        assert (await public_place(session, GRID.id, LONG_AGO - timedelta(days=1))).people == ()


@pytest.mark.parametrize(
    "unit", [CITY.id, STREET.id, LIVELIHOOD.id, "nowhere", "500120001005-g99", "' OR 1=1"]
)
async def test_other_units_have_no_code(sessions: Sessions, unit: str) -> None:
    async with sessions.read() as session:
        with pytest.raises(UnitNotFound):
            await public_place(session, unit, NOW)


async def test_posters_are_for_places_within_reach(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions.read() as session:
        with statements(engine) as sent:
            whole = await coded_places(session, OFFICER.posts, COMMUNITY.id)
        assert len(sent) == 1
        assert [place.id for place in whole] == [COMMUNITY.id, OTHER_GRID.id, GRID.id, MICRO_GRID.id]
        assert {(place.street, place.community) for place in whole} == {("璧城街道", "东关社区")}
        assert [p.id for p in await coded_places(session, DISPATCHER.posts, GRID.id)] == [
            GRID.id,
            MICRO_GRID.id,
        ]
        assert await coded_places(session, OFFICER.posts, OTHER_COMMUNITY.id) == ()
        assert await coded_places(session, FOREIGN_DISPATCHER.posts, GRID.id) == ()
        assert await coded_places(session, DISPATCHER.posts, STREET.id) == ()


async def test_communities_are_listed_within_reach_in_pages_and_by_words(sessions: Sessions) -> None:
    async with sessions.read() as session:
        mine = await communities_within(session, DISPATCHER.posts)
        assert [place.id for place in mine] == sorted([COMMUNITY.id, OTHER_COMMUNITY.id])
        first = await communities_within(session, DISPATCHER.posts, limit=1)
        rest = await communities_within(session, DISPATCHER.posts, after=first[0].id)
        assert [*first, *rest] == [*mine]
        found = await communities_within(session, DISPATCHER.posts, words=" 东关 ")
        assert [place.name for place in found] == ["东关社区"]
        assert len(await communities_within(session, DISPATCHER.posts, words="璧城")) == 2
        assert await communities_within(session, DISPATCHER.posts, words="%") == ()
        assert await communities_within(session, FOREIGN_DISPATCHER.posts) == ()
