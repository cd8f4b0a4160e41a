"""Clocks under another urgency, another policy or another calendar: the ledger stays, the instants move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.base import Words
from models.clocks import clock as clocks
from models.clocks.budget import Budget
from models.clocks.calendar import CalendarSlice, DayOff
from models.clocks.clock import Clock, ClockError, ClockState, Light, Threshold
from models.clocks.policy import Limit, RedAction
from tests.models.clocks.clockmaking import (
    CALENDAR,
    FIVE_DAYS,
    HOUR,
    NAME,
    RULES,
    TWO_HOURS,
    beijing,
    limit,
    started,
)

# --- another urgency or policy --------------------------------------------------------------------------


def test_regrading_measures_the_same_ledger_in_the_new_time() -> None:
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    regraded = clocks.rebudget(clock, limit(Budget.hours(60)), RULES, beijing("2026-03-03 10:00"), CALENDAR)
    assert clocks.consumed(regraded, beijing("2026-03-03 10:00"), CALENDAR) == 24 * HOUR
    assert regraded.red_at == beijing("2026-03-04 22:00")
    assert regraded.at_red == (RedAction.SUPERVISE,)


def test_regrading_never_dates_lateness_in_the_past() -> None:
    at = beijing("2026-03-04 10:00")
    regraded = clocks.rebudget(started(FIVE_DAYS, "2026-03-02 10:00"), TWO_HOURS, RULES, at, CALENDAR)
    assert clocks.instants(regraded) == (
        (at, Threshold.SUBSTITUTE),
        (at, Threshold.YELLOW),
        (at, Threshold.RED),
    )
    assert clocks.light(regraded, at - timedelta(seconds=1)) is Light.GREEN


def test_regrading_keeps_what_had_fired_and_still_holds() -> None:
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.RED)
    at = beijing("2026-03-02 13:00")
    stricter = clocks.rebudget(clock, limit(Budget.hours(1)), RULES, at, CALENDAR)
    assert (stricter.red, stricter.red_at) == (beijing("2026-03-02 12:00"), beijing("2026-03-02 12:00"))
    milder = clocks.rebudget(stricter, FIVE_DAYS, RULES, at, CALENDAR)
    assert (milder.red, milder.red_at) == (None, beijing("2026-03-09 18:00"))


def test_regrading_drops_the_call_for_b_where_the_new_rule_has_none() -> None:
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.SUBSTITUTE)
    milder = clocks.rebudget(clock, FIVE_DAYS, RULES, beijing("2026-03-02 11:30"), CALENDAR)
    assert (milder.substituted, milder.substitute_at) == (None, None)


def test_an_extension_survives_a_regrading_within_its_kind_of_time_only() -> None:
    at = beijing("2026-03-02 10:30")
    clock = clocks.extend(started(TWO_HOURS, "2026-03-02 10:00"), 1800, at, CALENDAR)
    assert clocks.rebudget(clock, limit(Budget.hours(4)), RULES, at, CALENDAR).extension == 1800
    assert clocks.rebudget(clock, FIVE_DAYS, RULES, at, CALENDAR).extension == 0


def test_a_rule_that_changes_nothing_leaves_the_clock_alone() -> None:
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    assert clocks.rebudget(clock, FIVE_DAYS, RULES, beijing("2026-03-03 10:00"), CALENDAR) == clock


def test_suspended_three_days_regraded_and_resumed_the_rest_is_the_ledgers_arithmetic() -> None:
    """GLPI #6902 and #15605, osTicket PR 5206: the pause got lost when the SLA or the priority changed."""
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    paused = clocks.pause(clock, beijing("2026-03-03 12:00"), CALENDAR)
    regraded = clocks.rebudget(paused, limit(Budget.hours(60)), RULES, beijing("2026-03-05 09:00"), CALENDAR)
    assert (regraded.state, regraded.red_at) == (ClockState.PAUSED, None)
    assert clocks.consumed(regraded, beijing("2026-03-06 12:00"), CALENDAR) == 26 * HOUR
    resumed = clocks.resume(regraded, beijing("2026-03-06 12:00"), CALENDAR)
    assert clocks.remaining(resumed, beijing("2026-03-06 12:00"), CALENDAR) == 34 * HOUR
    assert resumed.red_at == beijing("2026-03-07 22:00")


# --- another calendar -----------------------------------------------------------------------------------

OFF = DayOff(day=date(2027, 1, 4), name=Words(zh="元旦", en="New Year's Day"), days=2)
ANNOUNCED = CALENDAR.model_copy(
    update={"version": "2027", "holidays": (*CALENDAR.holidays, OFF), "published": (2024, 2025, 2026, 2027)}
)


def under(clock: Clock, rule: Limit, calendar: CalendarSlice, at: str) -> Clock:
    """The clock under the same rule and another calendar."""
    return clocks.rebudget(clock, rule, RULES, beijing(at), calendar)


def test_when_the_arrangement_is_announced_the_date_moves_and_is_firm() -> None:
    clock = started(limit(Budget.working_days(3)), "2026-12-29 10:00")
    assert (clock.red_at, clock.provisional) == (beijing("2027-01-04 18:00"), True)
    moved = under(clock, limit(Budget.working_days(3)), ANNOUNCED, "2026-12-30 09:00")
    assert (moved.red_at, moved.provisional) == (beijing("2027-01-06 18:00"), False)
    assert moved.floor == beijing("2026-12-30 09:00")


def test_a_calendar_that_changes_nothing_leaves_the_clock_alone() -> None:
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    assert under(clock, FIVE_DAYS, ANNOUNCED, "2026-03-03 09:00") == clock


def test_another_calendar_never_dates_lateness_in_the_past() -> None:
    holiday = DayOff(day=date(2026, 3, 3), name=NAME)
    closed = CALENDAR.model_copy(update={"holidays": (*CALENDAR.holidays, holiday)})
    clock = started(limit(Budget.working_days(1)), "2026-03-02 10:00", calendar=closed)
    assert clock.red_at == beijing("2026-03-04 18:00")
    moved = under(clock, limit(Budget.working_days(1)), CALENDAR, "2026-03-04 09:00")
    assert moved.red_at == beijing("2026-03-04 09:00")


def test_another_calendar_during_a_pause_does_not_either() -> None:
    holiday = DayOff(day=date(2026, 3, 3), name=NAME)
    closed = CALENDAR.model_copy(update={"holidays": (*CALENDAR.holidays, holiday)})
    clock = started(limit(Budget.working_days(1)), "2026-03-02 10:00", calendar=closed)
    paused = clocks.pause(clock, beijing("2026-03-04 08:00"), closed)
    moved = under(paused, limit(Budget.working_days(1)), CALENDAR, "2026-03-04 09:00")
    resumed = clocks.resume(moved, beijing("2026-03-05 09:00"), CALENDAR)
    assert resumed.red_at == beijing("2026-03-04 09:00")


def test_a_stopped_clock_is_judged_by_the_calendar_it_stopped_under() -> None:
    clock = started(limit(Budget.working_days(3)), "2026-12-29 10:00")
    stopped = clocks.stop(clock, beijing("2026-12-30 10:00"), CALENDAR)
    with pytest.raises(ClockError):
        under(stopped, limit(Budget.working_days(3)), ANNOUNCED, "2026-12-31 09:00")
