"""Commands of the way out: verify, rework, call back, evaluate, reopen."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from models.base import Words
from models.case.commands.base import CommandBase, Note, Pictures, Reason, withdraw_open
from models.case.draft import Draft
from models.case.facts import CalledBack, Closed, Evaluated, Reopened, Reworked, Verified
from models.case.refusals import BadValue, LimitReached, SamePerson
from models.case.state import Stage
from models.clocks.policy import ClockStage

CALL_BACK_TRIES = 3
"""After so many calls that reached nobody a case closes without the reporter's word (project default)."""

_LATE = frozenset({ClockStage.HANDLE, ClockStage.MILESTONE})
"""The stages whose overrun makes a closing late. Others are late steps of a matter that was done in time; a
level that ran out has handed the case up, which is its rule (四级七天), and the whole limit goes on."""


def require_other_eyes(draft: Draft) -> None:
    """Refuse whoever handled the matter in this round: it is checked by someone else."""
    if draft.actor.person in draft.case.handlers:
        raise SamePerson(
            Words(zh="处置人不得核查或回访本件", en="Whoever handled it may not check it or call back")
        )


def close(draft: Draft) -> None:
    """结案: late if the matter itself was late; whatever is still open is withdrawn."""
    case = draft.case
    withdraw_open(draft, Words(zh="本件结案", en="the case closed"))
    draft.record(
        Closed(
            late=not _LATE.isdisjoint(case.late_stages),
            overrun=case.late_stages,
            archive_at=draft.at + timedelta(days=case.book.reopen_days),
        )
    )


class Verify(CommandBase):
    """核查通过: by someone other than the handler. Where nobody is to be called back, it closes."""

    command: Literal["verify"] = "verify"
    note: str = Note
    attachments: tuple[str, ...] = Pictures

    def decide(self, draft: Draft) -> None:
        require_other_eyes(draft)
        draft.record(Verified(note=self.note, attachments=self.attachments))
        if not draft.case.matter.callback:
            close(draft)


class Rework(CommandBase):
    """返工: the check failed; the handling clock goes on with what was left."""

    command: Literal["rework"] = "rework"
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        require_other_eyes(draft)
        draft.record(Reworked(reason=self.reason))


class CallBack(CommandBase):
    """回访: was the reporter reached, is it resolved, are they satisfied?"""

    command: Literal["call-back"] = "call-back"
    reached: bool = True
    resolved: bool | None = None
    satisfied: bool | None = None
    note: str = Note

    def decide(self, draft: Draft) -> None:
        require_other_eyes(draft)
        if self.reached and (self.resolved is None or self.satisfied is None):
            raise BadValue(
                Words(
                    zh="请填写是否解决、是否满意",
                    en="Say whether it is resolved and whether they are satisfied",
                ),
                field="resolved" if self.resolved is None else "satisfied",
            )
        draft.record(
            CalledBack(reached=self.reached, resolved=self.resolved, satisfied=self.satisfied, note=self.note)
        )
        happy = bool(self.reached and self.resolved and self.satisfied)
        if happy or (not self.reached and draft.case.missed_calls >= CALL_BACK_TRIES):
            close(draft)


class Evaluate(CommandBase):
    """群众评价: a resident's own answer, once for each result.

    At the call-back it is the call-back: content closes the case, anything else goes back to handling. After
    closing, content is only noted, and anything else opens a new round.
    """

    command: Literal["evaluate"] = "evaluate"
    responded: bool
    resolved: bool
    satisfied: bool
    remark: str | None = Field(default=None, max_length=40)

    def decide(self, draft: Draft) -> None:
        if draft.actor.person in draft.case.evaluated:
            raise LimitReached(
                Words(zh="您已评价过本次办理结果", en="You have given your word on this result already")
            )
        closed = draft.case.stage is Stage.CLOSED
        said = Evaluated(
            responded=self.responded, resolved=self.resolved, satisfied=self.satisfied, remark=self.remark
        )
        draft.record(said)
        if said.happy and not closed:
            close(draft)
        elif not said.happy and closed:
            reason = "群众评价：不满意" if self.resolved else "群众评价：未解决"
            draft.record(Reopened(round=draft.case.round + 1, reason=reason))


class Reopen(CommandBase):
    """重开: a new round with its own clocks; the first round stays as it was.

    It needs no time limit of its own: a case past its time for reopening is archived, and has ended.
    """

    command: Literal["reopen"] = "reopen"
    reason: str = Reason

    def decide(self, draft: Draft) -> None:
        draft.record(Reopened(round=draft.case.round + 1, reason=self.reason))
