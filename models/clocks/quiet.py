"""Quiet hours: ordinary urges wait for the morning, red orders do not (domain.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from models.clocks.calendar import CITY_ZONE

QUIET_HOURS: Final = (time(22), time(8))
"""From (inclusive) and until (exclusive), Asia/Shanghai. Project default."""


def deliver_at(at: datetime, *, urgent: bool, quiet: tuple[time, time] = QUIET_HOURS) -> datetime:
    """When a message that arises at `at` reaches people (UTC).

    An urgent one at once, at any hour; any other one at once outside the quiet hours, else at their end.
    Quiet hours that start and end at the same time are none.
    """
    begins, ends = quiet
    local = at.astimezone(CITY_ZONE)
    now = local.timetz().replace(tzinfo=None)
    over_midnight = begins > ends
    silent = (now >= begins or now < ends) if over_midnight else begins <= now < ends
    if urgent or not silent:
        return at.astimezone(UTC)
    morning = local.date() + timedelta(days=1 if over_midnight and now >= begins else 0)
    return datetime.combine(morning, ends, tzinfo=CITY_ZONE).astimezone(UTC)
