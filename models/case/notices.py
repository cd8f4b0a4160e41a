"""Notices: who is told what, when a fact happens. In-product messages; outward channels carry the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from models.base import Frozen, Urgency, Words
from models.case import facts as f
from models.case.facts.base import Stamp
from models.case.owners import owner_of
from models.case.permissions import SERVES
from models.case.state import Case, Reporter, Stage
from models.city.people import Rank, Role
from models.city.units import UnitRef
from models.clocks.clock import Threshold
from models.clocks.quiet import deliver_at

SUPERVISING = (Role.SUPERVISOR, Role.COMMANDER, Role.AUDITOR)


class Notice(Frozen):
    """One message: to a person, a resident's contact reference, or the posts of a unit."""

    kind: str
    words: Words
    visible_at: datetime
    """Quiet hours are kept here: the fact stands at once, the message waits for the morning."""
    urgent: bool = False
    person: str | None = None
    contact: str | None = None
    unit: str | None = None
    roles: tuple[Role, ...] = ()
    rank: Rank | None = None


class _Writer:
    """Writes the notices of one fact."""

    def __init__(self, case: Case, fact: f.Fact, stamp: Stamp) -> None:
        self.case, self.stamp = case, stamp
        self.urgent = case.urgency is Urgency.CRITICAL
        said = fact.words()
        title = case.matter.name
        self.words = Words(
            zh=f"{case.number} {title.zh}：{said.zh}", en=f"{case.number} {title.en}: {said.en}"
        )
        self.kind = fact.fact
        self.visible_at = stamp.at

    def unit(self, unit: UnitRef, *roles: Role, rank: Rank | None = None) -> Notice:
        """To the posts at a unit: those that serve its desk, or the roles given."""
        return Notice(
            kind=self.kind,
            words=self.words,
            visible_at=self.visible_at,
            urgent=self.urgent,
            unit=unit.id,
            roles=roles or tuple(sorted(SERVES[unit.kind])),
            rank=rank,
        )

    def reporter(self, reporter: Reporter) -> Notice:
        """To somebody who reported it; residents are told in the daytime."""
        return Notice(
            kind=self.kind,
            words=self.words,
            visible_at=deliver_at(self.stamp.at, urgent=False),
            person=reporter.person,
            contact=reporter.contact,
        )

    def reporters(self) -> Iterator[Notice]:
        """To everyone who reported it, but not to who acts now."""
        for reporter in self.case.reporters:
            if reporter.person != self.stamp.actor.person and (reporter.person or reporter.contact):
                yield self.reporter(reporter)


def _holder(_fact: f.Fact, to: _Writer) -> Iterator[Notice]:
    yield to.unit(to.case.holder)


def _reporters(_fact: f.Fact, to: _Writer) -> Iterator[Notice]:
    yield from to.reporters()


def _absorbed(fact: f.Absorbed, to: _Writer) -> Iterator[Notice]:
    """A duplicate of a matter that is closed already: its reporters will hear of no closing but this."""
    if to.case.stage is Stage.CLOSED:
        for reporter in fact.reporters:
            if reporter.person or reporter.contact:
                yield to.reporter(reporter)


def _dispatched(fact: f.Dispatched, to: _Writer) -> Iterator[Notice]:
    for task in fact.tasks:
        if task.person is None:
            yield to.unit(task.unit)


def _transferred(fact: f.Transferred, to: _Writer) -> Iterator[Notice]:
    yield to.unit(fact.to)


def _whistled(fact: f.Whistled, to: _Writer) -> Iterator[Notice]:
    for party in fact.whistle.parties:
        yield to.unit(party.unit)


def _informed(fact: f.Informed, to: _Writer) -> Iterator[Notice]:
    for unit in fact.units:
        yield to.unit(unit)


def _urged(fact: f.Urged, to: _Writer) -> Iterator[Notice]:
    to.visible_at = fact.deliver_at
    for unit in fact.units:
        yield to.unit(unit)


def _supervised(fact: f.Supervised, to: _Writer) -> Iterator[Notice]:
    yield to.unit(fact.order.owner)
    yield to.unit(fact.order.by, *SUPERVISING)


def _answered(fact: f.Answered, to: _Writer) -> Iterator[Notice]:
    for order in to.case.orders:
        if order.id == fact.order:
            yield to.unit(order.by, *SUPERVISING)


def _passed(fact: f.ThresholdPassed, to: _Writer) -> Iterator[Notice]:
    owner = owner_of(to.case, fact.clock)
    if fact.threshold is Threshold.SUBSTITUTE:
        to.visible_at = deliver_at(to.stamp.at, urgent=to.urgent)
        yield to.unit(owner, rank=Rank.B)
    elif fact.threshold is Threshold.RED:
        yield to.unit(owner)


def _at_work(_fact: f.Fact, to: _Writer) -> Iterator[Notice]:
    lead = to.case.lead_task
    yield to.unit(lead.unit if lead else to.case.holder)


def _called_back(fact: f.CalledBack | f.Evaluated, to: _Writer) -> Iterator[Notice]:
    if to.case.stage is Stage.HANDLING:  # dissatisfied: back to who had handled it
        yield from _at_work(fact, to)


# Each route takes the fact it stands beside; `Any`, because a table cannot say that.
_ROUTES: dict[type, Callable[[Any, _Writer], Iterator[Notice]]] = {
    f.Reported: _holder,
    f.Accepted: _reporters,
    f.Declined: _reporters,
    f.Merged: _reporters,
    f.Absorbed: _absorbed,
    f.Dispatched: _dispatched,
    f.Transferred: _transferred,
    f.Handled: _holder,
    f.Returned: _holder,
    f.Informed: _informed,
    f.Whistled: _whistled,
    f.ReportedIn: _holder,
    f.Finished: _holder,
    f.Urged: _urged,
    f.Supervised: _supervised,
    f.Answered: _answered,
    f.Escalated: _holder,
    f.Requested: _holder,
    f.RequestDecided: _at_work,
    f.WasSuspended: _reporters,
    f.ReviewCalled: _holder,
    f.Resumed: _at_work,
    f.Voided: _reporters,
    f.Reworked: _at_work,
    f.CalledBack: _called_back,
    f.Evaluated: _called_back,
    f.Closed: _reporters,
    f.Reopened: _holder,
    f.ThresholdPassed: _passed,
}


def notices(case: Case, fact: f.Fact, stamp: Stamp) -> tuple[Notice, ...]:
    """Who is told of `fact`; `case` as it stands after it."""
    route = _ROUTES.get(type(fact))
    return tuple(route(fact, _Writer(case, fact, stamp))) if route else ()
