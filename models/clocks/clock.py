"""A clock: a budget minus a ledger of what was consumed. Its instants are derived, never the source.

    consumed  = Σ measured time over `spans`         (the ledger: a pause ends a span, a resumption opens one)
    red_at    = where the ledger reaches budget + extension
    yellow_at = where it reaches `yellow_share` of that; `substitute_at` likewise

So a pause, an extension, another urgency or another calendar keeps what was consumed and moves the instants.

A threshold that has fired is marked with the instant it was scheduled for and keeps that instant, so that an
old lateness is not dated anew. If a change puts it into the future again (more budget than was consumed), the
mark is cleared and it fires again at the new instant.

Every function is pure and returns a new clock; all instants are UTC. Fire what is due (`instants`, `mark`)
before changing a clock: a change dates what it finds unfired by the new rule.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import Field

from models.base import Frozen, Words
from models.clocks import ledger
from models.clocks.budget import Budget, ClockKind
from models.clocks.calendar import CalendarSlice, city_date
from models.clocks.ledger import Span
from models.clocks.measure import worth
from models.clocks.policy import ClockStage, Limit, RedAction, Rules


class ClockState(StrEnum):
    """Whether a clock's time flows."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Threshold(StrEnum):
    """The instants of a clock, in the order in which they fire when they fall together."""

    SUBSTITUTE = "substitute"  # B is called, because A has not answered
    YELLOW = "yellow"  # urge
    RED = "red"  # overdue


class Light(StrEnum):
    """The overdue light (双色灯). Not to be confused with urgency."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class ClockError(ValueError):
    """A clock was asked for something that its state does not allow."""


class Clock(Frozen):
    """One limit of one step of one case."""

    id: str
    stage: ClockStage
    subject: str
    """What it belongs to: the round, a task, a whistled department, an order, a milestone."""
    name: Words | None = None
    """Its own name, where the stage's does not say enough: a milestone, a policy's word for a level."""
    policy: str
    """The id of the policy its limit comes from, which may be one that the case's policy extends."""
    version: int
    budget: Budget
    extension: int = Field(default=0, ge=0)
    """Granted on top of the budget, in the budget's unit (seconds, or working days)."""
    yellow_share: float
    substitute_share: float | None = None
    at_red: tuple[RedAction, ...]
    origin: datetime
    """When the limit began to count; for a rule measured from the report, the report."""
    spans: tuple[Span, ...]
    """The ledger, oldest first."""
    floor: datetime | None = None
    """The last change of rule or calendar: no threshold that it moved is dated before it."""
    state: ClockState = ClockState.RUNNING
    substitute_at: datetime | None = None
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    """When the light turns, while the clock runs. None while it is paused. In a stopped clock what it was
    when it stopped; stopped from a pause, only if it had been reached."""
    substituted: datetime | None = None
    yellow: datetime | None = None
    red: datetime | None = None
    """The scheduled instant of the threshold, once it fired."""
    stopped_at: datetime | None = None
    provisional: bool = False
    """Whether one of its instants lies in a year whose working days are not announced yet."""

    @property
    def late(self) -> bool:
        """Stopped at or after its red instant. On time means before it."""
        return self.stopped_at is not None and self.red_at is not None and self.red_at <= self.stopped_at


_MARKS: Final = {Threshold.SUBSTITUTE: "substituted", Threshold.YELLOW: "yellow", Threshold.RED: "red"}


def start(
    rule: Limit,
    *,
    id: str,  # noqa: A002 - the field's name
    stage: ClockStage,
    subject: str,
    rules: Rules,
    origin: datetime,
    at: datetime,
    calendar: CalendarSlice,
    floor: datetime | None = None,
) -> Clock:
    """A running clock for `rule`, one of `rules`.

    `origin` may lie before `at`, when the limit counts from the report: what was consumed since then counts,
    and an instant that has passed already is due at once: under its own date, or under `floor` if that is
    later. Raises ClockError if `origin` lies after `at`.
    """
    if origin > at:
        raise ClockError(f"{id}: cannot count from {origin.isoformat()}, which is still to come")
    source = rules.source_of(rule)
    clock = Clock(
        id=id,
        stage=stage,
        subject=subject,
        name=rule.label,
        policy=source.id,
        version=source.version,
        budget=rule.budget,
        yellow_share=rule.yellow,
        substitute_share=rule.substitute,
        at_red=rule.at_red,
        origin=origin.astimezone(UTC),
        spans=(Span(start=origin.astimezone(UTC)),),
        floor=floor,
    )
    return _derive(clock, at, calendar)


def pause(clock: Clock, at: datetime, calendar: CalendarSlice) -> Clock:
    """The clock stands still from `at`: what was consumed stays, and no instant is promised."""
    _expect(clock, ClockState.RUNNING)
    return _derive(_but(clock, spans=_closed(clock, at), state=ClockState.PAUSED), at, calendar)


def resume(clock: Clock, at: datetime, calendar: CalendarSlice) -> Clock:
    """The clock goes on from `at` with what was left."""
    _expect(clock, ClockState.PAUSED)
    spans = (*clock.spans, Span(start=at.astimezone(UTC)))
    return _derive(_but(clock, spans=spans, state=ClockState.RUNNING), at, calendar)


def extend(clock: Clock, amount: int, at: datetime, calendar: CalendarSlice) -> Clock:
    """`amount` more, in the budget's unit, on top of earlier ones. Raises ClockError if it is not > 0."""
    _expect(clock, ClockState.RUNNING, ClockState.PAUSED)
    if amount <= 0:
        raise ClockError(f"{clock.id}: an extension gives time, {amount} does not")
    return _derive(_but(clock, extension=clock.extension + amount), at, calendar)


def rebudget(clock: Clock, rule: Limit, rules: Rules, at: datetime, calendar: CalendarSlice) -> Clock:
    """Another limit for the same step, or the same limit under another calendar.

    The ledger stays, measured in the new rule's kind of time. A granted extension stays if the kind does, and
    lapses otherwise: two working days more on a limit of five have no meaning on a limit of two hours.
    Nothing that the change makes late is dated before `at`. Unchanged if the change moves nothing. Raises
    ClockError for a stopped clock: it was judged by what was in force.
    """
    _expect(clock, ClockState.RUNNING, ClockState.PAUSED)
    source = rules.source_of(rule)
    changed = _but(
        clock,
        name=rule.label,
        policy=source.id,
        version=source.version,
        budget=rule.budget,
        extension=clock.extension if rule.budget.kind is clock.budget.kind else 0,
        yellow_share=rule.yellow,
        substitute_share=rule.substitute,
        at_red=rule.at_red,
    )
    return _moved(clock, changed, at, calendar)


def stop(clock: Clock, at: datetime, calendar: CalendarSlice) -> Clock:
    """The step is done (or no longer owed): the clock ends, and `late` says whether in time."""
    _expect(clock, ClockState.RUNNING, ClockState.PAUSED)
    stopped = {"state": ClockState.STOPPED, "stopped_at": at.astimezone(UTC)}
    if clock.state is ClockState.RUNNING:
        return _but(clock, spans=_closed(clock, at), **stopped)
    reached = _instants(clock, calendar)
    instants = {f"{t}_at": instant for t, instant in reached.items() if instant is not None}
    return _but(clock, **instants, **stopped)


def consumed(clock: Clock, at: datetime, calendar: CalendarSlice) -> timedelta:
    """What the ledger holds by the instant `at`, in the measured time of the budget's kind."""
    return ledger.consumed(clock.budget.kind, calendar, clock.origin, clock.spans, at)


def remaining(clock: Clock, at: datetime, calendar: CalendarSlice) -> timedelta:
    """Budget and extension minus what was consumed; negative once it is overdue."""
    return _total(clock, calendar) - consumed(clock, at, calendar)


def instants(clock: Clock) -> tuple[tuple[datetime, Threshold], ...]:
    """What a running clock still has to fire, earliest first. Empty for one that stands still."""
    if clock.state is not ClockState.RUNNING:
        return ()
    open_ = ((getattr(clock, f"{t}_at"), t) for t in Threshold if getattr(clock, _MARKS[t]) is None)
    return tuple(sorted((pair for pair in open_ if pair[0] is not None), key=lambda pair: pair[0]))


def mark(clock: Clock, threshold: Threshold) -> Clock:
    """Record that the threshold fired, under the instant it was scheduled for, whenever that is done.

    Raises ClockError if it is not to be fired: the clock stands still, or the threshold is marked already.
    """
    for instant, open_ in instants(clock):
        if open_ is threshold:
            return _but(clock, **{_MARKS[threshold]: instant})
    raise ClockError(f"{clock.id}: {threshold} is not waiting to fire")


def light(clock: Clock, at: datetime) -> Light:
    """The light at the instant `at`: red from `red_at` on, yellow from `yellow_at` on.

    A paused clock keeps the light it had turned to; a stopped one shows what it was when it stopped.
    """
    seen = at if clock.stopped_at is None else min(at, clock.stopped_at)
    red, yellow = clock.red_at or clock.red, clock.yellow_at or clock.yellow
    if red is not None and red <= seen:
        return Light.RED
    return Light.YELLOW if yellow is not None and yellow <= seen else Light.GREEN


def _but(clock: Clock, **changes: Any) -> Clock:
    return clock.model_copy(update=changes)


def _expect(clock: Clock, *states: ClockState) -> None:
    if clock.state not in states:
        raise ClockError(f"{clock.id}: is {clock.state}, not {' or '.join(states)}")


def _closed(clock: Clock, at: datetime) -> tuple[Span, ...]:
    *earlier, last = clock.spans
    return (*earlier, Span(start=last.start, end=at.astimezone(UTC)))


def _total(clock: Clock, calendar: CalendarSlice) -> timedelta:
    return worth(clock.budget.kind, clock.budget.amount + clock.extension, calendar)


def _needs(clock: Clock, calendar: CalendarSlice) -> dict[Threshold, timedelta]:
    """What must be consumed for each threshold the clock has."""
    total = _total(clock, calendar)
    shares = {
        Threshold.SUBSTITUTE: clock.substitute_share,
        Threshold.YELLOW: clock.yellow_share,
        Threshold.RED: 1.0,
    }
    return {threshold: total * share for threshold, share in shares.items() if share is not None}


def _instants(clock: Clock, calendar: CalendarSlice) -> dict[Threshold, datetime | None]:
    """Every threshold's instant: as marked if it fired, else where the ledger has it or the floor is."""
    found: dict[Threshold, datetime | None] = {}
    for threshold, need in _needs(clock, calendar).items():
        instant = getattr(clock, _MARKS[threshold])
        if instant is None:
            instant = ledger.reach(clock.budget.kind, calendar, clock.origin, clock.spans, need)
            if instant is not None and clock.floor is not None:
                instant = max(instant, clock.floor)
        found[threshold] = instant
    return found


def _derive(clock: Clock, at: datetime, calendar: CalendarSlice) -> Clock:
    """The clock with the instants, and the marks that still hold, as ledger and rule have them at `at`."""
    used = consumed(clock, at, calendar)
    needs = _needs(clock, calendar)
    cleared = {mark: None for t, mark in _MARKS.items() if t not in needs or used < needs[t]}
    clock = _but(clock, **cleared)
    running = clock.state is ClockState.RUNNING
    found = _instants(clock, calendar) if running else {}
    dates = [instant for instant in found.values() if instant is not None]
    return _but(
        clock,
        **{f"{t}_at": found.get(t) for t in Threshold},
        provisional=clock.budget.kind is not ClockKind.CONTINUOUS
        and any(calendar.is_provisional(city_date(instant)) for instant in dates),
    )


def _moved(before: Clock, changed: Clock, at: datetime, calendar: CalendarSlice) -> Clock:
    """`changed` with its instants derived, not before `at`; `before` itself if that changes nothing.

    A paused clock shows no instants to compare, so it always takes the floor.
    """
    if before.state is ClockState.RUNNING and _derive(changed, at, calendar) == before:
        return before
    return _derive(_but(changed, floor=at.astimezone(UTC)), at, calendar)
