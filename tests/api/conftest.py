"""The API on real servers: a house of few units and people, and a client that speaks to it in process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from runtime.settings import Settings
from tests.api.house import House, furnish


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    """The units and people of `tests.api.house` in this module's database, each sign-in still to be made."""
    return await furnish(engine)


@pytest.fixture
async def app(settings: Settings, house: House) -> AsyncIterator[FastAPI]:
    """The application, started."""
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet: sign in with `tests.api.house.signed_in`."""
    transport = httpx.ASGITransport(app)
    speaks = {"Accept": "application/json"}  # as programs do; browsers are shown pages
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shaodao.test", headers=speaks
    ) as client:
        yield client
