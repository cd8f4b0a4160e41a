"""Clocks: budget minus ledger, from the start through pauses and extensions to the stop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.base import Words
from models.clocks import clock as clocks
from models.clocks.budget import Budget
from models.clocks.clock import Clock, ClockError, ClockState, Light, Threshold
from models.clocks.policy import MilestoneRule, RedAction
from tests.models.clocks.clockmaking import (
    CALENDAR,
    DAY,
    FIVE_DAYS,
    HOUR,
    RULES,
    TWO_HOURS,
    beijing,
    limit,
    started,
)

# --- starting -------------------------------------------------------------------------------------------


def test_a_clock_starts_with_all_its_instants() -> None:
    clock = started(TWO_HOURS, "2026-03-02 23:30")
    assert clock.state is ClockState.RUNNING
    assert clock.substitute_at == beijing("2026-03-03 00:30")
    assert clock.yellow_at == beijing("2026-03-03 01:06")  # 96 of 120 minutes
    assert clock.red_at == beijing("2026-03-03 01:30")
    assert (clock.policy, clock.version, clock.name) == ("top", 2, None)
    assert clock.at_red == (RedAction.SUPERVISE,)


def test_a_clock_knows_the_policy_its_limit_was_inherited_from() -> None:
    clock = started(TWO_HOURS.model_copy(update={"source": "base"}), "2026-03-02 10:00")
    assert (clock.policy, clock.version) == ("base", 4)


def test_a_milestone_keeps_its_name() -> None:
    fence = MilestoneRule(key="fence", name=Words(zh="围挡", en="Fence off"), budget=Budget.hours(3))
    assert started(fence, "2026-03-02 10:00").name == Words(zh="围挡", en="Fence off")


def test_working_days_go_over_the_holiday_to_closing_time() -> None:
    clock = started(FIVE_DAYS, "2026-09-30 10:00")
    assert clock.yellow_at == beijing("2026-10-12 18:00")
    assert clock.red_at == beijing("2026-10-13 18:00")
    assert clock.substitute_at is None
    assert not clock.provisional


def test_measured_from_the_report_an_instant_may_have_passed_already() -> None:
    clock = started(TWO_HOURS, origin="2026-03-02 10:00", at="2026-03-02 13:00")
    assert clock.red_at == beijing("2026-03-02 12:00")
    assert clocks.light(clock, beijing("2026-03-02 13:00")) is Light.RED
    assert clocks.consumed(clock, beijing("2026-03-02 13:00"), CALENDAR) == 3 * HOUR
    assert clocks.remaining(clock, beijing("2026-03-02 13:00"), CALENDAR) == -HOUR


def test_a_clock_cannot_count_from_the_future() -> None:
    with pytest.raises(ClockError, match="which is still to come"):
        started(TWO_HOURS, origin="2026-03-02 10:01", at="2026-03-02 10:00")


def test_a_date_in_a_year_not_announced_is_provisional_unless_time_is_continuous() -> None:
    assert started(FIVE_DAYS, "2026-12-29 10:00").provisional
    assert not started(FIVE_DAYS, "2026-12-21 10:00").provisional
    assert not started(limit(Budget.days(5)), "2026-12-29 10:00").provisional


# --- firing ---------------------------------------------------------------------------------------------


def test_instants_wait_in_order_until_they_are_marked() -> None:
    clock = started(TWO_HOURS, "2026-03-02 10:00")
    assert [threshold for _, threshold in clocks.instants(clock)] == list(Threshold)
    clock = clocks.mark(clock, Threshold.SUBSTITUTE)
    assert clock.substituted == beijing("2026-03-02 11:00")
    clock = clocks.mark(clock, Threshold.YELLOW)
    assert clock.yellow == beijing("2026-03-02 11:36")
    assert clocks.instants(clock) == ((beijing("2026-03-02 12:00"), Threshold.RED),)
    clock = clocks.mark(clock, Threshold.RED)
    assert (clock.red, clocks.instants(clock)) == (beijing("2026-03-02 12:00"), ())


def test_thresholds_that_fall_together_fire_from_yellow_to_red() -> None:
    clock = started(limit(Budget.hours(2), yellow=1), "2026-03-02 10:00")
    at = beijing("2026-03-02 12:00")
    assert clocks.instants(clock) == ((at, Threshold.YELLOW), (at, Threshold.RED))


def test_nothing_is_marked_twice_or_while_the_clock_stands_still() -> None:
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.RED)
    with pytest.raises(ClockError, match="red is not waiting to fire"):
        clocks.mark(clock, Threshold.RED)
    paused = clocks.pause(clock, beijing("2026-03-02 12:00"), CALENDAR)
    assert clocks.instants(paused) == ()
    with pytest.raises(ClockError, match="yellow is not waiting to fire"):
        clocks.mark(paused, Threshold.YELLOW)


@pytest.mark.parametrize(
    ("at", "light"),
    [
        ("2026-03-02 10:00", Light.GREEN),
        ("2026-03-02 11:35", Light.GREEN),
        ("2026-03-02 11:36", Light.YELLOW),
        ("2026-03-02 11:59", Light.YELLOW),
        ("2026-03-02 12:00", Light.RED),
    ],
)
def test_the_light_follows_the_instants_whether_they_are_marked_or_not(at: str, light: Light) -> None:
    assert clocks.light(started(TWO_HOURS, "2026-03-02 10:00"), beijing(at)) is light


# --- pausing --------------------------------------------------------------------------------------------


def test_a_pause_promises_nothing_and_resuming_gives_what_was_left() -> None:
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    paused = clocks.pause(clock, beijing("2026-03-04 12:00"), CALENDAR)
    assert (paused.state, paused.yellow_at, paused.red_at) == (ClockState.PAUSED, None, None)
    assert (
        clocks.consumed(paused, beijing("2026-03-20 12:00"), CALENDAR) == 12 * HOUR
    )  # Tuesday, half of Wednesday
    assert clocks.remaining(paused, beijing("2026-03-20 12:00"), CALENDAR) == 28 * HOUR
    resumed = clocks.resume(paused, beijing("2026-03-11 12:00"), CALENDAR)
    assert resumed.red_at == beijing("2026-03-16 18:00")  # half of 11, 12, 13, and 16 March
    assert clocks.remaining(resumed, beijing("2026-03-11 12:00"), CALENDAR) == 28 * HOUR


@pytest.mark.parametrize(
    ("pause", "resume", "red"),
    [
        ("2026-03-04 10:00", "2026-03-04 10:00", "2026-03-09 18:00"),  # no length
        ("2026-03-04 10:00", "2026-03-04 10:30", "2026-03-10 08:30"),  # half an hour of office time
        ("2026-03-04 12:00", "2026-03-04 14:00", "2026-03-09 18:00"),  # the lunch break
        ("2026-03-04 18:00", "2026-03-05 08:00", "2026-03-09 18:00"),  # a night
        ("2026-03-06 18:00", "2026-03-09 08:00", "2026-03-09 18:00"),  # a weekend
        ("2026-03-02 10:00", "2026-03-02 17:00", "2026-03-09 18:00"),  # on the day that does not count
        ("2026-03-02 17:00", "2026-03-03 09:00", "2026-03-10 09:00"),  # out of it into one that does
    ],
)
def test_a_pause_moves_five_working_days_by_its_office_time(pause: str, resume: str, red: str) -> None:
    clock = started(FIVE_DAYS, "2026-03-02 10:00")
    paused = clocks.pause(clock, beijing(pause), CALENDAR)
    assert clocks.resume(paused, beijing(resume), CALENDAR).red_at == beijing(red)


def test_a_paused_clock_keeps_the_light_it_had_turned_to() -> None:
    clock = clocks.mark(started(limit(Budget.hours(2)), "2026-03-02 10:00"), Threshold.YELLOW)
    paused = clocks.pause(clock, beijing("2026-03-02 11:50"), CALENDAR)
    assert clocks.light(paused, beijing("2026-04-02 10:00")) is Light.YELLOW
    resumed = clocks.resume(paused, beijing("2026-04-02 10:00"), CALENDAR)
    assert (resumed.yellow_at, resumed.red_at) == (beijing("2026-03-02 11:36"), beijing("2026-04-02 10:10"))
    assert clocks.instants(resumed) == ((beijing("2026-04-02 10:10"), Threshold.RED),)


# --- extending ------------------------------------------------------------------------------------------


def test_an_extension_adds_up_and_moves_yellow_too() -> None:
    clock = clocks.extend(started(FIVE_DAYS, "2026-03-02 10:00"), 2, beijing("2026-03-03 10:00"), CALENDAR)
    clock = clocks.extend(clock, 3, beijing("2026-03-03 11:00"), CALENDAR)
    assert clock.extension == 5
    assert clock.yellow_at == beijing("2026-03-12 18:00")  # 8 of 10 days
    assert clock.red_at == beijing("2026-03-16 18:00")


def test_a_light_that_an_extension_puts_off_turns_again() -> None:
    at = beijing("2026-03-02 11:40")
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.YELLOW)
    clock = clocks.mark(clock, Threshold.SUBSTITUTE)
    longer = clocks.extend(clock, 3600, at, CALENDAR)
    assert longer.yellow is None
    assert longer.yellow_at == beijing("2026-03-02 12:24")
    assert longer.substituted == beijing("2026-03-02 11:00")  # 90 of 180 minutes are over: it was called
    assert clocks.light(longer, at) is Light.GREEN


def test_an_extension_too_short_to_help_leaves_the_old_lateness() -> None:
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.RED)
    longer = clocks.extend(clock, 1800, beijing("2026-03-02 15:00"), CALENDAR)
    assert longer.red == longer.red_at == beijing("2026-03-02 12:00")


def test_a_paused_clock_can_be_extended() -> None:
    paused = clocks.pause(started(TWO_HOURS, "2026-03-02 10:00"), beijing("2026-03-02 11:00"), CALENDAR)
    longer = clocks.extend(paused, 3600, beijing("2026-03-03 11:00"), CALENDAR)
    assert longer.red_at is None
    resumed = clocks.resume(longer, beijing("2026-03-04 11:00"), CALENDAR)
    assert resumed.red_at == beijing("2026-03-04 13:00")


@pytest.mark.parametrize("amount", [0, -1])
def test_an_extension_gives_time(amount: int) -> None:
    with pytest.raises(ClockError, match="an extension gives time"):
        clocks.extend(started(TWO_HOURS, "2026-03-02 10:00"), amount, beijing("2026-03-02 10:00"), CALENDAR)


# --- stopping -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "late", "light"),
    [
        (beijing("2026-03-02 12:00") - timedelta(seconds=1), False, Light.YELLOW),
        (beijing("2026-03-02 12:00"), True, Light.RED),  # red turns at noon: in time means before noon
        (beijing("2026-03-05 12:00"), True, Light.RED),
    ],
)
def test_stopping_says_whether_in_time(at: datetime, late: bool, light: Light) -> None:
    stopped = clocks.stop(started(TWO_HOURS, "2026-03-02 10:00"), at, CALENDAR)
    assert (stopped.state, stopped.stopped_at, stopped.late) == (ClockState.STOPPED, at, late)
    assert stopped.red_at == beijing("2026-03-02 12:00")
    assert clocks.light(stopped, at + 30 * DAY) is light


def test_stopped_one_second_before_red_nothing_is_left_to_fire() -> None:
    """OnCall #3111 and #4654, Zammad #3140: escalated after it had been handled."""
    at = beijing("2026-03-02 12:00") - timedelta(seconds=1)
    assert clocks.instants(clocks.stop(started(TWO_HOURS, "2026-03-02 10:00"), at, CALENDAR)) == ()


@pytest.mark.parametrize(
    ("paused_at", "red_at", "late"),
    [("2026-03-02 11:45", None, False), ("2026-03-02 12:30", beijing("2026-03-02 12:00"), True)],
)
def test_stopped_from_a_pause_it_is_late_only_if_it_was_before(
    paused_at: str, red_at: datetime | None, late: bool
) -> None:
    paused = clocks.pause(started(TWO_HOURS, "2026-03-02 10:00"), beijing(paused_at), CALENDAR)
    stopped = clocks.stop(paused, beijing("2026-03-09 10:00"), CALENDAR)
    assert (stopped.yellow_at, stopped.red_at) == (beijing("2026-03-02 11:36"), red_at)
    assert stopped.late is late


def test_a_running_clock_is_not_late_yet() -> None:
    assert not started(TWO_HOURS, origin="2026-03-02 10:00", at="2026-03-05 13:00").late


def test_what_a_state_does_not_allow_is_refused() -> None:
    at = beijing("2026-03-02 11:00")
    running = started(TWO_HOURS, "2026-03-02 10:00")
    paused = clocks.pause(running, at, CALENDAR)
    stopped = clocks.stop(paused, at, CALENDAR)
    with pytest.raises(ClockError, match="is running, not paused"):
        clocks.resume(running, at, CALENDAR)
    with pytest.raises(ClockError, match="is paused, not running"):
        clocks.pause(paused, at, CALENDAR)
    with pytest.raises(ClockError, match="is stopped, not running or paused"):
        clocks.stop(stopped, at, CALENDAR)
    with pytest.raises(ClockError, match="is stopped"):
        clocks.extend(stopped, 60, at, CALENDAR)
    with pytest.raises(ClockError, match="is stopped"):
        clocks.rebudget(stopped, FIVE_DAYS, RULES, at, CALENDAR)


def test_a_clock_survives_json() -> None:
    clock = clocks.mark(started(TWO_HOURS, "2026-03-02 10:00"), Threshold.YELLOW)
    clock = clocks.pause(clock, beijing("2026-03-02 11:50"), CALENDAR)
    assert Clock.model_validate_json(clock.model_dump_json()) == clock
