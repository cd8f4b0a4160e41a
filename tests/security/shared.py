"""One product for all tests of a module: attacks are many, and starting a worker takes longer than most.

A module says `product = shared.product`; its tests then run in the session's event loop (see conftest.py).
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from runtime.settings import Settings
from tests import servers as kept
from tests.support.product import Product, running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def product(
    seeded_url: str, servers: kept.Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Product]:
    """The product on the run's real Temporal server and a database of the module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", servers.temporal)
        settings = Settings.model_validate(
            {
                "database_url": seeded_url,
                "state_dir": tmp_path_factory.mktemp("security"),
                "secret_key": "a test's own key: 0123456789abcdef",
                "database_patience": 10,
                "statement_timeout": 20,
                "task_queue": f"tests-{uuid.uuid4().hex[:12]}",
                # Attacks keep the machine busy: slowness is not what these tests are about.
                "connect_timeout": 20,
                "pool_timeout": 20,
                "rpc_timeout": 20,
                "login_rate": "1000/minute",
                "login_rate_per_address": "10000/minute",
            }
        )
        client = await Client.connect(servers.temporal, data_converter=pydantic_data_converter)
        async with running(client, settings) as product:
            yield product
