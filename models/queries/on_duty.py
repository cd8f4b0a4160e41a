"""Who is on duty at a unit: its posts, and how much each of their holders has in hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.jurisdiction import READING_ROLES
from models.case.state import ACTIVE_TASK
from models.city.people import Rank, Role
from models.city.units import UnitKind
from models.queries.names import Named
from models.tables.cases import TaskRow
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow


class OnDuty(Frozen):
    """Somebody who holds a post, and how many tasks they have in hand."""

    unit: Named
    kind: UnitKind
    person: Named
    role: Role
    rank: Rank | None
    tasks: int


async def on_duty(
    session: AsyncSession, unit_id: str, at: datetime, *, limit: int = 300
) -> tuple[OnDuty, ...]:
    """Who holds a post at the unit or directly below it at `at`, with their tasks in hand; one query.

    Higher units first, and A before B. Devices and administrators hold posts, too, but handle no case.
    """
    tasks = (
        select(func.count())
        .where(
            col(TaskRow.person) == col(PersonRow.id),
            col(TaskRow.state).in_([state.value for state in ACTIVE_TASK]),
        )
        .correlate(PersonRow)
        .scalar_subquery()
    )
    statement = (
        select(
            col(UnitRow.id).label("unit_id"),
            col(UnitRow.name).label("unit_name"),
            col(UnitRow.kind),
            col(PersonRow.id).label("person_id"),
            col(PersonRow.name).label("person_name"),
            col(PostRow.role),
            col(PostRow.rank),
            tasks.label("tasks"),
        )
        .select_from(PostRow)
        .join(UnitRow, col(UnitRow.id) == col(PostRow.unit_id))
        .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
        .where(
            or_(col(UnitRow.id) == unit_id, col(UnitRow.parent_id) == unit_id),
            col(UnitRow.active),
            col(PersonRow.active),
            col(PostRow.role).in_(READING_ROLES),
            col(PostRow.since) <= at,
            or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
        )
        .order_by(
            func.nlevel(col(UnitRow.path)),
            col(UnitRow.position),
            col(UnitRow.id),
            col(PostRow.rank).asc().nulls_first(),
            col(PersonRow.name),
        )
        .limit(limit)
    )
    return tuple(
        OnDuty(
            unit=Named(id=row["unit_id"], name=row["unit_name"]),
            kind=row["kind"],
            person=Named(id=row["person_id"], name=row["person_name"]),
            role=row["role"],
            rank=row["rank"],
            tasks=row["tasks"],
        )
        for row in (await session.execute(statement)).mappings()
    )
