"""Owners: whose lateness a clock measures."""

from __future__ import annotations

from models.case.state import Case
from models.city.units import UnitRef
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage

_HOLDERS_OWN = frozenset(
    {ClockStage.ACCEPT, ClockStage.DISPATCH, ClockStage.LEVEL, ClockStage.VERIFY, ClockStage.CALL_BACK}
)


def owner_of(case: Case, clock: Clock) -> UnitRef:
    """The unit whose lateness the clock measures."""
    if clock.stage in _HOLDERS_OWN:
        return case.holder
    if clock.stage is ClockStage.CLAIM:
        task = case.task(clock.subject)
        return task.unit if task else case.holder
    if clock.stage in (ClockStage.SIGN, ClockStage.REPORT_IN, ClockStage.FINISH):
        whistle_id, _, unit_id = clock.subject.partition("/")
        whistle = case.whistle(whistle_id)
        party = whistle.party(unit_id) if whistle else None
        return party.unit if party else case.holder
    if clock.stage is ClockStage.ANSWER:
        order = case.order(clock.subject)
        return order.owner if order else case.holder
    lead = case.lead_task
    return lead.unit if lead else case.holder
