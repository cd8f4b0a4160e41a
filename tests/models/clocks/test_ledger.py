"""The ledger of spans: what it holds, and where it reaches an amount."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from models.clocks.budget import ClockKind
from models.clocks.calendar import CITY_ZONE, load_calendar
from models.clocks.ledger import Span, consumed, reach

CALENDAR = load_calendar()
HOURS, DAYS = ClockKind.WORKING_HOURS, ClockKind.WORKING_DAYS


def beijing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)


MONDAY = beijing("2026-03-02 10:00")
SPANS = (
    Span(start=MONDAY, end=beijing("2026-03-02 16:00")),  # 4 office hours, none that count in days
    Span(start=beijing("2026-03-03 10:00"), end=beijing("2026-03-03 11:00")),  # 1
    Span(start=beijing("2026-03-04 17:00")),  # open
)


@pytest.mark.parametrize(
    ("at", "hours", "in_days"),
    [
        ("2026-03-02 09:00", 0, 0),
        ("2026-03-02 15:00", 3, 0),
        ("2026-03-03 00:00", 4, 0),
        ("2026-03-03 10:30", 4.5, 0.5),
        ("2026-03-04 17:00", 5, 1),
        ("2026-03-05 09:00", 7, 3),
    ],
)
def test_consumed_by_an_instant(at: str, hours: float, in_days: float) -> None:
    assert consumed(HOURS, CALENDAR, MONDAY, SPANS, beijing(at)) == timedelta(hours=hours)
    assert consumed(DAYS, CALENDAR, MONDAY, SPANS, beijing(at)) == timedelta(hours=in_days)


@pytest.mark.parametrize(
    ("kind", "hours", "at"),
    [
        (HOURS, 4, "2026-03-02 16:00"),  # exactly the first span
        (HOURS, 4.5, "2026-03-03 10:30"),
        (HOURS, 6, "2026-03-04 18:00"),
        (HOURS, 7, "2026-03-05 09:00"),
        (DAYS, 1, "2026-03-03 11:00"),
        (DAYS, 8, "2026-03-05 16:00"),
    ],
)
def test_reaches_an_amount(kind: ClockKind, hours: float, at: str) -> None:
    assert reach(kind, CALENDAR, MONDAY, SPANS, timedelta(hours=hours)) == beijing(at)


def test_a_closed_ledger_reaches_no_more_than_it_holds() -> None:
    assert reach(HOURS, CALENDAR, MONDAY, SPANS[:2], timedelta(hours=5)) == beijing("2026-03-03 11:00")
    assert reach(HOURS, CALENDAR, MONDAY, SPANS[:2], timedelta(hours=5, microseconds=1)) is None


def test_a_span_ends_after_it_starts() -> None:
    with pytest.raises(ValidationError, match="a span ends after it starts"):
        Span(start=MONDAY, end=MONDAY - timedelta(seconds=1))
