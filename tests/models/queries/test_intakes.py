"""One key, one case: however often and however simultaneously it is sent."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.contacts import Contact
from models.queries.intakes import Intake, KeyUsedForAnother, take_in
from runtime.database import Sessions

EVENING = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # 2 March, 00:30 in Shanghai
CONTACT = Contact(name="王小明", phone="13812345678")


async def _sent(
    sessions: Sessions,
    key: str,
    *,
    person: str = "p_li",
    fingerprint: str = "f",
    contact: Contact | None = None,
) -> Intake:
    async with sessions.write() as session:
        return await take_in(session, person, key, fingerprint, contact, EVENING)


async def _count(engine: AsyncEngine, statement: str) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(text(statement)) or 0)


async def test_the_number_has_the_day_in_shanghai_and_six_digits(sessions: Sessions) -> None:
    intake = await _sent(sessions, "a")
    assert re.fullmatch(r"20260302-\d{6}", intake.case_no)
    assert not intake.repeated
    assert intake.taken_at == EVENING


async def test_ten_at_once_are_one_case_and_one_contact(engine: AsyncEngine) -> None:
    before = await _count(engine, "SELECT count(*) FROM contacts")
    intakes = await asyncio.gather(*(_sent(Sessions(engine), "tenfold", contact=CONTACT) for _ in range(10)))
    assert len({(intake.case_no, intake.contact_reference) for intake in intakes}) == 1
    assert sorted(intake.repeated for intake in intakes) == [False] + [True] * 9
    assert await _count(engine, "SELECT count(*) FROM contacts") == before + 1


async def test_a_later_try_gets_the_first_answer(sessions: Sessions) -> None:
    first = await _sent(sessions, "again", contact=CONTACT)
    async with sessions.write() as session:
        later = await take_in(session, "p_li", "again", "f", CONTACT, datetime(2026, 3, 5, tzinfo=UTC))
    assert later == first.model_copy(update={"repeated": True})


async def test_different_keys_and_different_people_are_different_cases(sessions: Sessions) -> None:
    numbers = {
        (await _sent(sessions, key, person=person)).case_no
        for key in ("k1", "k2", "k3")
        for person in ("p_one", "p_two")
    }
    assert len(numbers) == 6


async def test_a_key_used_for_something_else_names_the_first_case(sessions: Sessions) -> None:
    first = await _sent(sessions, "reused", fingerprint="one")
    with pytest.raises(KeyUsedForAnother) as refused:
        await _sent(sessions, "reused", fingerprint="another")
    assert refused.value.case_no == first.case_no


async def test_a_try_that_was_undone_leaves_the_key_free(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions.write() as session:
        await take_in(session, "p_li", "undone", "f", CONTACT, EVENING)
        await session.rollback()
    assert not (await _sent(sessions, "undone")).repeated


async def test_the_counter_grows_beyond_six_digits(sessions: Sessions, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SELECT setval('case_number_seq', 999999)"))
    assert (await _sent(sessions, "the millionth")).case_no == "20260302-1000000"
