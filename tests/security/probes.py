"""A body for every command that asks the table and then changes nothing that the table looks at.

A command that is refused costs no history and leaves the case as it was. So every cell of the matrix can be
sent to one and the same case, if the commands that the table lets through are refused too, by their own
arithmetic: about a task, whistle, order or request that is not there, a unit out of reach, the same urgency.
Six have no such body: `annotate`, `inform`, `urge` are done, `void` and `request-special-handling` leave
something to be approved, and none of that moves a stage or anybody's relation to the case. `CHANGING` have
none either, and move it: where the table allows one of them it is sent to a case of its own.
"""

from __future__ import annotations

from typing import Any, Final

import httpx

from tests.security.rights import Answer

FAR: Final = "500114107001-g1"
NOWHERE: Final = {"task": "t99"}
CHANGING: Final = frozenset({"decline", "verify", "rework", "reopen"})
MILESTONE: Final = {"key": "fence", "name": "围挡"}
"""Planned in every scene before it is asked for again."""

BODIES: Final[dict[str, dict[str, Any]]] = {
    "accept": {"triage": "没有这种事"},
    "decline": {"reason": "不属实"},
    "dispatch": {"lead": FAR},
    "transfer": {"to": FAR, "task": "t99", "reason": "试"},
    "claim": NOWHERE,
    "release": NOWHERE | {"reason": "试"},
    "arrive": NOWHERE,
    "handle": NOWHERE | {"note": "试"},
    "return": NOWHERE | {"reason": "试"},
    "annotate": {"note": "试"},
    "inform": {"units": [FAR], "text": "试"},
    "plan-milestone": MILESTONE,
    "reach-milestone": {"key": "nothing"},
    "whistle": {"ground": "emergency", "units": [FAR], "reason": "试"},
    "sign": {"whistle": "w99"},
    "report-in": {"whistle": "w99"},
    "finish": {"whistle": "w99", "note": "试"},
    "rate": {"whistle": "w99", "score": 1},
    "urge": {},
    "supervise": {"unit": FAR, "text": "试"},
    "answer": {"order": "o99", "reply": "试"},
    "escalate": {"to": "grid", "reason": "试"},
    "regrade": {"urgency": "ordinary", "reason": "试"},
    "request-extension": {"amount": 100_000_000, "reason": "试"},
    "request-suspension": {"review_on": "2020-01-01", "reason": "试"},
    "request-special-handling": {"budget": "3 days", "reason": "试"},
    "void": {"reason": "试"},
    "approve": {"request": "q99"},
    "refuse": {"request": "q99", "note": "试"},
    "resume": {},
    "verify": {},
    "rework": {"reason": "试"},
    "call-back": {"reached": True},
    "reopen": {"reason": "试"},
}
"""All but `merge`, which names a case."""
COMMANDS: Final = (*BODIES, "merge")


def heard(answer: httpx.Response) -> Answer | None:
    """What the interface has said; None for something that no command should be answered with."""
    said = answer.json()
    match answer.status_code, said.get("code"):
        case 422, "bad_value" if said["detail"].startswith("没有可并入的案件"):
            return Answer.NO_TARGET
        case 404, "not_found":
            return Answer.UNSEEN
        case 403, "not_yours":
            return Answer.NOT_YOURS
        case 409, "ended":
            return Answer.ENDED
        case 409, "wrong_stage" if "stage" in said:  # the table's names the case's stage
            return Answer.WRONG_STAGE
        case ((200 | 403 | 409 | 422), _):
            return Answer.PAST
    return None
