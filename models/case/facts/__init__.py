"""Facts: what happened to a case, in order. The timeline *is* the facts.

A file per part of the loop; each fact carries its data, its effect (`apply`) and its words.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.case.facts.base import FactBase
from models.case.facts.closing import Archived, CalledBack, Closed, Evaluated, Reopened, Reworked, Verified
from models.case.facts.handling import (
    Annotated as Noted,
)
from models.case.facts.handling import (
    Arrived,
    Claimed,
    Dispatched,
    Handled,
    Informed,
    Released,
    Returned,
    Transferred,
    Withdrawn,
)
from models.case.facts.intake import Absorbed, Accepted, Declined, Linked, Merged, Reported
from models.case.facts.supervising import (
    Answered,
    Escalated,
    MilestonePlanned,
    MilestoneReached,
    Regraded,
    RequestDecided,
    Requested,
    Resumed,
    ReviewCalled,
    RulesChanged,
    SpecialHandling,
    Supervised,
    Urged,
    Voided,
    WasSuspended,
)
from models.case.facts.timing import ClockSet, ThresholdPassed
from models.case.facts.whistling import Finished, Rated, ReportedIn, Signed, Whistled

Fact = Annotated[
    Reported
    | Accepted
    | Declined
    | Merged
    | Absorbed
    | Linked
    | Dispatched
    | Transferred
    | Claimed
    | Released
    | Arrived
    | Handled
    | Returned
    | Withdrawn
    | Noted
    | Informed
    | Whistled
    | Signed
    | ReportedIn
    | Finished
    | Rated
    | Urged
    | Supervised
    | Answered
    | Escalated
    | Regraded
    | Requested
    | RequestDecided
    | WasSuspended
    | ReviewCalled
    | Resumed
    | SpecialHandling
    | RulesChanged
    | MilestonePlanned
    | MilestoneReached
    | Voided
    | Verified
    | Reworked
    | CalledBack
    | Evaluated
    | Closed
    | Reopened
    | Archived
    | ClockSet
    | ThresholdPassed,
    Field(discriminator="fact"),
]
"""Any fact, told apart by its `fact` field."""

FACTS: tuple[type[FactBase], ...] = Fact.__origin__.__args__  # type: ignore[attr-defined]
"""Every class of fact, for tests and documentation."""

__all__ = [
    "FACTS",
    "Absorbed",
    "Accepted",
    "Answered",
    "Archived",
    "Arrived",
    "CalledBack",
    "Claimed",
    "ClockSet",
    "Closed",
    "Declined",
    "Dispatched",
    "Escalated",
    "Evaluated",
    "Fact",
    "Finished",
    "Handled",
    "Informed",
    "Linked",
    "Merged",
    "MilestonePlanned",
    "MilestoneReached",
    "Noted",
    "Rated",
    "Regraded",
    "Released",
    "Reopened",
    "Reported",
    "ReportedIn",
    "RequestDecided",
    "Requested",
    "Resumed",
    "Returned",
    "ReviewCalled",
    "Reworked",
    "RulesChanged",
    "Signed",
    "SpecialHandling",
    "Supervised",
    "ThresholdPassed",
    "Transferred",
    "Urged",
    "Verified",
    "Voided",
    "WasSuspended",
    "Whistled",
    "Withdrawn",
]
