"""Decide: what happens when a command meets a case. Pure: case, command and instant in, facts out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models.base import Words
from models.case.clockwork import next_instant, settle, tick
from models.case.commands import Command, Envelope, OnTheSpot, Report
from models.case.dossier import Dossier
from models.case.draft import Draft
from models.case.evolve import evolve
from models.case.facts import (
    Accepted,
    Dispatched,
    Handled,
    Regraded,
    Reported,
    Resumed,
    RulesChanged,
    SpecialHandling,
)
from models.case.facts.base import Stamp
from models.case.facts.timing import Cause
from models.case.jurisdiction import may_see
from models.case.permissions import REPORTING_ROLES, Relation, acting_posts, actor_of, reported, serves
from models.case.refusals import BadValue, Ended, NotYours, Refusal, Suspended, WrongStage
from models.case.sealing import SealedFact, seal
from models.case.state import Case, Task, TaskRole
from models.case.table import RULES
from models.city.people import SYSTEM, Actor, Post, Principal
from models.city.units import Level, UnitRef, within

CLOCK = "clock"
"""The command identity under which the deadlines' own facts are sealed."""


@dataclass(frozen=True)
class Decision:
    """What was decided: the case afterwards, and the facts that made it so, sealed."""

    case: Case
    facts: tuple[SealedFact, ...]


def _sealed(draft: Draft, before: Case | None, command: str, request: str = "") -> Decision:
    version, head = (before.version, before.head) if before else (0, "")
    facts = seal(draft.case.number, version, head, draft.steps, draft.stamp, command, request)
    return Decision(draft.case.but(version=facts[-1].seq, head=facts[-1].hash), facts)


def begin(
    dossier: Dossier,
    report: Report,
    principal: Principal,
    command_id: str,
    at: datetime,
    request: str = "",
) -> Decision:
    """The first decision: a report becomes a case.

    Raises NotYours if the sender holds no post that reports; BadValue if handling on the spot is claimed
    without a grid to have done it.
    """
    posts = [post for post in principal.posts if post.role in REPORTING_ROLES]
    if not posts:
        raise NotYours(Words(zh="您的岗位不能上报", en="None of your posts may report"))
    # Who holds several posts and has handled it already has done so under the grid's.
    own = (post for post in posts if _is_own_grid(post, dossier))
    post = next(own, posts[0]) if report.on_the_spot else posts[0]
    stamp = Stamp(at=at, actor=actor_of(principal, post))
    fact = Reported(
        dossier=dossier,
        channel=report.channel,
        text=report.text,
        address=report.address,
        latitude=report.latitude,
        longitude=report.longitude,
        attachments=report.attachments,
        contact=report.contact,
        on_the_spot=report.on_the_spot is not None,
        drill=report.drill,
        link=report.link,
    )
    case = evolve(None, fact, stamp)
    draft = Draft(case, stamp.actor, at)
    draft.steps.append((fact, case))
    if report.on_the_spot is not None:
        if not _is_own_grid(post, dossier):
            raise BadValue(
                Words(zh="只能由本网格人员自办", en="Only a matter of your own grid is handled on the spot"),
                field="on_the_spot",
            )
        _handle_on_the_spot(draft, post.unit, report.on_the_spot)
    settle(draft)
    return _sealed(draft, None, command_id, request)


def _is_own_grid(post: Post, dossier: Dossier) -> bool:
    return (
        serves(post, post.unit.id)
        and post.unit.level is Level.GRID
        and within(dossier.place.path, post.unit.path)
    )


def _handle_on_the_spot(draft: Draft, unit: UnitRef, done: OnTheSpot) -> None:
    """自办: accepted, dispatched to the reporter's own unit and handled in one breath."""
    task = Task(
        id="t1",
        role=TaskRole.LEAD,
        unit=unit,
        round=1,
        opened_at=draft.at,
        person=draft.actor.person,
        claimed_at=draft.at,
        arrived_at=draft.at,
    )
    draft.record(Accepted(holder=draft.case.holder))
    draft.record(Dispatched(tasks=(task,)))
    draft.record(Handled(task=task.id, unit=unit, note=done.note, attachments=done.attachments))


def permitted(case: Case, principal: Principal, command: Command) -> tuple[Actor, ...]:
    """The actors the sender may act as, once the table of rules lets the command through; best first.

    Raises NotYours, Ended, WrongStage or Suspended, in this order: who may not act learns nothing else.
    """
    rule = RULES[command.command]
    posts = acting_posts(case, principal, rule.by)
    if not posts:
        known = may_see(case, principal) or reported(case, principal.person)
        raise NotYours(
            Words(
                zh=f"您的岗位不能对本件“{rule.words.zh}”",
                en=f"None of your posts may {rule.words.en} this case",
            ),
            **({} if known else {"unseen": True}),
        )
    if case.ended:
        raise Ended(
            Words(zh="本件已终结", en="The case has ended"), stage=case.stage.value, at=case.stage_since
        )
    if case.stage not in rule.stages:
        raise WrongStage(
            Words(zh=f"当前阶段不能“{rule.words.zh}”", en=f"This is not the stage to {rule.words.en}"),
            stage=case.stage.value,
        )
    if case.suspension is not None and not rule.while_suspended:
        raise Suspended(
            Words(zh="本件已挂起，请先恢复", en="The case is suspended; resume it first"),
            since=case.suspension.since,
        )
    return tuple(actor_of(principal, post) for post in posts)


def decide(case: Case, envelope: Envelope, at: datetime) -> Decision:
    """What happens when the command meets the case at `at` (UTC). Raises a Refusal; then nothing has.

    What has come due by then happens first: a handling one second after red is late, even if the timer has
    not fired yet. The clocks' facts are sealed under the same stamp order, before the command's own.
    """
    caught_up = advance_to(case, at)
    actors = permitted(caught_up.case, envelope.principal, envelope.command)
    refusals: list[Refusal] = []
    for actor in actors:
        # Who holds several posts acts under the first that gets through; the best one's refusal counts.
        draft = Draft(caught_up.case, actor, at)
        try:
            envelope.command.decide(draft)
        except Refusal as refused:
            refusals.append(refused)
            continue
        settle(draft, _cause(draft))
        own = _sealed(draft, caught_up.case, envelope.id, envelope.request)
        return Decision(own.case, caught_up.facts + own.facts)
    raise refusals[0]


def _cause(draft: Draft) -> Cause:
    """Why clocks that run on are set anew, if they are."""
    causes = {
        Regraded: Cause.REGRADED,
        SpecialHandling: Cause.SPECIAL,
        RulesChanged: Cause.RULES_CHANGED,
        Resumed: Cause.RESUMED,
    }
    found = (causes.get(type(fact)) for fact, _ in draft.steps)
    return next((cause for cause in found if cause is not None), Cause.STARTED)


def advance_to(case: Case, at: datetime) -> Decision:
    """Let everything happen that is due by `at`: lights, urges, supervision, the climb, archiving."""
    due = next_instant(case)
    if due is None or due > at:
        return Decision(case, ())
    draft = Draft(case, SYSTEM, at)
    tick(draft)
    return _sealed(draft, case, CLOCK)


def offers(case: Case, principal: Principal, among: Collection[str] = RULES.keys()) -> tuple[str, ...]:
    """The commands (`among` these) that the sender may send now, in the order of the table: the buttons."""
    if case.ended:
        return ()
    found = []
    acting: dict[tuple[Relation, ...], tuple[Post, ...]] = {}  # many rows of the table name the same
    for name, rule in RULES.items():
        if name not in among:
            continue
        if case.stage not in rule.stages or (case.suspension is not None and not rule.while_suspended):
            continue
        posts = acting.get(rule.by)
        if posts is None:
            posts = acting[rule.by] = acting_posts(case, principal, rule.by)
        if any(rule.offered(case, post, principal.person) for post in posts):
            found.append(name)
    return tuple(found)


__all__ = ["CLOCK", "Command", "Decision", "advance_to", "begin", "decide", "offers", "permitted"]
