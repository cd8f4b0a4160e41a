"""What crosses the border of a case's workflow: its input, receipts, and batches for the projection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from models.base import Frozen
from models.case.commands import Report
from models.case.dossier import Dossier
from models.case.sealing import SealedFact
from models.case.state import Case
from models.city.people import Principal


class Opening(Frozen):
    """A report on its way in, with the dossier that was captured for it."""

    command_id: str
    principal: Principal
    report: Report
    dossier: Dossier
    request: str = ""
    """The request that brought it, by which the logs of all processes are joined."""
    attended: datetime | None = None
    """As an envelope's."""


class Seen(Frozen):
    """A command that was answered: the version it led to, and the hash of what it asked."""

    version: int
    content: str = ""


class Carried(Frozen):
    """What a case takes along when its history rolls over."""

    case: Case
    facts: tuple[SealedFact, ...]
    """The newest facts, for `timeline` to show without PostgreSQL."""
    seen: dict[str, Seen] = Field(default_factory=dict)
    """Command identities already answered; Temporal forgets them on rolling."""
    unwritten: tuple[SealedFact, ...] = ()
    """The facts that are not known to be in PostgreSQL."""


class CaseInput(Frozen):
    """The start of a run: an opening, or what the run before it carried over."""

    opening: Opening | None = None
    carried: Carried | None = None
    roll_over_events: int | None = None
    """Roll the history over at this length; none: when Temporal suggests it (4,096 events or 4 MB)."""


class Receipt(Frozen):
    """The answer to a command that was accepted."""

    number: str
    version: int
    """The case's version after the command."""
    at: datetime
    facts: tuple[SealedFact, ...] = ()
    """Facts that no receipt has carried yet: those of this command, and what the clocks did before it. They
    are durable when the receipt arrives, and whoever gets it writes them."""
    projected: bool = False
    """Whether PostgreSQL has it already. If not, it is being caught up; the snapshot here is the truth. Known
    only to the gateway, which writes the facts."""
    content: str = ""
    """The hash of the command that was answered under this identity; another one than was sent means that the
    identity was used before for something else."""
    repeated: bool = False
    """Whether this command identity had been answered before a roll-over; nothing happened again."""
    snapshot: dict[str, Any]
    """The case after the command, as people read it (`models.case.state.Case` without its rules)."""


class Timeline(Frozen):
    """The newest facts that the workflow itself holds."""

    facts: tuple[SealedFact, ...]
    complete: bool
    """Whether these are all; a very long case keeps only its newest in memory."""


class Batch(Frozen):
    """What the projection writes in one go: facts, and the state after the last of them.

    Without the state it is a question only: is the last of the facts written, and so all before it?
    """

    case: Case | None
    facts: tuple[SealedFact, ...]


class Rollout(Frozen):
    """A change of rules on its way to the open cases."""

    id: str
    reason: str
    """Why, in the words of whoever published it; every case's fact says it."""
    policy: str | None = None
    """The policy that changed; none: all cases are told."""
    calendar: bool = False
    """Whether the working calendar changed."""
    after: str = ""
    """The last case told."""
    told: int = 0


class Told(Frozen):
    """One page of a rollout."""

    count: int
    last: str
    finished: bool
