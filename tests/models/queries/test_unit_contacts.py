"""Public contacts: the nearest unit that publishes one is called, and only its own unit changes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.unit_contacts import (
    NewUnitContact,
    UnitContactNotFound,
    change_contact,
    contacts_at,
    contacts_for,
    publish_contact,
    withdraw_contact,
)
from models.tables.unit_contacts import ContactKind
from runtime.database import Sessions
from tests.support.reading import furnish, statements
from tests.support.world import ADMINISTRATOR, CHAIN, COMMUNITY, GRID, OTHER_GRID, STREET

AT = datetime(2026, 3, 2, tzinfo=UTC)
ADMIN = ADMINISTRATOR.person
DESK = NewUnitContact(kind=ContactKind.COMMUNITY, name="东关社区值班室", phone="023-0000 0001", note="24小时")


@pytest.fixture(autouse=True)
async def furnished(engine: AsyncEngine) -> None:
    await furnish(engine)


async def test_for_each_kind_the_nearest_unit_counts(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions.write() as session:
        far = NewUnitContact(kind=ContactKind.POLICE, name="派出所", phone="110")
        near = [
            NewUnitContact(kind=ContactKind.POLICE, name="警务室", phone=f"023-0000 000{n}") for n in (2, 3)
        ]
        await publish_contact(session, STREET.id, far, ADMIN, AT)
        for contact in near:
            await publish_contact(session, COMMUNITY.id, contact, ADMIN, AT)
        await publish_contact(session, COMMUNITY.id, DESK, ADMIN, AT)
        elsewhere = NewUnitContact(kind=ContactKind.PROPERTY, name="别处的物业")
        await publish_contact(session, OTHER_GRID.id, elsewhere, ADMIN, AT)
    async with sessions.read() as session:
        with statements(engine) as sent:
            found = await contacts_for(session, CHAIN)
        at_the_street = await contacts_for(session, CHAIN[:3])
    assert len(sent) == 1
    assert [(contact.kind.value, contact.name) for contact in found] == [
        ("community", "东关社区值班室"),
        ("police", "警务室"),
        ("police", "警务室"),
    ]
    assert [contact.name for contact in at_the_street] == ["派出所"]


async def test_a_contact_is_changed_and_withdrawn_at_its_own_unit_only(sessions: Sessions) -> None:
    async with sessions.write() as session:
        made = await publish_contact(session, GRID.id, DESK, ADMIN, AT)
        other = NewUnitContact(kind=ContactKind.GRID_WORKER, name="李敏", phone="13800000000")
        with pytest.raises(UnitContactNotFound):
            await change_contact(session, COMMUNITY.id, made.id, other, ADMIN, AT)
        with pytest.raises(UnitContactNotFound):
            await withdraw_contact(session, COMMUNITY.id, made.id)
        await change_contact(session, GRID.id, made.id, other, ADMIN, AT)
    async with sessions.write() as session:
        assert [contact.name for contact in await contacts_at(session, GRID.id)] == ["李敏"]
        await withdraw_contact(session, GRID.id, made.id)
        assert await contacts_at(session, GRID.id) == ()


@pytest.mark.parametrize("phone", ["javascript:alert(1)", "1", "tel:110", "+", "1" * 30, "138;DROP"])
def test_what_is_dialled_is_a_number(phone: str) -> None:
    with pytest.raises(ValidationError):
        NewUnitContact(kind=ContactKind.POLICE, phone=phone)


@pytest.mark.parametrize("phone", ["", "110", "12345", "023-4141 0000", "+86 138 0000 0000"])
def test_short_numbers_and_none_are_numbers(phone: str) -> None:
    assert NewUnitContact(kind=ContactKind.POLICE, phone=phone).phone == phone
