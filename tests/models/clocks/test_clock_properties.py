"""The laws of the ledger, whatever happens to a clock and in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.base import Words
from models.clocks import clock as clocks
from models.clocks.budget import Budget
from models.clocks.calendar import load_calendar
from models.clocks.clock import Clock, ClockState
from models.clocks.measure import begins, elapsed, worth
from models.clocks.policy import ClockStage, Rules, StageRule

CALENDAR = load_calendar()
RULES = Rules(policy="p", version=1, name=Words(zh="名", en="name"))
patiently = settings(deadline=None)

budgets = st.one_of(
    st.builds(Budget.minutes, st.integers(1, 3_000)),
    st.builds(Budget.working_hours, st.integers(1, 40)),
    st.builds(Budget.working_days, st.integers(1, 20)),
)
limits = st.builds(
    StageRule,
    stage=st.just(ClockStage.HANDLE),
    budget=budgets,
    yellow=st.sampled_from((0.5, 0.8, 1.0)),
    substitute=st.sampled_from((None, 0.3, 0.5)),
)
origins = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001
waits = st.one_of(
    st.timedeltas(timedelta(), timedelta(hours=12)), st.timedeltas(timedelta(), timedelta(days=12))
)


def started(rule: StageRule, origin: datetime) -> Clock:
    return clocks.start(
        rule,
        id="c",
        stage=rule.stage,
        subject="r1",
        rules=RULES,
        origin=origin,
        at=origin,
        calendar=CALENDAR,
    )


@patiently
@given(rule=limits, origin=origins, first=waits, pause=waits)
def test_a_pause_keeps_what_remains_and_moves_red_by_the_time_that_did_not_flow(
    rule: StageRule, origin: datetime, first: timedelta, pause: timedelta
) -> None:
    clock = started(rule, origin)
    stop, go = origin + first, origin + first + pause
    assert clock.red_at is not None
    assume(stop <= clock.red_at)
    left = clocks.remaining(clock, stop, CALENDAR)
    paused = clocks.pause(clock, stop, CALENDAR)
    assert clocks.remaining(paused, go, CALENDAR) == left
    resumed = clocks.resume(paused, go, CALENDAR)
    assert clocks.remaining(resumed, go, CALENDAR) == left
    assert resumed.red_at is not None
    kind = rule.budget.kind
    flow = begins(kind, origin)
    lost = elapsed(kind, CALENDAR, max(stop, flow), max(go, flow))
    assert elapsed(kind, CALENDAR, clock.red_at, resumed.red_at) == lost
    if not lost:
        # A pause outside working time may only trade a closing time for the next opening, never cost time.
        assert clocks.remaining(resumed, clock.red_at, CALENDAR) == timedelta()


@patiently
@given(rule=limits, other=limits, origin=origins, waiting=st.tuples(waits, waits, waits))
def test_regrading_during_a_suspension_keeps_the_ledger(
    rule: StageRule, other: StageRule, origin: datetime, waiting: tuple[timedelta, timedelta, timedelta]
) -> None:
    stop = origin + waiting[0]
    regrade = stop + waiting[1]
    go = regrade + waiting[2]
    paused = clocks.pause(started(rule, origin), stop, CALENDAR)
    resumed = clocks.resume(clocks.rebudget(paused, other, RULES, regrade, CALENDAR), go, CALENDAR)
    unregraded = clocks.pause(started(other, origin), stop, CALENDAR)
    assert clocks.remaining(resumed, go, CALENDAR) == clocks.remaining(unregraded, go, CALENDAR)
    assert resumed.red_at is not None
    if clocks.remaining(resumed, go, CALENDAR) > timedelta():
        assert resumed.red_at > go
    else:
        assert regrade <= resumed.red_at <= go


def _fire(clock: Clock, at: datetime) -> Clock:
    """Mark everything that is due by `at`."""
    while (due := clocks.instants(clock)) and due[0][0] <= at:
        clock = clocks.mark(clock, due[0][1])
    return clock


Step = Callable[[Clock, datetime], Clock]


def _pause_or_resume(clock: Clock, at: datetime) -> Clock:
    change = clocks.pause if clock.state is ClockState.RUNNING else clocks.resume
    return change(clock, at, CALENDAR)


def _extend(amount: int) -> Step:
    return lambda clock, at: clocks.extend(clock, amount, at, CALENDAR)


def _regrade(rule: StageRule) -> Step:
    return lambda clock, at: clocks.rebudget(clock, rule, RULES, at, CALENDAR)


steps = st.one_of(
    st.just(_pause_or_resume), st.builds(_extend, st.integers(1, 5)), st.builds(_regrade, limits)
)


@patiently
@given(rule=limits, origin=origins, life=st.lists(st.tuples(waits, steps), max_size=8))
def test_whatever_happens_the_instants_are_where_the_ledger_reaches_them(
    rule: StageRule, origin: datetime, life: list[tuple[timedelta, Step]]
) -> None:
    clock, at = started(rule, origin), origin
    for wait, step in life:
        at += wait
        clock = step(_fire(clock, at), at)
        kind = clock.budget.kind
        used = clocks.consumed(clock, at, CALENDAR)
        assert used + clocks.remaining(clock, at, CALENDAR) == worth(
            kind, clock.budget.amount + clock.extension, CALENDAR
        )
        # A mark stands exactly for what the ledger has reached; nothing that was fired is lost or invented.
        for instant, mark, share in (
            (clock.yellow_at, clock.yellow, clock.yellow_share),
            (clock.red_at, clock.red, 1.0),
        ):
            reached = used >= worth(kind, clock.budget.amount + clock.extension, CALENDAR) * share
            if mark is not None:
                assert reached
                assert mark <= at
            if clock.state is ClockState.PAUSED:
                assert instant is None
                continue
            assert instant is not None
            assert (instant <= at) == reached
            if not reached:
                assert (
                    clocks.consumed(clock, instant, CALENDAR)
                    == worth(kind, clock.budget.amount + clock.extension, CALENDAR) * share
                )
        assert clock.state is ClockState.RUNNING or clocks.instants(clock) == ()
    at += timedelta(days=1)
    stopped = clocks.stop(_fire(clock, at), at, CALENDAR)
    assert stopped.late == (clocks.remaining(clock, at, CALENDAR) <= timedelta())
