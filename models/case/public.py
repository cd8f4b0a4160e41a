"""A case as the public may see it: how far it has come, what was promised, and whose turn it is.

Free of personal data by construction: it is made from an allow-list (`models.case.public_words`), names units
and never people, and leaves out every word that anybody has written and every picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter

from models.base import Frozen, Words
from models.case.commands.supervising import RESIDENT_URGES_EVERY
from models.case.decide import offers
from models.case.facts import ClockSet, Evaluated, Fact
from models.case.public_words import PROMISING, PUBLIC
from models.case.sealing import SealedFact
from models.case.state import Case, Stage
from models.city.people import Principal, Role
from models.city.units import place_name
from models.clocks import spoken
from models.clocks.budget import Budget, ClockKind
from models.clocks.explain import Explanation
from models.clocks.policy import ClockStage
from models.clocks.rules import STANDINGS

_FACT: Final[TypeAdapter[Fact]] = TypeAdapter(Fact)


class StepState(StrEnum):
    """Where the case stands towards a step."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to_come"


class Step(Frozen):
    """One of the five steps that residents are shown."""

    words: Words
    state: StepState
    at: datetime | None = None
    """When it was reached, in this round."""


class Line(Frozen):
    """Something that happened."""

    at: datetime
    words: Words


class Promised(Frozen):
    """Until when it is to be done."""

    by: datetime
    """While the case is paused, what it was before."""
    first: datetime
    """What was promised first in this round; not the same after an extension or a pause."""
    why: Words
    provisional: bool
    """Whether it lies in a year whose working days are not announced yet."""


class Verdict(Frozen):
    """What the resident has said of the present result."""

    at: datetime
    responded: bool
    resolved: bool
    satisfied: bool


class PublicCase(Frozen):
    """What the tracking page shows."""

    number: str
    version: int
    matter: Words
    place: str
    reported_at: datetime
    stage: Stage
    round: int
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    """Newest first."""
    holder: str
    """The unit that answers for it."""
    at_work: str | None
    """The unit that works on it now."""
    promised: Promised | None
    accept_by: datetime | None
    """Until when it is to be accepted, while it is not."""
    paused_until: date | None
    """The day on which a pause is looked at again, while it lasts."""
    closed_at: datetime | None
    closed_late: bool
    joined: bool
    """Whether the resident's own report was merged into this case."""
    verdict: Verdict | None
    may_evaluate: bool
    evaluate_until: datetime | None
    may_urge: bool
    urge_again_at: datetime | None
    """When residents may urge again, after they have done so."""


class Told(Frozen):
    """One fact of the record, as far as the public view needs it."""

    at: datetime
    kind: str
    body: dict[str, Any]
    """Empty for the report: what was written there is not for the public."""
    person: str
    role: Role
    stage: Stage
    round: int

    @classmethod
    def of(cls, sealed: SealedFact) -> Told:
        """A sealed fact."""
        kind = sealed.body["fact"]
        return cls(
            at=sealed.at,
            kind=kind,
            body={} if kind == "reported" else sealed.body,
            person=sealed.actor.person,
            role=sealed.actor.role,
            stage=Stage(sealed.stage),
            round=sealed.round,
        )

    @property
    def fact(self) -> Fact:
        """The fact itself; not the report's."""
        return _FACT.validate_python(self.body)


_STEPS: Final = (
    (Stage.REPORTED, Words(zh="已上报", en="Reported")),
    (Stage.ACCEPTED, Words(zh="已受理", en="Accepted")),
    (Stage.HANDLING, Words(zh="处理中", en="Being handled")),
    (Stage.VERIFYING, Words(zh="待核查", en="Being checked")),
    (Stage.CLOSED, Words(zh="已办结", en="Done")),
)
_ASKED: Final = Words(zh="待您评价", en="Waiting for your word")
_ENDS: Final = {
    Stage.DECLINED: Words(zh="不予受理", en="Not accepted"),
    Stage.MERGED: Words(zh="已合并办理", en="Joined with another"),
    Stage.VOIDED: Words(zh="已撤销", en="Withdrawn"),
}
_STANDS_AT: Final = {Stage.CALLING_BACK: Stage.VERIFYING, Stage.ARCHIVED: Stage.CLOSED}


def public_case(case: Case, told: Sequence[Told], resident: Principal, *, joined: bool = False) -> PublicCase:
    """What `resident` may see of the case; `told` are its facts in order, those of `public_words.KINDS`."""
    offered = offers(case, resident)
    lead = case.lead_task
    again = case.resident_urged_at + RESIDENT_URGES_EVERY if case.resident_urged_at else None
    working = case.stage is Stage.HANDLING
    return PublicCase(
        number=case.number,
        version=case.version,
        matter=case.matter.name,
        place=place_name(case.chain),
        reported_at=case.reported_at,
        stage=case.stage,
        round=case.round,
        steps=_steps(case, told),
        lines=tuple(reversed([*_lines(told, resident.person)])),
        holder=case.holder.name,
        at_work=lead.unit.name if lead and working else None,
        promised=_promised(told, case.round),
        accept_by=None if case.accepted or case.ended else _accept_by(case),
        paused_until=case.suspension.review_on if case.suspension else None,
        closed_at=case.closed_at,
        closed_late=bool(case.closed_late),
        joined=joined,
        verdict=_verdict(told, resident.person, case),
        may_evaluate="evaluate" in offered,
        evaluate_until=case.archive_at,
        may_urge="urge" in offered,
        urge_again_at=again,
    )


def _steps(case: Case, told: Iterable[Told]) -> tuple[Step, ...]:
    reached: dict[Stage, datetime] = {}
    before: tuple[int, Stage] | None = None
    for fact in told:
        stands = (fact.round, _STANDS_AT.get(fact.stage, fact.stage))
        if stands != before and fact.round == case.round:
            reached[stands[1]] = fact.at
        before = stands
    if case.stage in _ENDS:
        first = Step(words=_STEPS[0][1], state=StepState.DONE, at=case.round_at)
        return (first, Step(words=_ENDS[case.stage], state=StepState.NOW, at=case.stage_since))
    order = [stage for stage, _ in _STEPS]
    here = order.index(_STANDS_AT.get(case.stage, case.stage))
    steps = []
    for place, (stage, words) in enumerate(_STEPS):
        said = _ASKED if stage is Stage.VERIFYING and case.stage is Stage.CALLING_BACK else words
        state = (StepState.DONE, StepState.NOW, StepState.TO_COME)[(place >= here) + (place > here)]
        at = (case.round_at if place == 0 else reached.get(stage)) if place <= here else None
        steps.append(Step(words=said, state=state, at=at))
    return tuple(steps)


def _lines(told: Iterable[Told], person: str) -> Iterable[Line]:
    for fact in told:
        words = _line(fact, person)
        if words is not None:
            yield Line(at=fact.at, words=words)


def _line(told: Told, person: str) -> Words | None:
    own = told.person == person
    if told.kind == "reported":
        return Words(zh="您上报了这件事", en="You reported it") if own else Words(zh="已上报", en="Reported")
    if told.kind == "evaluated":
        if own:
            return Words(zh="您作了评价", en="You gave your word on the result")
        return Words(zh="另一位上报人作了评价", en="Somebody else who reported it gave their word")
    if own and told.kind == "urged":
        return Words(zh="您催办了一次", en="You urged it")
    fact = told.fact
    write = PUBLIC.get(type(fact))
    return write(fact) if write is not None else None


def _promised(told: Iterable[Told], round_: int) -> Promised | None:
    """The promise of this round's clock: the handling limit, or where a policy has none, the level's."""
    for stage in PROMISING:
        facts = (fact.fact for fact in told if fact.kind == "clock_set" and fact.round == round_)
        sets = [fact for fact in facts if isinstance(fact, ClockSet) and fact.clock.stage is stage]
        dated = [(fact.why, fact.why.red_at) for fact in sets if fact.why is not None]
        promises = [(why, red_at) for why, red_at in dated if red_at is not None]
        if promises:
            (_, first), (why, by) = promises[0], promises[-1]
            return Promised(by=by, first=first, why=promise_words(why), provisional=why.provisional)
    return None


def promise_words(why: Explanation) -> Words:
    """The rule behind a promised date in one plain sentence; without lights, ledger and clock arithmetic."""
    policy, budget = why.policy, why.budget.words()
    standing = STANDINGS.get(policy.standing) if policy.standing else None
    origin = spoken.instant(why.origin.replace(second=0, microsecond=0))
    zh = (
        f"按《{policy.name.zh}》{f'（{standing.zh}）' if standing else ''}，从 {origin} 起{budget.zh}内处理完"
    )
    en = (
        f"Under “{policy.name.en}”{f' ({standing.en})' if standing else ''}: within {budget.en} from {origin}"
    )
    if why.kind is ClockKind.WORKING_DAYS:
        zh, en = f"{zh}，当天、周末和节假日不算", f"{en}, not counting that day, weekends and holidays"
    elif why.kind is ClockKind.WORKING_HOURS:
        zh, en = f"{zh}，只算上班时间", f"{en}, counting office hours only"
    if why.extension:
        more = Budget(kind=why.kind, amount=why.extension).words()
        zh, en = f"{zh}；经批准延长{more.zh}", f"{en}; extended by {more.en}, with approval"
    return Words(zh=f"{zh}。", en=f"{en}.")


def _accept_by(case: Case) -> datetime | None:
    clocks = (clock for clock in case.clocks if clock.stage is ClockStage.ACCEPT)
    return next((clock.red_at for clock in clocks), None)


def _verdict(told: Iterable[Told], person: str, case: Case) -> Verdict | None:
    """The resident's word on the present result, if they have given it."""
    if person not in case.evaluated:
        return None
    said = [(fact.at, fact.fact) for fact in told if fact.kind == "evaluated" and fact.person == person]
    words = [(at, fact) for at, fact in said if isinstance(fact, Evaluated)]
    at, last = words[-1]
    return Verdict(at=at, responded=last.responded, resolved=last.resolved, satisfied=last.satisfied)


__all__ = [
    "Line",
    "Promised",
    "PublicCase",
    "Step",
    "StepState",
    "Told",
    "Verdict",
    "promise_words",
    "public_case",
]
