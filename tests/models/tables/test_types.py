"""Our column types, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Text, cast, literal, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.city.units import GridType
from models.tables.types import Instant, LTree, below, text_enum

GRID = "50.500120.500120001.500120001005.500120001005-g18"


async def test_instants_come_back_in_utc(engine: AsyncEngine) -> None:
    shanghai = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    async with engine.connect() as connection:
        await connection.execute(text("SET TIME ZONE 'Asia/Shanghai'"))
        back = await connection.scalar(select(literal(shanghai, Instant())))
    assert back == shanghai
    assert back is not None
    assert back.tzinfo is UTC


async def test_naive_instants_are_refused(engine: AsyncEngine) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is refused
    async with engine.connect() as connection:
        with pytest.raises(StatementError, match="without a time zone"):
            await connection.execute(select(literal(naive, Instant())))


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["50.500120"], True),
        ([GRID], True),
        (["50.500114", "50.500120.500120001"], True),
        (["50.500120.50012000"], False),
        ([f"{GRID}.x"], False),
        ([], False),
    ],
)
async def test_below(engine: AsyncEngine, paths: list[str], expected: bool) -> None:
    async with engine.connect() as connection:
        assert await connection.scalar(select(below(literal(GRID, LTree()), paths))) is expected


async def test_enums_are_stored_by_value(engine: AsyncEngine) -> None:
    stored = literal(GridType.SHOPS, text_enum(GridType))
    async with engine.connect() as connection:
        assert await connection.scalar(select(cast(stored, Text))) == "shops"
        assert await connection.scalar(select(stored)) is GridType.SHOPS
