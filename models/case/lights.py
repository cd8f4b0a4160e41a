"""What the lights do by themselves: yellow urges, red supervises and climbs (双色灯)."""

from __future__ import annotations

from datetime import datetime

from models.base import Urgency
from models.case.draft import Draft
from models.case.facts import Escalated, Supervised, Urged
from models.case.owners import owner_of
from models.case.state import (
    ACTIVE_TASK,
    WORKING,
    Order,
    Task,
    TaskRole,
)
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage, RedAction
from models.clocks.quiet import deliver_at


def on_yellow(draft: Draft, clock: Clock) -> None:
    """Yellow urges the owner: in the daytime, unless the matter is critical."""
    case = draft.case
    units = [owner_of(case, clock)]
    if case.lead is not None and clock.stage is ClockStage.HANDLE and case.lead not in units:
        units.append(case.lead)  # the first receiver answers for what was transferred
    draft.record(
        Urged(
            units=tuple(units),
            automatic=True,
            clock=clock.id,
            deliver_at=deliver_at(draft.at, urgent=case.urgency is Urgency.CRITICAL),
        )
    )


def on_red(draft: Draft, clock: Clock, scheduled: datetime) -> None:
    """Red opens a supervision order at the next level up, and climbs where the rule says so."""
    climbs = RedAction.ESCALATE in clock.at_red and draft.case.stage in WORKING
    # At the top there is nobody to hand it to: then it is pressed from above.
    supervised = RedAction.SUPERVISE in clock.at_red or (climbs and draft.case.at_the_top)
    # An unanswered order is red for both sides to see; an order about an order would help nobody.
    if supervised and clock.stage is not ClockStage.ANSWER:
        _supervise(draft, clock)
    if climbs:
        climb(draft, clock=clock.id, scheduled=scheduled)


def _supervise(draft: Draft, clock: Clock) -> None:
    case = draft.case
    owner = owner_of(case, clock)
    above = case.ladder[min(case.rung + 1, len(case.ladder) - 1)].unit
    draft.record(
        Supervised(
            order=Order(
                id=f"o{len(case.orders) + 1}",
                round=case.round,
                owner=owner,
                # Whoever is late for the holder is supervised by the holder; the holder itself from above.
                by=above if owner.id == case.holder.id else case.holder,
                automatic=True,
                clock=clock.id,
                opened_at=draft.at,
            )
        )
    )


def climb(
    draft: Draft,
    *,
    to: int | None = None,
    clock: str | None = None,
    scheduled: datetime | None = None,
    reason: str = "",
) -> bool:
    """Move the holder up the ladder; the last rung only supervises, so there it does nothing.

    Returns whether the holder moved.
    """
    case = draft.case
    target = case.rung + 1 if to is None else to
    if target >= len(case.ladder) - 1:
        return False
    origin = case.ladder[case.rung]
    assisting = None
    if not any(t.unit.id == origin.unit.id and t.state in ACTIVE_TASK for t in case.tasks):
        assisting = Task(
            id=f"t{len(case.tasks) + 1}",
            role=TaskRole.ASSISTING,
            unit=origin.unit,
            kept=True,
            round=case.round,
            opened_at=draft.at,
        )
    draft.record(
        Escalated(
            origin=origin,
            to=case.ladder[target],
            rung=target,
            automatic=clock is not None,
            clock=clock,
            scheduled=scheduled,
            reason=reason,
            assisting=assisting,
        )
    )
    return True
