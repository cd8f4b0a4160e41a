"""A case as the public may see it, read from the record: two queries, whatever it was merged into."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CTE, cast, literal, or_, select
from sqlalchemy import case as case_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.public import PublicCase, Told, public_case
from models.case.public_words import KINDS, PROMISING
from models.case.state import Case
from models.clocks.clock import Threshold
from models.queries.tracking import Tracking
from models.tables.cases import CaseRow, FactRow

MOST_MERGES: Final = 5
"""How many times a case that was merged is followed on."""


async def read_public_case(session: AsyncSession, tracking: Tracking) -> PublicCase | None:
    """What the resident who holds the tracking code may see; None while the case is not projected yet.

    A report that was merged shows the case that it was merged into.
    """
    followed = _followed(tracking.case_no)
    last = select(followed.c.number).order_by(followed.c.step.desc()).limit(1).scalar_subquery()
    found = select(col(CaseRow.snapshot)).where(col(CaseRow.number) == last)
    snapshot = (await session.execute(found)).scalar_one_or_none()
    if snapshot is None:
        return None
    case = Case.model_validate(snapshot)
    return public_case(
        case,
        await _told(session, case.number),
        tracking.principal,
        joined=case.number != tracking.case_no,
    )


def _followed(number: str) -> CTE:
    """The case, and what it was merged into, and what that was merged into."""
    into = col(CaseRow.snapshot)["merged_into"].astext
    first = select(col(CaseRow.number), into.label("merged_into"), literal(0).label("step")).where(
        col(CaseRow.number) == number
    )
    followed = first.cte("followed", recursive=True)
    onward = (
        select(col(CaseRow.number), into, followed.c.step + 1)
        .join(followed, col(CaseRow.number) == followed.c.merged_into)
        .where(followed.c.step < MOST_MERGES)
    )
    return followed.union_all(onward)


async def _told(session: AsyncSession, number: str) -> list[Told]:
    """The facts that the public view is made from. The report's content does not even leave the database."""
    body, kind = col(FactRow.body), col(FactRow.kind)
    shown = case_((kind == "reported", cast(literal("{}"), JSONB)), else_=body)
    statement = (
        select(
            col(FactRow.at),
            kind,
            shown.label("body"),
            col(FactRow.actor)["person"].astext.label("person"),
            col(FactRow.actor)["role"].astext.label("role"),
            col(FactRow.stage),
            col(FactRow.round),
        )
        .where(
            col(FactRow.case_number) == number,
            kind.in_(KINDS),
            or_(kind != "clock_set", body["clock"]["stage"].astext.in_([stage.value for stage in PROMISING])),
            or_(kind != "threshold_passed", body["threshold"].astext == Threshold.RED.value),
        )
        .order_by(col(FactRow.seq))
    )
    return [Told.model_validate(dict(row)) for row in (await session.execute(statement)).mappings()]
