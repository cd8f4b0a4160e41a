"""Limits on guessing passwords: by login, against wearing one down; by address, against trying a list.

Counted in this process's memory: with several API processes each counts for itself, so the effective limit
is at most that many times higher. The moment of refusal is before the password is looked at.
"""

from __future__ import annotations

import math
import time
from hashlib import sha256

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from api.errors import TooManyRequests


class LoginLimits:
    """How often one login may be tried, and one address may try. Rates are written as `10/minute`."""

    def __init__(self, per_login: str, per_address: str) -> None:
        self._per_login = parse(per_login)
        self._per_address = parse(per_address)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def attempt(self, login: str, address: str) -> None:
        """Count one attempt. Raises TooManyRequests, with the seconds to wait, when there were too many."""
        await self._count(self._per_address, "address", address)
        await self._count(self._per_login, "login", _short(login))

    async def succeeded(self, login: str) -> None:
        """Forget the attempts on a login whose password was right."""
        await self._limiter.clear(self._per_login, "login", _short(login))

    async def _count(self, limit: RateLimitItem, *key: str) -> None:
        if not await self._limiter.hit(limit, *key):
            window = await self._limiter.get_window_stats(limit, *key)
            raise TooManyRequests(math.ceil(window.reset_time - time.time()))


def _short(login: str) -> str:
    """A key of fixed size, so that nobody fills our memory with the logins they invent."""
    return sha256(login.casefold().encode()).hexdigest()
