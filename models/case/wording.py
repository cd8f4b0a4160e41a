"""The words of the field for where a case stands (domain.md §2), for whoever shows cases to people."""

from __future__ import annotations

from typing import Final

from models.base import Words
from models.case.state import Stage

STAGES: Final[dict[Stage, Words]] = {
    Stage.REPORTED: Words(zh="待受理", en="to be accepted"),
    Stage.ACCEPTED: Words(zh="待派遣", en="to be dispatched"),
    Stage.HANDLING: Words(zh="处置中", en="being handled"),
    Stage.VERIFYING: Words(zh="待核查", en="to be verified"),
    Stage.CALLING_BACK: Words(zh="待回访", en="to be called back"),
    Stage.CLOSED: Words(zh="已结案", en="closed"),
    Stage.DECLINED: Words(zh="不予受理", en="declined"),
    Stage.MERGED: Words(zh="已并入", en="merged"),
    Stage.VOIDED: Words(zh="已作废", en="voided"),
    Stage.ARCHIVED: Words(zh="已归档", en="archived"),
}
"""Every stage, as lists and pages name it."""
