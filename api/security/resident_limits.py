"""Limits on what can be done without an account: reporting, and trying tracking codes.

Counted in this process's memory, as `api.security.rate_limit` says of logins. By address, against one who
floods; by place, against many who do. Behind one address of a mobile network stand many people, so the limits
are wide, and whoever meets one is told whom to call.
"""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Final

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from api.errors import TooManyRequests
from models.base import Words

UNKNOWN: Final = "unknown"
"""Stands for every address that is none."""
TOO_MANY_REPORTS = Words(
    zh="短时间内上报太多。急事请拨打 12345，危及生命财产请拨打 110、119、120",
    en="Too many reports for now. Call 12345; if life or property is at risk call 110, 119 or 120",
)
TOO_MANY_CODES = Words(
    zh="输错的次数太多，请稍后再试，或拨打 12345 查询",
    en="Too many wrong codes: try again later, or ask at 12345",
)


class ResidentLimits:
    """How often an address, and everybody at a place, may do what. Rates are written as `20/hour;60/day`."""

    def __init__(self, per_address: str, per_place: str, wrong_codes: str) -> None:
        self._per_address = parse_many(per_address)
        self._per_place = parse_many(per_place)
        self._wrong_codes = parse_many(wrong_codes)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def send_photos(self, address: str) -> None:
        """Count one form with photos, before any is kept. Raises TooManyRequests."""
        await self._count(self._per_address, TOO_MANY_REPORTS, "photos", network_of(address))

    async def report(self, address: str, place: str) -> None:
        """Count one report. Raises TooManyRequests; then it is not counted for the place."""
        await self._count(self._per_address, TOO_MANY_REPORTS, "report", network_of(address))
        await self._count(self._per_place, TOO_MANY_REPORTS, "place", place)

    async def look_up(self, address: str) -> None:
        """Whether another code may be tried. Raises TooManyRequests after too many wrong ones."""
        for limit in self._wrong_codes:
            if not await self._limiter.test(limit, "code", network_of(address)):
                await self._refuse(limit, TOO_MANY_CODES, "code", network_of(address))

    async def wrong_code(self, address: str) -> None:
        """Count one code that nobody was given."""
        for limit in self._wrong_codes:
            await self._limiter.hit(limit, "code", network_of(address))

    async def _count(self, limits: list[RateLimitItem], why: Words, *key: str) -> None:
        for limit in limits:
            if not await self._limiter.hit(limit, *key):
                await self._refuse(limit, why, *key)

    async def _refuse(self, limit: RateLimitItem, why: Words, *key: str) -> None:
        window = await self._limiter.get_window_stats(limit, *key)
        raise TooManyRequests(math.ceil(window.reset_time - time.time()), why)


def network_of(address: str) -> str:
    """What stands for one household: the address, of IPv6 its first half, which one line is given whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
