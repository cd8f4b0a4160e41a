"""Looking at what the product wrote, straight in its tables, and waiting until it has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import text

from tests.support.product import Product

T = TypeVar("T")


async def rows(product: Product, statement: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of an SQL statement, by column name."""
    async with product.services.sessions.read() as session:
        found = await session.execute(text(statement), values)
        return [dict(row) for row in found.mappings()]


async def row(product: Product, statement: str, **values: Any) -> dict[str, Any]:
    """The only row of an SQL statement."""
    found = await rows(product, statement, **values)
    assert len(found) == 1, found
    return found[0]


async def written(product: Product, number: str, *kinds: str) -> list[dict[str, Any]]:
    """The facts of a case as PostgreSQL has them, of these kinds (or all), in order."""
    statement = "SELECT * FROM facts WHERE case_number = :number ORDER BY seq"
    found = await rows(product, statement, number=number)
    return [fact for fact in found if not kinds or fact["kind"] in kinds]


async def eventually(
    ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], within: float = 20.0, every: float = 0.1
) -> T:
    """The first answer that `holds`; fails with the last one after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = await ask()
        if holds(answer):
            return answer
        assert time.monotonic() < deadline, f"not within {within} s: {answer}"
        await asyncio.sleep(every)
