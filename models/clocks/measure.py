"""How the three kinds of time flow between two instants.

All arithmetic is done with `timedelta`, which counts whole microseconds: nothing drifts, and
`elapsed(a, c) == elapsed(a, b) + elapsed(b, c)` holds exactly. Results are UTC.

Working days and working hours are one measure. A working day is worth the office time of one day
(`CalendarSlice.day_length`), so that half an hour's pause moves a deadline by half an hour of office time,
and a pause at night by nothing. What differs is where the flow begins: see `begins`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from models.clocks.budget import ClockKind
from models.clocks.calendar import CITY_ZONE, CalendarSlice, city_date, midnight

DAY = timedelta(days=1)
NOTHING = timedelta()


def begins(kind: ClockKind, origin: datetime) -> datetime:
    """When a clock of `kind` that was started at `origin` begins to flow (UTC).

    A limit in days does not count the day on which it starts, and ends with the business hours of its last
    day (Civil Code, articles 201 and 203): working days flow from the following midnight in the city.
    """
    if kind is ClockKind.WORKING_DAYS:
        return midnight(city_date(origin) + DAY).astimezone(UTC)
    return _utc(origin)


def worth(kind: ClockKind, amount: int, calendar: CalendarSlice) -> timedelta:
    """What `amount` (in the unit of a budget of `kind`) is worth in that kind's measured time."""
    if kind is ClockKind.WORKING_DAYS:
        return amount * calendar.day_length
    return timedelta(seconds=amount)


def elapsed(kind: ClockKind, calendar: CalendarSlice, start: datetime, end: datetime) -> timedelta:
    """The time of `kind` that flows between two instants. Raises ValueError if `end` is before `start`."""
    start, end = _utc(start), _utc(end)
    if end < start:
        raise ValueError(f"time runs forward: {end.isoformat()} is before {start.isoformat()}")
    if kind is ClockKind.CONTINUOUS:
        return end - start
    first, last = city_date(start), city_date(end)
    if first == last:
        return _open(calendar, first, _offset(start), _offset(end))
    total = _open(calendar, first, _offset(start), DAY) + _open(calendar, last, NOTHING, _offset(end))
    day = first + DAY
    while day < last:
        if calendar.is_working(day):
            total += calendar.day_length
        day += DAY
    return total


def advance(kind: ClockKind, calendar: CalendarSlice, start: datetime, amount: timedelta) -> datetime:
    """The earliest instant by which `amount` of time of `kind` has flowed since `start` (UTC).

    Exactly used up at closing time, it is that closing time (18:00), not the next opening. An amount of
    zero is `start` itself. Raises ValueError for a negative amount.
    """
    start = _utc(start)
    if amount < NOTHING:
        raise ValueError(f"time runs forward: cannot advance by {amount}")
    if kind is ClockKind.CONTINUOUS or not amount:
        return start + amount
    day, offset = city_date(start), _offset(start)
    while True:
        room = _open(calendar, day, offset, DAY)
        if amount <= room:
            return (midnight(day) + _into(calendar, offset, amount)).astimezone(UTC)
        amount -= room
        day, offset = day + DAY, NOTHING


def _open(calendar: CalendarSlice, day: date, start: timedelta, end: timedelta) -> timedelta:
    """The office time of `day` between two offsets from its midnight."""
    if not calendar.is_working(day):
        return NOTHING
    shares = (min(end, closes) - max(start, opens) for opens, closes in calendar.spans)
    return sum((share for share in shares if share > NOTHING), NOTHING)


def _into(calendar: CalendarSlice, start: timedelta, amount: timedelta) -> timedelta:
    """The offset from midnight at which `amount` of a working day's office time after `start` is used up."""
    instant = start
    for opens, closes in calendar.spans:
        begin = max(instant, opens)
        if amount > NOTHING and begin < closes:
            used = min(amount, closes - begin)
            instant, amount = begin + used, amount - used
    return instant


def _offset(at: datetime) -> timedelta:
    """How far into its day in the city the instant is."""
    local = at.astimezone(CITY_ZONE)
    return local - midnight(local.date())


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at.isoformat()}")
    return at.astimezone(UTC)
