"""The dossier: all that a case needs from outside, captured once when it opens and carried along.

Units, catalogue, policies and calendar change; an open case keeps the ones it was opened with until a
command brings it new ones, and that becomes a fact with a reason (design.md §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen, Urgency
from models.city.catalogue import Matter
from models.city.routing import Rung
from models.city.units import UnitKind, UnitRef
from models.clocks.calendar import CalendarSlice
from models.clocks.policy import Rules


class Rulebook(Frozen):
    """The rules of time a case is under: the policy resolved for each urgency, and a slice of the calendar.

    An empty rulebook stands in views that people read, which have the clocks but not the rules.
    """

    rules: Mapping[Urgency, Rules] = Field(default_factory=dict)
    calendar: CalendarSlice = Field(default_factory=lambda: CalendarSlice(version="none"))
    reopen_days: int = 15
    """Days after closing in which a case may be reopened (project default); then it is archived."""

    @model_validator(mode="after")
    def _for_every_urgency(self) -> Self:
        if self.rules and set(self.rules) != set(Urgency):
            raise ValueError("a rulebook has rules for every urgency, or none at all")
        return self


class Dossier(Frozen):
    """What is captured when a case opens."""

    number: str
    chain: tuple[UnitRef, ...]
    """The units the place lies in, from the city down to the grid (or as far as it is known)."""
    ladder: tuple[Rung, ...]
    """The rungs the case may climb, bottom to top; the last one only supervises."""
    entry: int
    """The index in the ladder at which the case enters."""
    matter: Matter
    urgency: Urgency
    book: Rulebook

    @property
    def place(self) -> UnitRef:
        """The smallest unit the place is known to lie in."""
        return self.chain[-1]

    def unit_of(self, kind: UnitKind) -> UnitRef | None:
        """The unit of `kind` in the chain, or none."""
        return next((unit for unit in self.chain if unit.kind is kind), None)
