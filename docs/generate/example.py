"""The worked example of deadline arithmetic: one case, played through the core, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Final, NamedTuple

from docs.generate.tables import table
from models.base import Urgency
from models.case.commands import (
    Accept,
    Approve,
    Claim,
    Command,
    Dispatch,
    Regrade,
    RequestExtension,
    RequestSuspension,
    Resume,
)
from models.city.people import Principal
from models.clocks import spoken
from models.clocks.budget import ClockKind
from models.clocks.calendar import CITY_ZONE
from models.clocks.clock import consumed, remaining
from models.clocks.measure import NOTHING
from tests.support import world
from tests.support.play import Play
from tests.support.world import beijing

HANDLING: Final = "handle:r1"
_REASON: Final = "…"


class Row(NamedTuple):
    """The handling clock after something happened; instants in Beijing time, as text."""

    at: str
    what: str
    used: str
    left: str
    yellow: str
    red: str


_Act = tuple[Principal, Command]
_SCRIPT: Final[tuple[tuple[datetime, str, tuple[_Act, ...]], ...]] = (
    (beijing(2026, 10, 12, 9), "reported: 5 working days, the first day not counted", ()),
    (
        beijing(2026, 10, 12, 9, 30),
        "accepted, dispatched, claimed: the limit counts from the report, so nothing moves",
        (
            (world.OFFICER, Accept()),
            (world.OFFICER, Dispatch(lead=world.GRID)),
            (world.WORKER, Claim()),
        ),
    ),
    (
        beijing(2026, 10, 14, 10),
        "suspended (asked for by one person, approved by another)",
        (
            (world.WORKER, RequestSuspension(review_on=date(2026, 10, 30), reason=_REASON)),
            (world.DISPATCHER, Approve()),
        ),
    ),
    (beijing(2026, 10, 23, 14), "resumed", ((world.OFFICER, Resume()),)),
    (
        beijing(2026, 10, 26, 9),
        "extended by 2 working days",
        ((world.WORKER, RequestExtension(amount=2, reason=_REASON)), (world.DISPATCHER, Approve())),
    ),
    (
        beijing(2026, 10, 27, 9),
        "regraded to urgent: 5 continuous hours from the report",
        ((world.DISPATCHER, Regrade(urgency=Urgency.URGENT, reason=_REASON)),),
    ),
)


def worked_example() -> str:
    """The example as a table."""
    heading = ("Beijing time, 2026", "what happened", "used", "left", "yellow", "red")
    return table(heading, rows())


@cache
def rows() -> tuple[Row, ...]:
    """The example, row by row."""
    return tuple(_played())


def _played() -> Iterator[Row]:
    play = Play.reported(world.dossier(), by=world.WORKER, at=_SCRIPT[0][0], text=_REASON)
    for at, what, acts in _SCRIPT:
        play.until(at)
        for who, command in acts:
            play.send(who, command)
        yield _row(play, at, what)


def _row(play: Play, at: datetime, what: str) -> Row:
    clock, calendar = play.case.clock(HANDLING), world.calendar()
    if clock is None:
        raise LookupError(f"no handling clock at {at.isoformat()}")
    day = calendar.day_length if clock.budget.kind is ClockKind.WORKING_DAYS else None
    left = remaining(clock, at, calendar)
    return Row(
        at=_short(at),
        what=what,
        used=spoken.duration(consumed(clock, at, calendar), day).en,
        left=spoken.duration(left, day).en if left > NOTHING else "nothing",
        yellow=_short(clock.yellow_at) if clock.yellow_at else "stands still",
        red=_short(clock.red_at) if clock.red_at else "stands still",
    )


def _short(at: datetime) -> str:
    local = at.astimezone(CITY_ZONE)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
