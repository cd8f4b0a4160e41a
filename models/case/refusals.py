"""Refusals: the answers that are not facts. Each has a stable code, an HTTP status and words.

Refusal
├── Forbidden              403  this actor may not
│   ├── NotYours               no post of the sender permits the command on this case
│   ├── NotYourTurn            B waits until A has not answered
│   └── SamePerson             whoever did it, or asked for it, may not check or approve it
├── Conflict               409  the case is not where the command needs it
│   ├── WrongStage             the case, task, whistle or order has moved on
│   ├── AlreadyClaimed         somebody else has it; says who and since when
│   ├── Suspended              clocks stand still; resume first
│   ├── Ended                  declined, merged, voided or archived
│   ├── Appointed              the third return has settled the owner
│   ├── TooLate                the time limit for this has passed
│   ├── AlreadyPending         the same request is waiting for an answer
│   └── LimitReached           no more of this in this case
└── Unprocessable          422  the command makes no sense here
    ├── NoSuchThing            it names a task, whistle, order or request the case has not
    ├── WhichOne               several fit; the command must name one
    ├── OutsideArea            the unit lies outside the holder's area
    ├── NotOnTheList           that level need not accept such matters
    └── BadValue               a field's value does not fit the case
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from models.base import Words


class Refusal(Exception):
    """A command was refused. Nothing has changed."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, words: Words, **details: Any) -> None:
        super().__init__(words.en)
        self.words = words
        self.details: dict[str, Any] = {
            key: value.isoformat() if isinstance(value, datetime) else value for key, value in details.items()
        }


class Forbidden(Refusal):
    """This actor may not."""

    code = "forbidden"
    status = 403


class NotYours(Forbidden):
    """No post of the sender permits the command on this case.

    `unseen` is there where the sender may not even see it: the door then answers as if there were no case.
    """

    code = "not_yours"


class NotYourTurn(Forbidden):
    """A B-rank post acts only once A has not answered within a share of the clock."""

    code = "not_your_turn"


class SamePerson(Forbidden):
    """The four-eyes rule: checked or approved by someone else."""

    code = "same_person"


class Conflict(Refusal):
    """The case is not where the command needs it."""

    code = "conflict"


class WrongStage(Conflict):
    """The case, task, whistle or order has moved on."""

    code = "wrong_stage"


class AlreadyClaimed(Conflict):
    """Somebody else has claimed it: `person` and `at` say who and when."""

    code = "already_claimed"


class Suspended(Conflict):
    """The case is suspended; resume it first."""

    code = "suspended"


class Ended(Conflict):
    """The case has ended for good."""

    code = "ended"


class Appointed(Conflict):
    """The owner was appointed after the third return; it cannot be returned again."""

    code = "appointed"


class TooLate(Conflict):
    """The time limit for this command has passed."""

    code = "too_late"


class AlreadyPending(Conflict):
    """The same request is already waiting for an answer."""

    code = "already_pending"


class LimitReached(Conflict):
    """The policy allows no more of this."""

    code = "limit_reached"


class Unprocessable(Refusal):
    """The command makes no sense here."""

    code = "unprocessable"
    status = 422


class NoSuchThing(Unprocessable):
    """It names something the case has not."""

    code = "no_such_thing"


class WhichOne(Unprocessable):
    """Several fit; `candidates` names them."""

    code = "which_one"


class OutsideArea(Unprocessable):
    """The unit lies outside the holder's area."""

    code = "outside_area"


class NotOnTheList(Unprocessable):
    """The tier-and-category library does not make that level accept such matters."""

    code = "not_on_the_list"


class BadValue(Unprocessable):
    """A field's value does not fit the case."""

    code = "bad_value"
