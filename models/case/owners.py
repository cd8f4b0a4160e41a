"""Owners: whose lateness a clock measures."""

from __future__ import annotations

from models.case.state import Case
from models.city.units import UnitRef
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage

HOLDERS_OWN = frozenset(
    {ClockStage.ACCEPT, ClockStage.DISPATCH, ClockStage.LEVEL, ClockStage.VERIFY, ClockStage.CALL_BACK}
)


def owner_of(case: Case, clock: Clock) -> UnitRef:
    """The unit whose lateness the clock measures.

    A step inside the matter is the lead's, or while there is none the holder's; so is a clock whose task,
    whistle or order the case does not know.
    """
    if clock.stage in HOLDERS_OWN:
        return case.holder
    lead = case.lead_task
    if clock.stage is ClockStage.RATE:
        whistlers = {f"{w.id}/{party.unit.id}": w.by for w in case.whistles for party in w.parties}
        return whistlers.get(clock.subject, case.holder)
    known = {order.id: order.owner for order in case.orders}
    known |= {task.pool: task.unit for task in case.tasks}
    known |= {f"{w.id}/{party.unit.id}": party.unit for w in case.whistles for party in w.parties}
    return known.get(clock.subject, lead.unit if lead else case.holder)
