"""Commands: what people and machines want of a case. A file per part of the loop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from models.base import Frozen
from models.case.commands.approving import (
    Approve,
    Refuse,
    RequestExtension,
    RequestSpecialHandling,
    RequestSuspension,
    Resume,
    VoidCase,
)
from models.case.commands.base import CommandBase
from models.case.commands.closing import CallBack, Evaluate, Reopen, Rework, Verify
from models.case.commands.handling import (
    Annotate,
    Arrive,
    Claim,
    Dispatch,
    Handle,
    Inform,
    Release,
    Return,
    Transfer,
)
from models.case.commands.intake import Absorb, Accept, Decline, LinkCase, Merge, OnTheSpot, Report
from models.case.commands.supervising import (
    Answer,
    ChangeRules,
    Escalate,
    PlanMilestone,
    ReachMilestone,
    Regrade,
    Supervise,
    Urge,
)
from models.case.commands.whistling import BlowWhistle, Finish, Rate, ReportIn, Sign
from models.city.people import Principal

Command = Annotated[
    Accept
    | Decline
    | Merge
    | Dispatch
    | Transfer
    | Claim
    | Release
    | Arrive
    | Handle
    | Return
    | Annotate
    | Inform
    | PlanMilestone
    | ReachMilestone
    | BlowWhistle
    | Sign
    | ReportIn
    | Finish
    | Rate
    | Urge
    | Supervise
    | Answer
    | Escalate
    | Regrade
    | RequestExtension
    | RequestSuspension
    | RequestSpecialHandling
    | VoidCase
    | Approve
    | Refuse
    | Resume
    | Verify
    | Rework
    | CallBack
    | Evaluate
    | Reopen
    | ChangeRules
    | LinkCase
    | Absorb,
    Field(discriminator="command"),
]
"""Any command to a case that exists, told apart by its `command` field."""

COMMANDS: dict[str, type[CommandBase]] = {
    member.model_fields["command"].default: member
    for member in Command.__origin__.__args__  # type: ignore[attr-defined]
}
"""Every command by its name."""


class Envelope(Frozen):
    """A command on its way: its identity (for retries), its sender, and itself."""

    id: str = Field(min_length=1, max_length=100)
    principal: Principal
    command: Command
    content: str = ""
    """A hash of what is asked: tells a retry from another command under the same identity. Made by the
    gateway; empty where nobody compares."""
    request: str = ""
    """The request that brought it, by which the logs of all processes are joined."""
    attended: datetime | None = None
    """Whoever sent it sees to it that what it leads to until then (UTC) is written where people read it, and
    has written that down. None: nobody does."""


__all__ = [
    "COMMANDS",
    "Absorb",
    "Accept",
    "Annotate",
    "Answer",
    "Approve",
    "Arrive",
    "BlowWhistle",
    "CallBack",
    "ChangeRules",
    "Claim",
    "Command",
    "CommandBase",
    "Decline",
    "Dispatch",
    "Envelope",
    "Escalate",
    "Evaluate",
    "Finish",
    "Handle",
    "Inform",
    "LinkCase",
    "Merge",
    "OnTheSpot",
    "PlanMilestone",
    "Rate",
    "ReachMilestone",
    "Refuse",
    "Regrade",
    "Release",
    "Reopen",
    "Report",
    "ReportIn",
    "RequestExtension",
    "RequestSpecialHandling",
    "RequestSuspension",
    "Resume",
    "Return",
    "Rework",
    "Sign",
    "Supervise",
    "Transfer",
    "Urge",
    "Verify",
    "VoidCase",
]
