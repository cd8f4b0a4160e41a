"""Real servers for every test that asks: one PostgreSQL and one Temporal for the run, a database a module."""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from runtime.database import Sessions, create_engine
from runtime.migrations import upgrade
from runtime.settings import Settings
from tests import servers as kept
from workflows.search_attributes import SEARCH_ATTRIBUTES

pytest_plugins = ["tests.product_fixtures", "tests.browser_fixtures"]

_TEMPLATE = "shaodao_template"
_FOLDER = pytest.StashKey[Path]()

_SET = {name for name in os.environ if name.startswith(("SHAODAO_", "TEMPORAL_"))}
for _name in _SET - {"SHAODAO_CHROMIUM"}:
    del os.environ[_name]  # tests say themselves what is set


def pytest_configure(config: pytest.Config) -> None:
    """Choose, in the run's first process, the folder by which all its processes find the servers."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    folder = worker["servers_folder"] if worker else tempfile.mkdtemp(prefix="shaodao-tests-")
    config.stash[_FOLDER] = Path(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each parallel test process where that folder is, and whose run it is."""
    node.workerinput["servers_folder"] = str(node.config.stash[_FOLDER])
    node.workerinput["servers_run"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    if not hasattr(config, "workerinput"):
        kept.dismiss(config.stash[_FOLDER])


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> kept.Servers:
    """PostgreSQL and Temporal, started when the first test asks."""
    worker: dict[str, Any] = getattr(request.config, "workerinput", {})
    return kept.ask(request.config.stash[_FOLDER], worker.get("servers_run", os.getpid()))


@pytest.fixture(scope="session")
def template_database(servers: kept.Servers, request: pytest.FixtureRequest) -> str:
    """Name of a database with every migration applied, once in the run; copied, never used."""
    with kept.lock(request.config.stash[_FOLDER] / "template.lock"), admin_of(servers) as admin:
        made = admin.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [_TEMPLATE]
        ).fetchone()
        if made != (True,):
            admin.execute(f"DROP DATABASE IF EXISTS {_TEMPLATE}")
            admin.execute(f"CREATE DATABASE {_TEMPLATE}")
            upgrade(servers.database(_TEMPLATE))
            admin.execute(f"ALTER DATABASE {_TEMPLATE} IS_TEMPLATE true")
    return _TEMPLATE


@pytest.fixture(scope="module")
def database_url(servers: kept.Servers, template_database: str) -> Iterator[str]:
    """SQLAlchemy address of a migrated, empty database of this test module's own."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with admin_of(servers) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    yield servers.database(name)
    with admin_of(servers) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(
    database_url: str, servers: kept.Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of a house on this module's database and the run's Temporal server."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", servers.temporal)
    return Settings.model_validate(
        {
            "database_url": database_url,
            "state_dir": tmp_path,
            "secret_key": "a test's own key: 0123456789abcdef",
        }
    )


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """An engine on this module's database."""
    engine = create_engine(settings, application="tests", pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Read and write transactions on this module's database."""
    return Sessions(engine)


@pytest.fixture
async def temporal(servers: kept.Servers) -> Client:
    """A client of the run's Temporal server. Share nothing through it: take `task_queue` and your own ids."""
    return await Client.connect(servers.temporal, data_converter=pydantic_data_converter)


@pytest.fixture
def task_queue() -> str:
    """A task queue of this test's own."""
    return f"tests-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def time_skipping_env() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal test server of this test's own, whose clock jumps; search attributes registered."""
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(Path(sys.executable).with_name("temporal-test-server")),
    )
    async with environment:
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=environment.client.namespace,
                search_attributes={
                    key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES
                },
            )
        )
        yield environment


def folder_of(config: pytest.Config) -> Path:
    """The folder by which the run's processes find its servers."""
    return config.stash[_FOLDER]


def admin_of(servers: kept.Servers) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that may make and drop databases."""
    return psycopg.connect(kept.plain(servers.postgres), autocommit=True)
