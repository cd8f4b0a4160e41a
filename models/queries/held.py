"""The cases a unit holds itself: it accepts, dispatches, verifies and closes them."""

from __future__ import annotations

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.state import Case
from models.city.people import Principal
from models.queries import nearest_red
from models.queries.tasks import served
from models.tables.cases import CaseRow


async def held_cases(session: AsyncSession, principal: Principal, *, limit: int = 50) -> tuple[Case, ...]:
    """The open cases held by the units whose desk the principal works, the nearest red first; one query."""
    units = served(principal.posts)
    if not units:
        return ()
    # As text: pydantic reads it faster than it reads what psycopg would have made of it.
    statement = (
        select(cast(col(CaseRow.snapshot), Text))
        .where(col(CaseRow.holder_id).in_(units), col(CaseRow.closed_at).is_(None))
        .order_by(*nearest_red.order())
        .limit(limit)
    )
    return tuple(
        Case.model_validate_json(snapshot) for snapshot in (await session.execute(statement)).scalars()
    )
