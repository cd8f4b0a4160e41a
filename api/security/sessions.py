"""Is this session still good, and what may its person do now? Asked for every request, mostly from memory.

A standing is looked up in SQL and remembered for a few seconds, so a revocation, a closed account or a
lost post takes effect within that time. While PostgreSQL is away, the last standing that is remembered
counts, and without one the token's own claims: commands must be accepted then (docs/decisions/0003).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from api.database_faults import database_is_away
from api.errors import SessionEnded
from api.security.tokens import Claims
from models.city.people import Principal
from models.queries.people import principal_of
from models.queries.sessions import SEEN_EVERY, find_session, mark_seen
from runtime.database import Sessions

log = structlog.get_logger(__name__)

REST: Final = timedelta(seconds=1)
"""How long it is left alone then, so that not every request waits in vain."""
REMEMBERED: Final = 50_000
"""Standings kept at most; the least recently used go first."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """The answer for one session: the person's posts as of now, or None when the session has ended."""

    principal: Principal | None
    good_until: float
    """Monotonic seconds."""


class SessionDirectory:
    """What this process knows of sessions; one per process."""

    def __init__(self, sessions: Sessions, remember_for: timedelta, patience: timedelta) -> None:
        """`patience`: how long a request waits for the look-up before PostgreSQL counts as away."""
        self._sessions = sessions
        self._patience = patience.total_seconds()
        self._remember_for = remember_for.total_seconds()
        self._known: OrderedDict[str, _Standing] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Standing]] = {}
        self._away_until = 0.0

    async def principal(self, claims: Claims) -> Principal:
        """Who calls, with the posts held now. Raises SessionEnded when the session is known to be over."""
        now = time.monotonic()
        standing = self._known.get(claims.session)
        if (standing is None or standing.good_until <= now) and now >= self._away_until:
            standing = await self._look_up(claims) or standing
        if standing is None:
            return claims.principal
        if standing.principal is None:
            raise SessionEnded
        return standing.principal

    def forget(self, session_id: str) -> None:
        """Look the session up afresh next time: it was just changed by this process."""
        self._known.pop(session_id, None)

    async def close(self) -> None:
        """Give up look-ups that still wait for a database."""
        waiting = list(self._asking.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _look_up(self, claims: Claims) -> _Standing | None:
        """The standing from SQL; None when PostgreSQL does not answer in time.

        The query runs as a task of its own, shared by all requests of the session: cancelling a statement on
        a stopped server may itself hang, so a request that loses patience just walks away.
        """
        task = self._asking.get(claims.session)
        if task is None:
            task = asyncio.create_task(self._ask(claims), name="session look-up")
            self._asking[claims.session] = task
            task.add_done_callback(lambda done: self._answered(claims.session, done))
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done() or task.cancelled():
            self._found_away("no answer in time")
            return None
        error = task.exception()
        if error is None:
            return task.result()
        if database_is_away(error):
            self._found_away(type(error).__name__)
            return None
        raise error

    async def _ask(self, claims: Claims) -> _Standing:
        at = datetime.now(UTC)
        principal: Principal | None = None
        async with self._sessions.write() as session:
            row = await find_session(session, claims.session)
            if row is not None and row.revoked_at is None and row.expires_at > at:
                principal = await principal_of(session, row.person_id, at)
                if row.last_seen_at < at - SEEN_EVERY:
                    await mark_seen(session, row.id, at)
        return _Standing(principal, time.monotonic() + self._remember_for)

    def _answered(self, session_id: str, task: asyncio.Task[_Standing]) -> None:
        self._asking.pop(session_id, None)
        if task.cancelled() or task.exception() is not None:
            return
        self._known[session_id] = task.result()
        self._known.move_to_end(session_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _found_away(self, why: str) -> None:
        self._away_until = time.monotonic() + REST.total_seconds()
        log.warning("sessions_unchecked", why=why)
