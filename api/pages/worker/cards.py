"""The cards of `/mine`: a case as its reader has to do with it, with the next step as the big button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.pages.command_forms import PRIMARY
from api.pages.worker.evidence import demands_photo
from models.base import Frozen
from models.case.decide import offers
from models.case.state import WORKING, Case, PartyState
from models.city.people import Principal
from models.queries.worklist import Pile, WorkLine

OWN_PAGES: Final = frozenset({"arrive", "handle"})
"""Steps that have a page of their own for the thumb; the others have the form that every page has."""
_BESIDE: Final = ("arrive", "handle", "return", "release", "annotate", "escalate", "decline", "rework")
"""What stands beside the next step, in this order; everything else is on the case's page."""


class Card(Frozen):
    """One case in the hand."""

    line: WorkLine
    commands: tuple[str, ...]
    held: bool
    """Whether the reader's own unit holds the case."""

    @property
    def next_step(self) -> str | None:
        """The step that takes the case on."""
        return next((name for name in PRIMARY if name in self.commands), None)

    @property
    def beside(self) -> tuple[str, ...]:
        """The other buttons."""
        return tuple(name for name in _BESIDE if name in self.commands and name != self.next_step)

    @property
    def whistle(self) -> bool:
        """Whether departments can be whistled: by the holder; others ask the holder to, by a note."""
        return may_whistle(self.line.case, self.commands)

    @property
    def photo(self) -> bool:
        """Whether a picture must go with the handling."""
        return demands_photo(self.line.case.matter)


def may_whistle(case: Case, commands: Sequence[str]) -> bool:
    """Whether to offer the whistle: none is under way, and the reader may blow it or ask for it."""
    under_way = any(
        party.state not in (PartyState.FINISHED, PartyState.RATED)
        for whistle in case.whistles
        if whistle.round == case.round
        for party in whistle.parties
    )
    asked = "annotate" in commands and case.stage in WORKING and not under_way
    return "whistle" in commands or asked


def card(line: WorkLine, principal: Principal, held: bool) -> Card:
    """The card of a line. A claim before B's turn is not offered (AB角)."""
    commands = offers(line.case, principal)
    may = tuple(name for name in commands if name != "claim" or "claim" in line.commands)
    return Card(line=line, commands=may, held=held)


def sorted_out(
    lines: Sequence[WorkLine], held: Sequence[Case], principal: Principal, at: datetime
) -> dict[str, list[Card]]:
    """Cards by where they stand: `mine`, `pool`, and `held` for the rest of what the reader's unit holds."""
    own = {case.number for case in held}
    cards = [card(line, principal, line.case.number in own) for line in lines]
    listed = {line.case.number for line in lines}
    rest = [WorkLine.of(case, principal, at) for case in held if case.number not in listed]
    return {
        "mine": [one for one in cards if Pile.MINE in one.line.piles],
        "pool": [one for one in cards if Pile.POOL in one.line.piles],
        "held": [card(line, principal, held=True) for line in rest],
    }
