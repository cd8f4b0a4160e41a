"""Cases whose histories roll over early, so that a test sees it happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)
from temporalio.testing import WorkflowEnvironment

from runtime.settings import Settings
from tests.support.product import Product, serving, working
from workflows.messages import CaseInput


class RollsOver(Interceptor):
    """Starts every case so that its history rolls over at a length."""

    def __init__(self, at_events: int) -> None:
        self._at_events = at_events

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - theirs
        """Stand in front of what sends."""
        return _Starts(next, self._at_events)


class _Starts(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, at_events: int) -> None:  # noqa: A002 - theirs
        super().__init__(next)
        self._at_events = at_events

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002 - theirs
    ) -> WorkflowUpdateHandle[Any]:
        start = input.start_workflow_input
        [opening] = start.args
        assert isinstance(opening, CaseInput)
        start.args = [opening.model_copy(update={"roll_over_events": self._at_events})]
        return await super().start_update_with_start_workflow(input)


def rolling_client(client: Client, at_events: int) -> Client:
    """The client, which starts cases whose histories roll over at that length."""
    config = client.config()
    config["interceptors"] = [RollsOver(at_events)]
    return Client(**config)


@asynccontextmanager
async def rolling(
    client: Client, settings: Settings, at_events: int, environment: WorkflowEnvironment | None = None
) -> AsyncIterator[Product]:
    """The product, with histories that roll over at that length."""
    async with working(client, settings), serving(rolling_client(client, at_events), settings) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shaodao.test") as http:
            yield Product(app, http, client, environment)


async def runs_of(product: Product, number: str) -> int:
    """How many runs the case's workflow has had."""
    count, run_id = 0, None
    while True:
        handle = product.client.get_workflow_handle(number, run_id=run_id)
        history = await handle.fetch_history()
        count += 1
        started = history.events[0].workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            return count
