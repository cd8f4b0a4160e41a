"""The product behind lines that can be cut: one to PostgreSQL, one to Temporal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from runtime.settings import Settings
from tests.support.lines import Line, line_to
from tests.support.product import Product, serving, working
from tests.support.rolling import rolling_client

PATIENCE: Final = timedelta(seconds=0.8)
"""How long a command waits for PostgreSQL where it may be away: the setting's own default."""


def through(line: Line, settings: Settings) -> Settings:
    """The settings, with PostgreSQL at the near end of the line."""
    address = urlsplit(settings.dsn)
    assert address.port is not None
    credentials = address.netloc.rpartition("@")[0]
    behind = address._replace(netloc=f"{credentials}@{line.target[0]}:{line.port}")
    return settings.model_copy(
        update={"database_url": SecretStr(urlunsplit(behind)), "database_patience": PATIENCE}
    )


@asynccontextmanager
async def behind_a_line_to_postgres(
    client: Client, settings: Settings, *, rolls_at: int | None = None
) -> AsyncIterator[tuple[Product, Line]]:
    """The product, whose worker and API reach PostgreSQL through the line only.

    With `rolls_at`, histories roll over at that length.
    """
    address = urlsplit(settings.dsn)
    assert address.hostname is not None
    assert address.port is not None
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(line_to(address.hostname, address.port))
        cuttable = through(line, settings)
        await stack.enter_async_context(working(client, cuttable))
        starting = client if rolls_at is None else rolling_client(client, rolls_at)
        yield await _product(stack, starting, cuttable), line


@asynccontextmanager
async def behind_a_line_to_temporal(
    client: Client, settings: Settings, address: str, *, worker: bool = True
) -> AsyncIterator[tuple[Product, Line]]:
    """The product, whose API reaches Temporal through the line only.

    `client` stays connected, for the test and for the worker; without one, nobody works.
    """
    host, _, port = address.rpartition(":")
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(line_to(host, int(port)))
        if worker:
            await stack.enter_async_context(working(client, settings))
        cuttable = await Client.connect(
            f"{line.target[0]}:{line.port}", data_converter=pydantic_data_converter
        )
        product = await _product(stack, cuttable, settings)
        yield Product(product.app, product.http, client), line


async def _product(stack: AsyncExitStack, client: Client, settings: Settings) -> Product:
    app = await stack.enter_async_context(serving(client, settings))
    transport = httpx.ASGITransport(app)
    http = await stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url="http://shaodao.test")
    )
    return Product(app, http, client)
