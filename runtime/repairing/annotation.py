"""The note that a case's own timeline gets when one of two tellings had to give way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.case.draft import Draft
from models.case.facts.handling import Annotated
from models.case.sealing import SealedFact, seal
from models.case.state import Case
from models.city.people import SYSTEM


def annotation(case: Case, lost: Sequence[SealedFact], at: datetime) -> tuple[SealedFact, ...]:
    """The next fact of the case: how many recorded steps no longer count, and where to read them."""
    draft = Draft(case, SYSTEM, max(at, case.stage_since))
    draft.record(
        Annotated(
            note=f"系统恢复备份后，有 {len(lost)} 条记录与现存经过不一致，未予采用，原文存于管理日志。"
            f" After a backup was restored, {len(lost)} recorded steps gave way; the journal has them."
        )
    )
    return seal(case.number, case.version, case.head, draft.steps, draft.stamp, f"repair:{lost[0].hash[:16]}")
