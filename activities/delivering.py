"""Delivering: the messages of the inbox also go outside, through the channels that administrators keep."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from temporalio import activity

from models.queries.channels import Due, due, note_attempt
from runtime.outgoing import send_outside
from workflows.ids import DELIVER_ACTIVITY

WATCH: Final = 600.0
"""Seconds for which one activity watches, so that an idle night costs a handful of events."""
LOOK_EVERY: Final = 3.0
AT_ONCE: Final = 8
"""Messages that are on their way at the same time."""


class Delivering:
    """The delivering, with what it reads from and the addresses it knows."""

    def __init__(self, engine: AsyncEngine, addresses: Mapping[str, str], site: str) -> None:
        """`addresses` are Apprise addresses by name; `site` is where pages are reached, or empty."""
        self._engine = engine
        self._addresses = addresses
        self._site = site.rstrip("/")

    @activity.defn(name=DELIVER_ACTIVITY)
    async def deliver(self) -> None:
        """Send what is due, look again every few seconds, and end after some minutes or with the worker.

        A message whose sending was interrupted is sent again: seldom twice, never not at all.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + WATCH
        while loop.time() < until and not activity.is_worker_shutdown():
            activity.heartbeat()
            try:
                sent = await self.send_due(datetime.now(UTC))
            except DBAPIError as error:
                activity.logger.warning("deliveries_wait", extra={"error": type(error).__name__})
                sent = 0
            if not sent:
                await self._pause(LOOK_EVERY)

    async def send_due(self, at: datetime) -> int:
        """Send one batch of what is due at `at`; how many were tried."""
        async with AsyncSession(self._engine) as session:
            batch = await due(session, at)
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(item: Due) -> None:
            async with turns:
                sent = await self._send(item)
            async with AsyncSession(self._engine) as session, session.begin():
                await note_attempt(session, item, datetime.now(UTC), sent=sent)
            activity_heartbeat()

        await asyncio.gather(*map(one, batch))
        return len(batch)

    async def _send(self, item: Due) -> bool:
        address = self._addresses.get(item.address)
        if address is None:
            return False
        text = f"{item.text}\n{self._site}/cases/{item.case}" if self._site else item.text
        return await send_outside(address, text, urgent=item.urgent)

    async def _pause(self, seconds: float) -> None:
        waiting = asyncio.create_task(activity.wait_for_worker_shutdown())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()


def activity_heartbeat() -> None:
    """A sign of life, where there is an activity to give it for."""
    if activity.in_activity():
        activity.heartbeat()
