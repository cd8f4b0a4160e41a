"""Commands of the way in: report, accept, decline, merge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Frozen, Words
from models.case.commands.base import CommandBase, Note, Pictures, Reason, require_turn, withdraw_open
from models.case.draft import Draft
from models.case.facts import Absorbed, Accepted, Declined, Linked, Merged
from models.case.refusals import AlreadyPending, BadValue, WrongStage
from models.case.state import Channel, Link, Reporter
from models.city.triage import DEFAULT, triage_kind
from models.clocks.policy import ClockStage


class OnTheSpot(Frozen):
    """自办/一格解决: reported and handled at once, with evidence; still verified by someone else."""

    note: str = Reason
    attachments: tuple[str, ...] = Pictures


class Report(Frozen):
    """上报: the first command; it begins the case, so it meets none (`models.case.decide.begin`)."""

    command: Literal["report"] = "report"
    channel: Channel = Channel.GRID
    text: str = Field(default="", max_length=4000)
    address: str = Field(default="", max_length=300)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    attachments: tuple[str, ...] = Pictures
    contact: str | None = None
    """The reference under which the reporter's name and phone are kept; never the data themselves."""
    on_the_spot: OnTheSpot | None = None
    drill: bool = False
    link: Link | None = None


class Accept(CommandBase):
    """受理: the holder takes the case on; after a climb, the new holder does."""

    command: Literal["accept"] = "accept"
    triage: str | None = Field(default=None, max_length=20)
    note: str = Note

    def decide(self, draft: Draft) -> None:
        case = draft.case
        if case.accepted:
            raise WrongStage(Words(zh="本件已受理", en="The case has been accepted already"))
        require_turn(draft, ClockStage.ACCEPT, case.turn)
        triage = triage_kind(self.triage) if self.triage is not None else None
        if self.triage is not None and triage is None:
            ways = "、".join(kind.name.zh for kind in DEFAULT.kinds)
            raise BadValue(Words(zh=f"三事分流请填：{ways}", en=f"Triage is one of: {ways}"), field="triage")
        draft.record(Accepted(holder=case.holder, triage=triage.name.zh if triage else None, note=self.note))


class Decline(CommandBase):
    """不予受理: with the reason, which the reporter hears."""

    command: Literal["decline"] = "decline"
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        withdraw_open(draft, Words(zh="本件不予受理", en="the case was declined"))
        draft.record(Declined(reason=self.reason))


class Merge(CommandBase):
    """并入重复件: this case is a duplicate of the one named."""

    command: Literal["merge"] = "merge"
    into: str = Field(max_length=40)
    reason: str = Note

    def decide(self, draft: Draft) -> None:
        if self.into == draft.case.number:
            raise BadValue(Words(zh="不能并入自身", en="A case cannot be merged into itself"), field="into")
        withdraw_open(draft, Words(zh="本件已并入", en="the case was merged"))
        draft.record(Merged(into=self.into, reason=self.reason))


class Absorb(CommandBase):
    """The other side of a merge, sent by the duplicate's workflow."""

    command: Literal["absorb"] = "absorb"
    number: str
    reporters: tuple[Reporter, ...]

    def decide(self, draft: Draft) -> None:
        if Link(number=self.number, relation="duplicate") in draft.case.links:
            raise AlreadyPending(Words(zh="该重复件已并入", en="That duplicate is merged already"))
        draft.record(Absorbed(number=self.number, reporters=self.reporters))


class LinkCase(CommandBase):
    """A follow-up case was opened for this one; sent by its workflow."""

    command: Literal["link"] = "link"
    link: Link

    def decide(self, draft: Draft) -> None:
        if self.link in draft.case.links:
            raise AlreadyPending(Words(zh="该案件已关联", en="That case is linked already"))
        draft.record(Linked(link=self.link))
