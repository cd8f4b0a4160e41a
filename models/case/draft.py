"""A draft: a decision in the making. It collects facts and shows the case as they change it."""

from __future__ import annotations

from datetime import datetime

from models.case.evolve import evolve
from models.case.facts import Fact
from models.case.facts.base import Stamp
from models.case.state import Case
from models.city.people import Actor


class Draft:
    """Facts decided so far, and the case after them. Lives for one decision, never longer."""

    def __init__(self, case: Case, actor: Actor, at: datetime) -> None:
        self.case = case
        self.stamp = Stamp(at=at, actor=actor)
        self.steps: list[tuple[Fact, Case]] = []

    @property
    def at(self) -> datetime:
        """The instant of the decision, UTC."""
        return self.stamp.at

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.stamp.actor

    def record(self, fact: Fact) -> Case:
        """Decide on `fact`; the case after it."""
        self.case = evolve(self.case, fact, self.stamp)
        self.steps.append((fact, self.case))
        return self.case
