"""A database that is not a demonstration."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.seeding import is_seeded, seed
from models.tables.people import PersonRow
from tests.models.queries.city import silent


async def test_nobody_comes_without_a_demonstration_password(engine: AsyncEngine) -> None:
    await seed(engine, silent, section_set="longting")
    async with engine.connect() as connection:
        people = await connection.scalar(select(func.count()).select_from(PersonRow))
    assert await is_seeded(engine)
    assert people == 0
