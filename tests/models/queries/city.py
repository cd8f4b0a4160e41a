"""A seeded city, for query tests: the real tree, catalogue, policies, calendar and demonstration people."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from models.queries.seeding import seed


def silent(words: str, done: int, total: int) -> None:
    """A progress nobody looks at."""


async def ready(engine: AsyncEngine) -> None:
    """Seed unless it is done already (a database serves one test module)."""
    await seed(engine, silent, demo_password="for this test only")
