"""What the reader may do with a case now, in the order in which it is usually done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from api.pages.command_forms import FORMS
from models.base import Frozen

_FIRST: Final = (
    "approve", "claim", "arrive", "handle", "accept", "dispatch", "verify", "call-back", "sign", "report-in",
    "finish", "answer", "rate", "resume",
)  # fmt: skip
"""What the loop waits for: the first of them that is offered is the page's main button."""
_NEXT: Final = (
    "rework", "refuse", "return", "release", "transfer", "reach-milestone", "whistle", "escalate", "regrade",
    "request-extension", "request-suspension", "request-special-handling", "plan-milestone", "urge",
    "supervise", "merge", "decline", "inform", "annotate", "reopen", "void",
)  # fmt: skip
MAIN: Final = 2
"""How many stand as buttons of their own where there is little room; the others under “more”."""


class Deeds(Frozen):
    """The commands on offer."""

    main: tuple[str, ...]
    more: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.main or self.more)


def deeds(offered: Iterable[str]) -> Deeds:
    """The commands that are offered and have a form, those that the loop waits for first."""
    known = [name for name in offered if name in FORMS]
    place = {name: place for place, name in enumerate((*_FIRST, *_NEXT))}
    known.sort(key=lambda name: place.get(name, len(place)))
    return Deeds(main=tuple(known[:MAIN]), more=tuple(known[MAIN:]))
