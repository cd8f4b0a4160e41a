"""The running limits of a case as the head of its page shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.pages.cases.reading import CaseFile
from models.base import Frozen, Words
from models.case.owners import owner_of
from models.clocks.budget import Budget
from models.clocks.clock import Clock, ClockState, Light, consumed, light
from models.clocks.explain import stage_name
from models.clocks.measure import worth


class ClockCard(Frozen):
    """One limit that runs or stands still."""

    clock: Clock
    name: Words
    owner: str
    """The name of the unit whose lateness it measures."""
    light: Light
    allowed: Words
    """Budget and extensions."""
    share: int
    """What has been used of it, in per cent; more than 100 once it is late."""
    left: timedelta
    """What is left, in the measured time of its kind; negative once it is late."""
    why: Words | None

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self.clock.state is ClockState.PAUSED


def clock_cards(file: CaseFile, now: datetime) -> tuple[ClockCard, ...]:
    """The limits of the case at the instant `now`: the nearest red first, those that stand still last."""
    cards = [_card(file, clock, now) for clock in file.case.clocks]
    return tuple(sorted(cards, key=_nearest))


def _card(file: CaseFile, clock: Clock, now: datetime) -> ClockCard:
    calendar = file.calendar
    amount = clock.budget.amount + clock.extension
    total = worth(clock.budget.kind, amount, calendar)
    used = consumed(clock, max(now, clock.origin), calendar)
    return ClockCard(
        clock=clock,
        name=clock.name or stage_name(clock.stage),
        owner=owner_of(file.case, clock).name,
        light=light(clock, now),
        allowed=Budget(kind=clock.budget.kind, amount=amount).words(),
        share=round(100 * (used / total)),
        left=total - used,
        why=file.why.get(clock.id),
    )


def _nearest(card: ClockCard) -> tuple[bool, float, str]:
    red = card.clock.red_at
    return card.paused, red.timestamp() if red is not None else float("inf"), card.clock.id
