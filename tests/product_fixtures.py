"""Fixtures of the whole product, on a database seeded with the real tree and the demonstration people."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.underway import Underway
from models.queries.seeding import seed
from models.tables.intakes import CASE_NUMBERS
from runtime.database import create_engine
from runtime.settings import Settings
from tests import servers as kept
from tests.conftest import admin_of, folder_of
from tests.support.product import DEMO_PASSWORD, Product, running

_SEEDED = "shaodao_seeded"


@pytest.fixture(scope="session")
def seeded_template(servers: kept.Servers, template_database: str, request: pytest.FixtureRequest) -> str:
    """Name of a database with the tree of Chongqing and the demonstration people; made once in the run."""
    with kept.lock(folder_of(request.config) / "seeded.lock"), admin_of(servers) as admin:
        made = admin.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [_SEEDED]).fetchone()
        if made != (True,):
            admin.execute(f"DROP DATABASE IF EXISTS {_SEEDED}")
            admin.execute(f"CREATE DATABASE {_SEEDED} TEMPLATE {template_database}")
            asyncio.run(_seed(servers.database(_SEEDED)))
            admin.execute(f"ALTER DATABASE {_SEEDED} IS_TEMPLATE true")
    return _SEEDED


async def _seed(url: str) -> None:
    settings = Settings.model_validate(
        {"database_url": url, "secret_key": "seeding: 0123456789abcdef, no more"}
    )
    engine = create_engine(settings, application="tests-seed")
    try:
        await seed(engine, lambda _what, _done, _all: None, demo_password=DEMO_PASSWORD)
    finally:
        await engine.dispose()


@pytest.fixture(scope="module")
def seeded_url(servers: kept.Servers, seeded_template: str) -> Iterator[str]:
    """SQLAlchemy address of a seeded database of this test module's own."""
    name = f"s_{uuid.uuid4().hex[:12]}"
    with admin_of(servers) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {seeded_template}")
    url = servers.database(name)
    # Numbers are workflow ids: modules share one Temporal server, so each module counts from elsewhere.
    with psycopg.connect(kept.plain(url), autocommit=True) as own:
        own.execute(f"ALTER SEQUENCE {CASE_NUMBERS.name} RESTART WITH {secrets.randbelow(10**11) + 10**6}")
    yield url
    with admin_of(servers) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def product_settings(
    seeded_url: str,
    servers: kept.Servers,
    task_queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings of a product on the seeded database, with a task queue of its own."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    return Settings.model_validate(
        {
            "database_url": seeded_url,
            "state_dir": tmp_path,
            "secret_key": "a test's own key: 0123456789abcdef",
            "database_patience": 10,  # a busy machine is no outage
            "statement_timeout": 20,
            "task_queue": task_queue,
            "login_rate": "1000/minute",
            "login_rate_per_address": "1000/minute",
        }
    )


@pytest.fixture
async def product(temporal: Client, product_settings: Settings) -> AsyncIterator[Product]:
    """The product on the run's real Temporal server: time is the wall clock's."""
    async with running(temporal, product_settings) as product:
        yield product


@pytest.fixture
async def skipping(
    time_skipping_env: WorkflowEnvironment, product_settings: Settings
) -> AsyncIterator[Product]:
    """The product on a time-skipping server: `await product.later(…)` lets days pass in a moment."""
    async with running(time_skipping_env.client, product_settings, time_skipping_env) as product:
        yield product


@pytest.fixture
def no_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody promises to see to what a case decides, as while PostgreSQL takes nothing: it does so itself."""

    async def none(self: Underway, number: str) -> None:
        del self, number

    monkeypatch.setattr(Underway, "_promised", none)
