"""What can be found to be wrong. Nothing here is ever right to ignore: one finding fails a run."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen


class Fault(StrEnum):
    """What kind of wrong."""

    LOST = "lost"  # was answered, or told, or promised, and is not there
    DOUBLED = "doubled"  # is there more than once, or without anybody having asked
    OUT_OF_ORDER = "out_of_order"  # facts in another order than the one in which they were answered
    STUCK = "stuck"  # goes on by itself no more
    CHANGED = "changed"  # chains, rows, or an answer that is not what was answered before
    DEADLINE = "deadline"  # fired under another instant than the promised one
    REFUSED = "refused"  # a good client was refused, or told of an internal error


class Finding(Frozen):
    """Something wrong."""

    fault: Fault
    number: str
    """The case; empty where it concerns none."""
    words: str
    during: str = ""
    """The blow after which it was found."""
