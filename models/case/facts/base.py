"""What every fact has in common, and the stamp that says when and by whom."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime

from models.base import Frozen, Words
from models.case.state import Case
from models.city.people import Actor


class Stamp(Frozen):
    """When a fact was recorded, and who acted."""

    at: datetime
    """UTC. A deadline's fact carries its scheduled instant besides."""
    actor: Actor


class FactBase(Frozen):
    """Something that happened. It knows its effect on the case and how to say itself.

    `apply` is total: a fact was decided on, so it is never refused; it must go on meaning the same for as
    long as there are recorded facts, because the read model can be rebuilt from them at any time.
    """

    def apply(self, case: Case, stamp: Stamp) -> Case:
        """The case after this fact; by default the fact is only remembered."""
        del stamp
        return case

    @abstractmethod
    def words(self) -> Words:
        """What happened, for the timeline. People appear in the timeline beside it, never in it."""
