"""Commands that need another person: extension, suspension, special handling, voiding (四眼原则)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from models.base import Words
from models.case.commands.base import CommandBase, Note, Reason, withdraw_open
from models.case.draft import Draft
from models.case.facts import (
    ClockSet,
    RequestDecided,
    Requested,
    Resumed,
    SpecialHandling,
    Voided,
    WasSuspended,
)
from models.case.facts.timing import Cause
from models.case.refusals import (
    AlreadyPending,
    BadValue,
    LimitReached,
    NoSuchThing,
    SamePerson,
    TooLate,
    WhichOne,
    WrongStage,
)
from models.case.state import WORKING, Case, Request, RequestKind, Suspension
from models.clocks import clock as clocks
from models.clocks.budget import LONGEST, Budget
from models.clocks.calendar import CITY_ZONE, city_date
from models.clocks.clock import Clock
from models.clocks.explain import why
from models.clocks.policy import ClockStage, Rules, StageRule

LONGEST_SUSPENSION = timedelta(days=5 * 366)
"""How far ahead a review date may lie: nobody suspends a matter for good by a slip of the pen."""
REVIEW_HOUR = time(8)
"""When on its review date a suspension is looked at again: the opening of business (Asia/Shanghai)."""


def _ask(draft: Draft, kind: RequestKind, reason: str, **more: object) -> None:
    case = draft.case
    if any(request.kind is kind for request in case.requests):
        raise AlreadyPending(Words(zh="同类申请正在等待审批", en="The same request is waiting for an answer"))
    number = case.version + len(draft.steps) + 1
    draft.record(
        Requested(
            request=Request(
                id=f"q{number}",
                kind=kind,
                by=draft.actor,
                at=draft.at,
                reason=reason,
                **more,  # type: ignore[arg-type]
            )
        )
    )


def _handling(case: Case) -> tuple[Clock, Rules]:
    """The handling clock, with the rules it runs by."""
    rules = _rules(case)
    clock = next((c for c in case.clocks if c.stage is ClockStage.HANDLE), None)
    if clock is None:
        raise WrongStage(Words(zh="处置时限尚未起算", en="The handling clock has not started"))
    return clock, rules


def _rules(case: Case) -> Rules:
    if case.rules is None:
        raise WrongStage(Words(zh="本件没有时限规则", en="The case is under no policy"))
    return case.rules


class RequestExtension(CommandBase):
    """申请延期: before the limit expires, with the reason; in the unit of the handling clock."""

    command: Literal["request-extension"] = "request-extension"
    amount: int = Field(gt=0, le=max(LONGEST.values()))
    """Seconds, or working days where the handling clock counts working days."""
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        case = draft.case
        clock, rules = _handling(case)
        if clock.red is not None:
            raise TooLate(Words(zh="已超期，不能再申请延期", en="It is overdue; too late for an extension"))
        if rules.extensions_max is not None and case.extended >= rules.extensions_max:
            raise LimitReached(
                Words(zh=f"最多延期{rules.extensions_max}次", en=f"At most {rules.extensions_max} extensions")
            )
        kind, limit = clock.budget.kind, rules.extension_limit
        if limit is None or limit.kind is not kind:
            limit = Budget(kind=kind, amount=LONGEST[kind])
        if clock.extension + self.amount > limit.amount:
            raise BadValue(
                Words(zh=f"累计延期不得超过{limit.words().zh}", en=f"At most {limit.words().en} in all"),
                field="amount",
            )
        _ask(draft, RequestKind.EXTENSION, self.reason, amount=self.amount)


class RequestSuspension(CommandBase):
    """申请挂起: with the reason and a review date."""

    command: Literal["request-suspension"] = "request-suspension"
    review_on: date
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        if self.review_on <= city_date(draft.at):
            raise BadValue(
                Words(zh="复核日期须晚于今天", en="The review date must lie ahead"), field="review_on"
            )
        if self.review_on > city_date(draft.at) + LONGEST_SUSPENSION:
            words = Words(zh="复核日期最远为五年后", en="The review date lies within five years")
            raise BadValue(words, field="review_on")
        _ask(draft, RequestKind.SUSPENSION, self.reason, review_on=self.review_on)


class RequestSpecialHandling(CommandBase):
    """申请特事特办: another limit for handling, instead of the policy's."""

    command: Literal["request-special-handling"] = "request-special-handling"
    budget: Budget
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        _rules(draft.case)
        _ask(draft, RequestKind.SPECIAL_HANDLING, self.reason, budget=self.budget)


class VoidCase(CommandBase):
    """申请作废: terminal once approved; deletes nothing."""

    command: Literal["void"] = "void"
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        _ask(draft, RequestKind.VOID, self.reason)


def _request(draft: Draft, named: str | None) -> Request:
    """The request meant; never one's own."""
    waiting = [r for r in draft.case.requests if named is None or r.id == named]
    if not waiting:
        raise NoSuchThing(Words(zh="没有待审批的申请", en="There is nothing to decide"), request=named)
    others = [r for r in waiting if r.by.person != draft.actor.person]
    if not others:
        raise SamePerson(Words(zh="不能审批自己的申请", en="Another person must decide this"))
    if len(others) > 1:
        ids = [r.id for r in others]
        raise WhichOne(
            Words(zh=f"有多个申请，请指明：{'、'.join(ids)}", en=f"Name the request: {', '.join(ids)}"),
            candidates=ids,
        )
    return others[0]


class Approve(CommandBase):
    """批准: by someone other than who asked."""

    command: Literal["approve"] = "approve"
    request: str | None = None
    note: str = Note

    def decide(self, draft: Draft) -> None:
        request = _request(draft, self.request)
        if request.kind is not RequestKind.VOID and draft.case.stage not in WORKING:
            raise WrongStage(Words(zh="本件已处置，无需审批", en="The case has been handled meanwhile"))
        draft.record(RequestDecided(request=request.id, kind=request.kind, approved=True, note=self.note))
        _GRANT[request.kind](draft, request)


def _extend(draft: Draft, request: Request) -> None:
    """What was asked before the limit expired is granted even if the answer took longer."""
    calendar = draft.case.book.calendar
    clock, rules = _handling(draft.case)
    longer = clocks.extend(clock, request.amount or 0, draft.at, calendar)
    draft.record(ClockSet(clock=longer, cause=Cause.EXTENDED, why=why(longer, calendar, rules)))


def _suspend(draft: Draft, request: Request) -> None:
    day = request.review_on
    if day is None or day <= city_date(draft.at):
        raise TooLate(Words(zh="复核日期已过，请重新申请", en="Its review date has passed; ask anew"))
    review_at = datetime.combine(day, REVIEW_HOUR, tzinfo=CITY_ZONE).astimezone(UTC)
    draft.record(
        WasSuspended(
            suspension=Suspension(since=draft.at, reason=request.reason, review_on=day, review_at=review_at)
        )
    )


def _special(draft: Draft, request: Request) -> None:
    """One limit for handling, for whoever holds the case; the other steps stay as the policy has them."""
    rules = _rules(draft.case)
    others = tuple(rule for rule in rules.stages if rule.stage is not ClockStage.HANDLE)
    before = rules.rule(ClockStage.HANDLE)
    said = before.model_dump() if before else {"stage": ClockStage.HANDLE, "starts": "report"}
    handle = StageRule.model_validate(said | {"budget": request.budget})
    special = rules.model_copy(update={"stages": (*others, handle), "levels": ()})
    draft.record(SpecialHandling(rules=special, reason=request.reason))


def _void(draft: Draft, request: Request) -> None:
    withdraw_open(draft, Words(zh="本件作废", en="the case was voided"))
    draft.record(Voided(reason=request.reason))


_GRANT: Mapping[RequestKind, Callable[[Draft, Request], None]] = {
    RequestKind.EXTENSION: _extend,
    RequestKind.SUSPENSION: _suspend,
    RequestKind.SPECIAL_HANDLING: _special,
    RequestKind.VOID: _void,
}
"""What follows from an approval."""


class Refuse(CommandBase):
    """不批准: with the reason."""

    command: Literal["refuse"] = "refuse"
    request: str | None = None
    note: str = Reason

    def decide(self, draft: Draft) -> None:
        request = _request(draft, self.request)
        draft.record(RequestDecided(request=request.id, kind=request.kind, approved=False, note=self.note))


class Resume(CommandBase):
    """恢复办理: the suspension ends; clocks go on with what was left."""

    command: Literal["resume"] = "resume"
    note: str = Note

    def decide(self, draft: Draft) -> None:
        if draft.case.suspension is None:
            raise WrongStage(Words(zh="本件未挂起", en="The case is not suspended"))
        draft.record(Resumed(note=self.note))
