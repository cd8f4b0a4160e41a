"""Pinned matters (置顶) of a command centre: what is up, putting up, and taking down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base import Frozen
from models.case.jurisdiction import sight
from models.city.people import Principal
from models.queries.cases import CaseLine, CaseNotFound, headline, headline_columns, joined
from models.queries.jurisdiction import visible
from models.queries.names import Named
from models.tables.cases import CaseRow
from models.tables.people import PersonRow
from models.tables.pins import PinRow
from models.tables.units import UnitRow

MOST: Final = 8
"""As many as a wall shows, and as anybody can keep in mind."""
LINGERS: Final = timedelta(hours=24)
"""How long a closed case is still shown; then it comes down by itself."""

_PINNER = aliased(PersonRow, name="pinner")


class TooManyPins(Exception):
    """There is no room on the wall: something has to come down first."""


class PinnedCase(Frozen):
    """A case on the wall, with who put it there."""

    case: CaseLine
    by: Named
    at: datetime


def _up(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a pin, joined to its case, is up."""
    return (
        col(PinRow.unpinned_at).is_(None),
        or_(col(CaseRow.closed_at).is_(None), col(CaseRow.closed_at) > at - LINGERS),
    )


async def list_pins(
    session: AsyncSession, principal: Principal, unit_id: str, at: datetime
) -> tuple[PinnedCase, ...]:
    """What is pinned at the unit and may be seen by the principal, the newest pin first; one query."""
    statement = joined(
        select(
            *headline_columns(),
            col(PinRow.pinned_at).label("pinned_at"),
            col(_PINNER.id).label("pinner_id"),
            col(_PINNER.name).label("pinner_name"),
        )
        .select_from(PinRow)
        .join(CaseRow, col(CaseRow.number) == col(PinRow.case_number))
        .join(_PINNER, col(_PINNER.id) == col(PinRow.pinned_by))
    ).where(col(PinRow.unit_id) == unit_id, *_up(at), visible(sight(principal)))
    rows = await session.execute(statement.order_by(col(PinRow.pinned_at).desc()).limit(MOST))
    return tuple(
        PinnedCase(
            case=headline(row, at),
            by=Named(id=row["pinner_id"], name=row["pinner_name"]),
            at=row["pinned_at"],
        )
        for row in rows.mappings()
    )


async def is_pinned(session: AsyncSession, principal: Principal, unit_id: str, number: str) -> bool:
    """Whether the case is on the wall of the unit; one query.

    Raises CaseNotFound for a case that the principal may not see.
    """
    up = exists().where(
        col(PinRow.unit_id) == unit_id,
        col(PinRow.case_number) == col(CaseRow.number),
        col(PinRow.unpinned_at).is_(None),
    )
    statement = select(up).where(col(CaseRow.number) == number, visible(sight(principal)))
    found = await session.scalar(statement)
    if found is None:
        raise CaseNotFound(number)
    return found


async def pin(session: AsyncSession, principal: Principal, unit_id: str, number: str, at: datetime) -> bool:
    """Put a case on the wall of the unit; false if it is there already. The caller commits.

    Raises CaseNotFound for a case that the principal may not see, TooManyPins when the wall is full.
    """
    # Whoever else pins here waits, so that two together do not overfill the wall.
    await session.execute(select(col(UnitRow.id)).where(col(UnitRow.id) == unit_id).with_for_update())
    if await is_pinned(session, principal, unit_id, number):
        return False
    count = (
        select(func.count())
        .select_from(PinRow)
        .join(CaseRow, col(CaseRow.number) == col(PinRow.case_number))
        .where(col(PinRow.unit_id) == unit_id, *_up(at))
    )
    if (await session.scalar(count) or 0) >= MOST:
        raise TooManyPins
    await session.execute(
        insert(PinRow).values(unit_id=unit_id, case_number=number, pinned_at=at, pinned_by=principal.person)
    )
    return True


async def unpin(session: AsyncSession, person: str, unit_id: str, number: str, at: datetime) -> bool:
    """Take a case down from the wall of the unit; false if it was not there. The caller commits."""
    statement = (
        update(PinRow)
        .where(
            col(PinRow.unit_id) == unit_id,
            col(PinRow.case_number) == number,
            col(PinRow.unpinned_at).is_(None),
        )
        .values(unpinned_at=at, unpinned_by=person)
        .returning(col(PinRow.case_number))
    )
    return await session.scalar(statement) is not None
