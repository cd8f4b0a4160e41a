"""Limits on guessing passwords: by login, against wearing one down; by address, against trying a list.

Whoever tries somebody's login over and over must not lock them out: a network from which a login has been
used with its password is counted for itself. Of IPv6 a network is what one line is given.

The window begins with the first attempt. Who tries across its end gets twice as many in a row, and never
more on the average; whoever waits is told the instant exactly.

Counted in this process's memory: with several API processes each counts for itself, so the effective limit
is at most that many times higher. The moment of refusal is before the password is looked at.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from hashlib import sha256
from typing import Final

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from api.errors import TooManyRequests
from api.security.resident_limits import UNKNOWN, network_of

FAMILIAR: Final = 50_000
"""Pairs of login and network that are remembered; the least recently used go first."""


class LoginLimits:
    """How often one login may be tried, and one address may try. Rates are written as `10/minute`."""

    def __init__(self, per_login: str, per_address: str) -> None:
        self._per_login = parse(per_login)
        self._per_address = parse(per_address)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._familiar: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def attempt(self, login: str, address: str) -> None:
        """Count one attempt. Raises TooManyRequests, with the seconds to wait, when there were too many."""
        whence = _whence(address)
        await self._count(self._per_address, "address", whence)
        await self._count(self._per_login, *self._key(login, whence))

    async def succeeded(self, login: str, address: str) -> None:
        """Forget the attempts on a login whose password was right, and remember where it was used."""
        whence = _whence(address)
        await self._limiter.clear(self._per_login, *self._key(login, whence))
        self._familiar[(_short(login), whence)] = None
        self._familiar.move_to_end((_short(login), whence))
        if len(self._familiar) > FAMILIAR:
            self._familiar.popitem(last=False)

    def _key(self, login: str, whence: str) -> tuple[str, ...]:
        """What attempts on the login from there are counted under."""
        short = _short(login)
        return ("familiar", short, whence) if (short, whence) in self._familiar else ("login", short)

    async def _count(self, limit: RateLimitItem, *key: str) -> None:
        if not await self._limiter.hit(limit, *key):
            window = await self._limiter.get_window_stats(limit, *key)
            raise TooManyRequests(math.ceil(window.reset_time - time.time()))


def _whence(address: str) -> str:
    """The network; what is no address stands for itself (somebody who is signed in already)."""
    network = network_of(address)
    return address if network == UNKNOWN else network


def _short(login: str) -> str:
    """A key of fixed size, so that nobody fills our memory with the logins they invent."""
    return sha256(login.casefold().encode()).hexdigest()
