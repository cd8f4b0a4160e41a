"""Making servers ready for this version: tables in PostgreSQL, search attributes in Temporal."""

from __future__ import annotations

import asyncio

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client

from runtime.migrations import upgrade
from runtime.settings import Settings
from runtime.temporal import connect
from workflows.search_attributes import SEARCH_ATTRIBUTES


async def prepare(settings: Settings) -> None:
    """Apply migrations and register search attributes; what is there already stays as it is.

    Raises sqlalchemy.exc.SQLAlchemyError or temporalio.service.RPCError when a server refuses.
    """
    await asyncio.to_thread(upgrade, settings.dsn)
    await register_search_attributes(await connect(settings))


async def register_search_attributes(client: Client) -> None:
    """Add those of SEARCH_ATTRIBUTES that the client's namespace lacks."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
