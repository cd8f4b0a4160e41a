"""The table of rules: which command, at which stage, by whom, and where it leads.

One table serves `decide`, the buttons a person is offered, the generated state diagram of the
documentation, and the generated security tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.base import Words
from models.case.permissions import Relation, serves
from models.case.state import ACTIVE_TASK, OPEN, WORKING, Case, PartyState, RequestKind, Stage, TaskState
from models.city.people import Post

R = Relation
Offered = Callable[[Case, Post, str], bool]


def _always(_case: Case, _post: Post, _person: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row: what must hold before the command's own arithmetic is asked."""

    words: Words
    stages: frozenset[Stage]
    by: tuple[R, ...]
    """In order of preference: a post of the sender that stands in the first of them acts."""
    to: tuple[Stage, ...] = ()
    """Stages it may lead to, besides staying; for the diagram and its test."""
    while_suspended: bool = False
    offered: Offered = field(default=_always)
    """Whether there is anything here for this post to send it for."""


def _my_task(*states: TaskState) -> Offered:
    def offered(case: Case, post: Post, person: str) -> bool:
        return any(
            serves(post, task.unit.id)
            and task.state in states
            and task.round == case.round
            and (task.state is TaskState.OPEN or task.person == person)
            for task in case.tasks
        )

    return offered


def _my_party(*states: PartyState) -> Offered:
    def offered(case: Case, post: Post, _person: str) -> bool:
        return any(
            serves(post, party.unit.id) and party.state in states
            for whistle in case.whistles
            if whistle.round == case.round
            for party in whistle.parties
        )

    return offered


def _rateable(case: Case, post: Post, _person: str) -> bool:
    return any(
        serves(post, whistle.by.id) and party.state is PartyState.FINISHED
        for whistle in case.whistles
        for party in whistle.parties
    )


def _unanswered(case: Case, post: Post, _person: str) -> bool:
    return any(
        serves(post, order.owner.id) and order.answered_at is None
        for order in case.orders
        if order.round == case.round
    )


def _transferable(case: Case, post: Post, _person: str) -> bool:
    mine = serves(post, case.holder.id)
    return any(t.state in ACTIVE_TASK and (mine or serves(post, t.unit.id)) for t in case.tasks)


def _not_handler(case: Case, _post: Post, person: str) -> bool:
    return person not in case.handlers


def _others_request(case: Case, _post: Post, person: str) -> bool:
    return any(request.by.person != person for request in case.requests)


def _grantable(case: Case, _post: Post, person: str) -> bool:
    # Once the matter is handled, only voiding is still to be granted; the rest can be refused.
    return any(
        request.by.person != person and (request.kind is RequestKind.VOID or case.stage in WORKING)
        for request in case.requests
    )


def _row(zh: str, en: str, stages: frozenset[Stage], *by: R, **more: object) -> Rule:
    return Rule(words=Words(zh=zh, en=en), stages=stages, by=by, **more)  # type: ignore[arg-type]


_S = Stage
_AT = frozenset
RULES: Mapping[str, Rule] = {
    # the way in
    "accept": _row(
        "受理", "accept", OPEN, R.HOLDER, to=(_S.ACCEPTED,), offered=lambda c, _p, _n: not c.accepted
    ),
    "decline": _row("不予受理", "decline", _AT({_S.REPORTED}), R.HOLDER, to=(_S.DECLINED,)),
    "merge": _row("并入", "merge", _AT({_S.REPORTED, _S.ACCEPTED}), R.HOLDER, R.DIRECTING, to=(_S.MERGED,)),
    # handling
    "dispatch": _row(
        "派遣",
        "dispatch",
        _AT({_S.ACCEPTED, _S.HANDLING}),
        R.HOLDER,
        to=(_S.HANDLING,),
        offered=lambda c, _p, _n: c.accepted,
    ),
    "transfer": _row(
        "转办",
        "transfer",
        WORKING,
        R.HOLDER,
        R.TASK,
        offered=_transferable,
    ),
    # An assisting unit works on while the lead is still to be found, or found anew.
    "claim": _row("认领", "claim", WORKING, R.TASK, offered=_my_task(TaskState.OPEN)),
    "release": _row(
        "放回",
        "release",
        WORKING,
        R.TASK,
        offered=_my_task(TaskState.CLAIMED, TaskState.ARRIVED),
    ),
    "arrive": _row("到场", "arrive", WORKING, R.TASK, offered=_my_task(TaskState.CLAIMED)),
    "handle": _row(
        "处置",
        "handle",
        WORKING,
        R.TASK,
        to=(_S.VERIFYING,),
        offered=_my_task(TaskState.CLAIMED, TaskState.ARRIVED),
    ),
    "return": _row(
        "退回",
        "return",
        WORKING,
        R.TASK,
        to=(_S.ACCEPTED,),
        offered=_my_task(TaskState.OPEN, TaskState.CLAIMED, TaskState.ARRIVED),
    ),
    "annotate": _row(
        "备注",
        "annotate",
        OPEN | {_S.CLOSED},
        R.TASK,
        R.HOLDER,
        R.WHISTLED,
        R.UPSTREAM,
        R.REPORTER,
        while_suspended=True,
    ),
    "inform": _row("告知", "inform", OPEN, R.HOLDER, R.UPSTREAM, while_suspended=True),
    "plan-milestone": _row("设定节点", "plan a milestone", WORKING, R.HOLDER),
    "reach-milestone": _row(
        "完成节点",
        "reach a milestone",
        WORKING,
        R.TASK,
        R.HOLDER,
        R.WHISTLED,
        offered=lambda c, _p, _n: any(m.reached_at is None and m.round == c.round for m in c.milestones),
    ),
    # the whistle
    "whistle": _row("吹哨", "whistle", WORKING, R.HOLDER),
    "sign": _row("签收", "sign", WORKING, R.WHISTLED, offered=_my_party(PartyState.CALLED)),
    "report-in": _row(
        "报到",
        "report in",
        WORKING,
        R.WHISTLED,
        offered=_my_party(PartyState.CALLED, PartyState.SIGNED),
    ),
    "finish": _row("办结哨令", "finish", OPEN, R.WHISTLED, offered=_my_party(PartyState.REPORTED_IN)),
    "rate": _row("评哨", "rate", OPEN | {_S.CLOSED}, R.WHISTLER, while_suspended=True, offered=_rateable),
    # pressure
    "urge": _row("催办", "urge", OPEN, R.UPSTREAM, R.REPORTER, R.RESIDENT),
    "supervise": _row("督办", "supervise", OPEN, R.APPROVER),
    "answer": _row("回复督办", "answer", OPEN, R.ORDERED, offered=_unanswered),
    "escalate": _row(
        "提级",
        "hand up",
        WORKING,
        R.HOLDER,
        R.DIRECTING,
        offered=lambda c, _p, _n: not c.at_the_top,
    ),
    "regrade": _row("调整紧急程度", "regrade", WORKING, R.HOLDER, R.DIRECTING, while_suspended=True),
    # what another person approves
    "request-extension": _row("申请延期", "ask for an extension", WORKING, R.TASK, R.HOLDER),
    "request-suspension": _row("申请挂起", "ask for suspension", WORKING, R.TASK, R.HOLDER),
    "request-special-handling": _row("申请特事特办", "ask for special handling", WORKING, R.TASK, R.HOLDER),
    "void": _row("申请作废", "ask for voiding", OPEN, R.HOLDER, R.DIRECTING, while_suspended=True),
    "approve": _row(
        "批准",
        "approve",
        OPEN,
        R.APPROVER,
        to=(_S.VOIDED,),
        while_suspended=True,
        offered=_grantable,
    ),
    "refuse": _row("不批准", "refuse", OPEN, R.APPROVER, while_suspended=True, offered=_others_request),
    "resume": _row(
        "恢复办理",
        "resume",
        WORKING,
        R.HOLDER,
        R.APPROVER,
        while_suspended=True,
        offered=lambda c, _p, _n: c.suspension is not None,
    ),
    # the way out
    "verify": _row(
        "核查通过",
        "verify",
        _AT({_S.VERIFYING}),
        R.HOLDER,
        R.DIRECTING,
        to=(_S.CALLING_BACK, _S.CLOSED),
        offered=_not_handler,
    ),
    "rework": _row(
        "返工",
        "rework",
        _AT({_S.VERIFYING}),
        R.HOLDER,
        R.DIRECTING,
        to=(_S.HANDLING,),
        offered=_not_handler,
    ),
    "call-back": _row(
        "回访",
        "call back",
        _AT({_S.CALLING_BACK}),
        R.HOLDER,
        R.DIRECTING,
        to=(_S.CLOSED, _S.HANDLING),
        offered=_not_handler,
    ),
    "evaluate": _row(
        "评价",
        "evaluate",
        _AT({_S.CALLING_BACK, _S.CLOSED}),
        R.RESIDENT,
        to=(_S.CLOSED, _S.HANDLING, _S.REPORTED),
        offered=lambda c, _p, person: person not in c.evaluated,
    ),
    "reopen": _row("重开", "reopen", _AT({_S.CLOSED}), R.REPORTER, R.HOLDER, R.UPSTREAM, to=(_S.REPORTED,)),
    # machines
    "change-rules": _row("变更规则", "change the rules", OPEN, R.MACHINE, while_suspended=True),
    "link": _row("关联", "link", OPEN | {_S.CLOSED}, R.MACHINE, while_suspended=True),
    "absorb": _row("并入本件", "absorb", OPEN | {_S.CLOSED}, R.MACHINE, while_suspended=True),
}
"""Every command but `report`, which begins a case and is open to all working roles, devices and residents."""
