"""Quiet hours: a yellow urge at 02:00 waits for the morning, a red order does not."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from models.clocks.calendar import CITY_ZONE
from models.clocks.quiet import deliver_at


def beijing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CITY_ZONE)


@pytest.mark.parametrize(
    ("at", "delivered"),
    [
        ("2026-03-02 02:00:00", "2026-03-02 08:00:00"),
        ("2026-03-02 07:59:59", "2026-03-02 08:00:00"),
        ("2026-03-02 08:00:00", "2026-03-02 08:00:00"),
        ("2026-03-02 15:30:00", "2026-03-02 15:30:00"),
        ("2026-03-02 21:59:59", "2026-03-02 21:59:59"),
        ("2026-03-02 22:00:00", "2026-03-03 08:00:00"),
        ("2026-12-31 23:30:00", "2027-01-01 08:00:00"),
    ],
)
def test_an_ordinary_message_waits_for_the_morning(at: str, delivered: str) -> None:
    assert deliver_at(beijing(at), urgent=False) == beijing(delivered)


def test_an_urgent_message_goes_out_at_any_hour_in_utc() -> None:
    at = beijing("2026-03-02 03:00:00")
    assert deliver_at(at, urgent=True) == at
    assert deliver_at(at, urgent=True).tzinfo is UTC
    assert deliver_at(at, urgent=False).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "delivered"),
    [
        ("2026-03-02 11:59:00", "2026-03-02 11:59:00"),
        ("2026-03-02 12:30:00", "2026-03-02 14:00:00"),
        ("2026-03-02 14:00:00", "2026-03-02 14:00:00"),
    ],
)
def test_quiet_hours_may_lie_within_a_day(at: str, delivered: str) -> None:
    assert deliver_at(beijing(at), urgent=False, quiet=(time(12), time(14))) == beijing(delivered)


def test_quiet_hours_of_no_length_are_none() -> None:
    at = beijing("2026-03-02 03:00:00")
    assert deliver_at(at, urgent=False, quiet=(time(3), time(3))) == at
