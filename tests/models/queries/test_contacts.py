"""Reporters' data: masked for most, in full for few, and every reading written down."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.people import Post, Principal, Role
from models.city.units import UnitKind, UnitRef
from models.queries.contacts import (
    Contact,
    ContactMissing,
    ContactNotYours,
    MaskedContact,
    erase_contact,
    masked,
    masked_contacts,
    new_reference,
    read_contact,
    store_contact,
)
from runtime.database import Sessions

AT = datetime(2026, 3, 2, tzinfo=UTC)
STREET = UnitRef(id="500120001", kind=UnitKind.STREET, name="璧城街道", path="50.500120.500120001")
WANG = Contact(name="王小明", phone="13812345678", note="晚上八点后打")


def _holder(*roles: Role) -> Principal:
    return Principal(
        person="p_li", posts=tuple(Post(id=f"post_{role}", unit=STREET, role=role) for role in roles)
    )


@pytest.mark.parametrize(
    ("name", "phone", "shown"),
    [
        ("王小明", "13812345678", ("王**", "138****5678")),
        ("欧", "+86 138 1234 5678", ("欧**", "138****5678")),
        (None, "023-41412345", (None, "023****2345")),
        ("Anna", "41412345", ("A**", "****45")),
        (None, None, (None, None)),
    ],
)
def test_the_mask_shows_enough_to_recognise_and_too_little_to_call(
    name: str | None, phone: str | None, shown: tuple[str | None, str | None]
) -> None:
    view = masked(Contact(name=name, phone=phone, note="他在十八号楼"))
    assert (view.name, view.phone) == shown
    assert "十八" not in view.model_dump_json()


@pytest.mark.parametrize("phone", ["call me", "123", "1" * 30, "138<script>5678", ""])
def test_a_phone_is_a_phone(phone: str) -> None:
    with pytest.raises(ValidationError):
        Contact(phone=phone)


def test_references_tell_nothing_and_never_meet() -> None:
    references = {new_reference() for _ in range(1000)}
    assert len(references) == 1000
    assert all(len(reference) == 25 for reference in references)


async def _stored(sessions: Sessions, contact: Contact) -> str:
    reference = new_reference()
    async with sessions.write() as session:
        await store_contact(session, reference, contact, AT)
    return reference


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.COMMUNITY_OFFICER, Role.GRID_WORKER, Role.GRID_HEAD])
async def test_who_calls_back_reads_in_full_and_leaves_a_trace(
    sessions: Sessions, engine: AsyncEngine, role: Role
) -> None:
    reference = await _stored(sessions, WANG)
    async with sessions.write() as session:
        contact = await read_contact(
            session, _holder(Role.AUDITOR, role), reference, case_no="20260302-000001", reason="回访", at=AT
        )
    assert contact == WANG
    async with engine.connect() as connection:
        traces = await connection.execute(
            text(
                "SELECT person_id, role, case_no, reason, at FROM contact_reads WHERE reference = :reference"
            ),
            {"reference": reference},
        )
    assert traces.all() == [("p_li", role.value, "20260302-000001", "回访", AT)]


@pytest.mark.parametrize(
    "role",
    [
        role
        for role in Role
        if role not in {Role.DISPATCHER, Role.COMMUNITY_OFFICER, Role.GRID_WORKER, Role.GRID_HEAD}
    ],
)
async def test_everybody_else_does_not(sessions: Sessions, engine: AsyncEngine, role: Role) -> None:
    reference = await _stored(sessions, WANG)
    async with sessions.write() as session:
        with pytest.raises(ContactNotYours):
            await read_contact(session, _holder(role), reference, case_no="n", reason="r", at=AT)
        assert await masked_contacts(session, [reference, "ct_unknown"]) == {reference: masked(WANG)}


async def test_what_is_not_there_is_missing(sessions: Sessions) -> None:
    async with sessions.write() as session:
        with pytest.raises(ContactMissing):
            await read_contact(
                session, _holder(Role.DISPATCHER), "ct_unknown", case_no="n", reason="r", at=AT
            )


def test_a_contact_row_does_not_show_itself_in_logs() -> None:
    from models.tables.contacts import ContactRow

    row = ContactRow(reference="ct_1", name=WANG.name, phone=WANG.phone, note=WANG.note, created_at=AT)
    assert "王" not in repr(row)
    assert "138" not in repr(row)


async def test_what_was_erased_is_gone_and_who_had_read_it_stays_known(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    reference = await _stored(sessions, WANG)
    async with sessions.write() as session:
        await read_contact(session, _holder(Role.DISPATCHER), reference, case_no="n", reason="回访", at=AT)
        assert await erase_contact(session, reference)
    async with sessions.write() as session:
        assert not await erase_contact(session, reference)
        assert not await erase_contact(session, "ct_unknown")
        assert await masked_contacts(session, [reference]) == {reference: MaskedContact(erased=True)}
        with pytest.raises(ContactMissing):
            await read_contact(session, _holder(Role.DISPATCHER), reference, case_no="n", reason="r", at=AT)
    async with engine.connect() as connection:
        left = await connection.execute(
            text("SELECT count(*) FROM contact_reads WHERE reference = :reference"), {"reference": reference}
        )
    assert left.scalar_one() == 1
