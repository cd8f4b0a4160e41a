"""Migrations bring any database to the tables of this version, whoever else does it at the same time."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from models.tables import metadata
from runtime.database import create_engine
from runtime.migrations import is_current, know_ltree
from runtime.settings import Settings
from tests.servers import Servers, plain

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(servers: Servers) -> Iterator[str]:
    """Address of a database without a single table."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(plain(servers.postgres), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield servers.database(name)
    with psycopg.connect(plain(servers.postgres), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_two_that_prepare_one_database_at_once_both_succeed(
    empty: str, servers: Servers, tmp_path: Path
) -> None:
    key = "a test's own key: 0123456789abcdef"
    environment = {
        **os.environ,
        "SHAODAO_DATABASE_URL": empty,
        "SHAODAO_SECRET_KEY": key,
        "SHAODAO_STATE_DIR": str(tmp_path),
        "TEMPORAL_ADDRESS": servers.temporal,
    }
    settings = Settings.model_validate({"database_url": empty, "secret_key": key, "state_dir": tmp_path})
    engine = create_engine(settings)
    try:
        assert not await is_current(engine)
        both = [
            await asyncio.create_subprocess_exec(
                sys.executable, str(ROOT / "cli.py"), "prepare", env=environment,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )
            for _ in range(2)
        ]  # fmt: skip
        for process in both:
            output, _ = await process.communicate()
            assert process.returncode == 0, output.decode()
            assert b"up to date" in output
        assert await is_current(engine)
    finally:
        await engine.dispose()


async def test_the_migrations_make_exactly_the_tables_of_the_code(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        know_ltree(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
