"""Commands of the whistle: whistle, sign, report in, finish, rate (吹哨报到评哨)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Words
from models.case.commands.base import CommandBase, Note, Pictures, Reason, post_of, require_turn
from models.case.draft import Draft
from models.case.facts import Finished, Rated, ReportedIn, Signed, Whistled
from models.case.permissions import serves
from models.case.refusals import BadValue, NoSuchThing, OutsideArea, WhichOne, WrongStage
from models.case.state import Ground, Party, PartyState, Whistle
from models.city.units import UnitKind, UnitRef, within
from models.clocks.policy import ClockStage


class BlowWhistle(CommandBase):
    """吹哨: the holder calls one or several departments of its district up, on a legitimate ground."""

    command: Literal["whistle"] = "whistle"
    ground: Ground
    units: tuple[UnitRef, ...] = Field(min_length=1, max_length=20)
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        district = case.unit_of(UnitKind.DISTRICT)
        called = {
            p.unit.id
            for w in case.whistles
            if w.round == case.round
            for p in w.parties
            if p.state in (PartyState.CALLED, PartyState.SIGNED, PartyState.REPORTED_IN)
        }
        for unit in self.units:
            if unit.kind is not UnitKind.DEPARTMENT or not district or not within(unit.path, district.path):
                raise OutsideArea(
                    Words(
                        zh=f"{unit.name}不是本区县的部门，不能吹哨",
                        en=f"{unit.name} is not a department of this district",
                    ),
                    unit=unit.id,
                )
            if unit.id in called:
                raise BadValue(
                    Words(zh=f"{unit.name}已被吹哨", en=f"{unit.name} has been whistled already"),
                    unit=unit.id,
                )
            called.add(unit.id)
        draft.record(
            Whistled(
                whistle=Whistle(
                    id=f"w{len(case.whistles) + 1}",
                    round=case.round,
                    ground=self.ground,
                    by=case.holder,
                    reason=self.reason,
                    at=draft.at,
                    parties=tuple(Party(unit=unit) for unit in self.units),
                )
            )
        )


def _find(
    draft: Draft, named: str | None, unit_id: str | None, *states: PartyState, own: bool
) -> tuple[Whistle, Party]:
    """The whistle and party meant: the named ones, or the only ones that fit.

    A department answers (`own`) the whistles of this round; a whistler may still rate those of earlier ones.
    """
    post, case = post_of(draft.actor), draft.case
    mine = [
        (whistle, party)
        for whistle in case.whistles
        for party in whistle.parties
        if not own or whistle.round == case.round
        if (named is None or whistle.id == named)
        and (unit_id is None or party.unit.id == unit_id)
        and serves(post, party.unit.id if own else whistle.by.id)
    ]
    if not mine:
        raise NoSuchThing(
            Words(zh="没有相符的哨令", en="There is no such whistle"), whistle=named, unit=unit_id
        )
    fitting = [pair for pair in mine if pair[1].state in states]
    if not fitting:
        raise WrongStage(
            Words(zh="哨令当前状态不允许此操作", en="The whistle is not in a state for this"),
            state=mine[-1][1].state.value,
        )
    if len(fitting) > 1:
        names = [f"{whistle.id}/{party.unit.id}" for whistle, party in fitting]
        raise WhichOne(
            Words(zh=f"有多个哨令，请指明：{'、'.join(names)}", en=f"Name the whistle: {', '.join(names)}"),
            candidates=names,
        )
    return fitting[0]


class Sign(CommandBase):
    """签收: the department has read it."""

    command: Literal["sign"] = "sign"
    whistle: str | None = None

    def decide(self, draft: Draft) -> None:
        whistle, party = _find(draft, self.whistle, None, PartyState.CALLED, own=True)
        require_turn(draft, ClockStage.SIGN, f"{whistle.id}/{party.unit.id}")
        draft.record(Signed(whistle=whistle.id, unit=party.unit))


class ReportIn(CommandBase):
    """报到: the department is there; who comes without having signed has signed by coming."""

    command: Literal["report-in"] = "report-in"
    whistle: str | None = None
    note: str = Note

    def decide(self, draft: Draft) -> None:
        states = (PartyState.CALLED, PartyState.SIGNED)
        whistle, party = _find(draft, self.whistle, None, *states, own=True)
        if party.state is PartyState.CALLED:
            draft.record(Signed(whistle=whistle.id, unit=party.unit))
        draft.record(ReportedIn(whistle=whistle.id, unit=party.unit, note=self.note))


class Finish(CommandBase):
    """办结: the department has done its part."""

    command: Literal["finish"] = "finish"
    whistle: str | None = None
    note: str = Reason
    attachments: tuple[str, ...] = Pictures

    def decide(self, draft: Draft) -> None:
        whistle, party = _find(draft, self.whistle, None, PartyState.REPORTED_IN, own=True)
        draft.record(
            Finished(whistle=whistle.id, unit=party.unit, note=self.note, attachments=self.attachments)
        )


class Rate(CommandBase):
    """评哨: the whistler scores a department that has finished, 1 to 5."""

    command: Literal["rate"] = "rate"
    whistle: str | None = None
    unit: str | None = None
    """The department's identity, where several have finished."""
    score: int = Field(ge=1, le=5)
    note: str = Note

    def decide(self, draft: Draft) -> None:
        whistle, party = _find(draft, self.whistle, self.unit, PartyState.FINISHED, own=False)
        draft.record(Rated(whistle=whistle.id, unit=party.unit, score=self.score, note=self.note))
