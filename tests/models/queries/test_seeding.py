"""The first start, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import time

import pytest
from pwdlib import PasswordHash
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from models.base import Urgency
from models.city.catalogue import Matter
from models.city.data_files import load_catalogue
from models.city.demonstration import demo_people
from models.city.units import UnitKind
from models.clocks.policy import Policy
from models.clocks.policy_files import load_policies
from models.queries import seeding
from models.queries.people import find_login
from models.queries.seeding import is_seeded, seed
from models.tables.catalogue import CatalogueItemRow
from models.tables.people import PersonRow, PostRow
from models.tables.policies import PolicyRow
from models.tables.units import UnitRow
from runtime.database import Sessions
from tests.models.queries.city import silent

PASSWORD = "for this test only"


async def count(engine: AsyncEngine, table: type[UnitRow] | type[PersonRow] | type[PostRow]) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_a_fault_leaves_the_database_as_it_was(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError("catalogue cannot be read")

    monkeypatch.setattr(seeding, "load_catalogue", broken)
    with pytest.raises(ValueError, match="cannot be read"):
        await seed(engine, silent)
    assert not await is_seeded(engine)
    assert await count(engine, UnitRow) == 0


async def test_two_first_starts_at_once_fill_it_once(engine: AsyncEngine) -> None:
    steps: list[tuple[str, int, int]] = []

    def note(words: str, done: int, total: int) -> None:
        steps.append((words, done, total))

    assert not await is_seeded(engine)
    began = time.monotonic()
    await asyncio.gather(*(seed(engine, note, demo_password=PASSWORD) for _ in range(2)))
    assert time.monotonic() - began < 15
    assert await is_seeded(engine)
    assert await count(engine, PersonRow) == len(demo_people())
    assert len({words for words, _, _ in steps}) == 4
    assert all(0 <= done <= total for _, done, total in steps)
    finished = {words for words, done, total in steps if done == total}
    assert finished == {words for words, _, _ in steps}


async def test_the_tree_is_the_published_one(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        kinds = await connection.execute(select(col(UnitRow.kind), func.count()).group_by(col(UnitRow.kind)))
        found = dict(iter(kinds))
        wrong = await connection.scalar(
            text(
                "SELECT count(*) FROM units u LEFT JOIN units p ON p.id = u.parent_id"
                " WHERE u.path <> CASE WHEN p.id IS NULL THEN u.id::ltree ELSE p.path || u.id END"
            )
        )
    assert found[UnitKind.DISTRICT] == 38
    assert found[UnitKind.STREET] == 1_031
    assert found[UnitKind.COMMUNITY] == 11_270
    assert found[UnitKind.SECTION] == 4_124
    assert wrong == 0


async def test_catalogue_and_policies_are_the_shipped_ones(sessions: Sessions) -> None:
    async with sessions.read() as session:
        items = (
            await session.execute(select(CatalogueItemRow).order_by(col(CatalogueItemRow.position)))
        ).scalars()
        matters = {item.key: Matter.model_validate(item.body) for item in items}
        rows = (await session.execute(select(PolicyRow))).scalars()
        policies = {row.id: Policy.model_validate(row.body) for row in rows}
        eave = await session.get_one(CatalogueItemRow, "eave-collapse")
    assert list(matters.values()) == list(load_catalogue())
    assert policies == load_policies()
    assert (eave.urgency, eave.department, eave.policy) == (Urgency.CRITICAL, "zhujian", "135")


async def test_everybody_enters_with_the_one_password(sessions: Sessions) -> None:
    async with sessions.read() as session:
        worker = await find_login(session, "dongguan-g18")
        nobody = await find_login(session, "dongguan-g99")
        hashes = (await session.execute(select(func.count(col(PersonRow.password_hash).distinct())))).scalar()
    assert worker is not None
    assert PasswordHash.recommended().verify(PASSWORD, worker.password_hash)
    assert PASSWORD not in repr(worker)
    assert nobody is None
    assert hashes == 1


async def test_a_later_start_changes_nothing(engine: AsyncEngine) -> None:
    await seed(engine, silent, demo_password="another")
    assert await count(engine, PersonRow) == len(demo_people())
