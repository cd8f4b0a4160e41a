"""Units renamed, added, closed and reopened by hand, inside the administrator's area, each journalled.

Districts, streets and communities come and go with the code list (`unit_import`); what is added and closed by
hand are the desks and grids beside and below them.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import StringConstraints
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.administering import Administrator, Deed
from models.city.units import GridType, UnitKind, UnitSource
from models.queries.admin_refusals import KindUnfit, UnitBusy, UnitOfTheList, UnitOutside, UnitTaken
from models.queries.journal import note
from models.queries.post_admin import administered_unit
from models.queries.unit_admin import BELOW, open_cases_below
from models.tables.types import below
from models.tables.units import UnitRow

UnitName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Suffix = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9]{1,24}$")]
"""Ends a unit's code: 500120001-`pingan`, 500120001005-`g18`."""
_PREFIX: Final = {UnitKind.GRID: "g", UnitKind.MICRO_GRID: "m"}


class NewUnit(Frozen):
    """A unit to be added by hand."""

    parent: str
    kind: UnitKind
    name: UnitName
    suffix: Suffix | None = None
    """None: the next free number, for grids and micro-grids."""
    grid_type: GridType | None = None
    reason: str = ""


async def add_unit(session: AsyncSession, by: Administrator, unit: NewUnit, at: datetime) -> str:
    """Add a desk, a grid or a micro-grid; its code. The caller commits.

    Raises UnitOutside, KindUnfit, UnitTaken.
    """
    parent = await administered_unit(session, by, unit.parent)
    if unit.kind not in BELOW[parent.kind]:
        raise KindUnfit
    suffix = unit.suffix or await next_suffix(session, parent.id, unit.kind)
    unit_id = f"{parent.id}-{suffix}"
    grid = unit.kind is UnitKind.GRID
    last = await session.scalar(
        select(func.max(col(UnitRow.position))).where(
            col(UnitRow.parent_id) == parent.id, col(UnitRow.kind) == unit.kind
        )
    )
    made = await session.scalar(
        insert(UnitRow)
        .values(
            id=unit_id,
            path=f"{parent.path}.{unit_id}",
            kind=unit.kind,
            name=unit.name,
            official_name=parent.name + unit.name,
            parent_id=parent.id,
            grid_type=(unit.grid_type or GridType.RESIDENTIAL) if grid else None,
            position=(last or 0) + 1,
            active=True,
            source=UnitSource.CONFIGURED,
        )
        .on_conflict_do_nothing()
        .returning(col(UnitRow.id))
    )
    if made is None:
        raise UnitTaken(unit_id)
    await note(
        session,
        by,
        Deed.UNIT_ADDED,
        subject=unit_id,
        name=unit.name,
        at=at,
        path=f"{parent.path}.{unit_id}",
        after={"name": unit.name, "kind": unit.kind.value, "parent": parent.id},
        reason=unit.reason,
    )
    return unit_id


async def next_suffix(session: AsyncSession, parent_id: str, kind: UnitKind) -> str:
    """The next free ending: g19 after g18, m1 where there is no micro-grid yet.

    Raises KindUnfit for desks, whose endings are words that the catalogue and the sections name.
    """
    prefix = _PREFIX.get(kind)
    if prefix is None:
        raise KindUnfit
    ids = await session.scalars(select(col(UnitRow.id)).where(col(UnitRow.parent_id) == parent_id))
    pattern = re.compile(rf"-{prefix}([0-9]+)$")
    taken = [int(found[1]) for unit_id in ids if (found := pattern.search(unit_id))]
    return f"{prefix}{max(taken, default=0) + 1}"


async def rename_unit(
    session: AsyncSession, by: Administrator, unit_id: str, name: str, at: datetime, reason: str = ""
) -> None:
    """Give a unit the name people use. Its official name, and what open cases remember, stay.

    Raises UnitOutside.
    """
    row = await administered_unit(session, by, unit_id)
    before, row.name = row.name, name
    if before == name:
        return
    await note(
        session,
        by,
        Deed.UNIT_RENAMED,
        subject=row.id,
        name=name,
        at=at,
        path=row.path,
        before={"name": before},
        after={"name": name},
        reason=reason,
    )


async def close_unit(
    session: AsyncSession, by: Administrator, unit_id: str, at: datetime, reason: str
) -> int:
    """Close a desk or grid and all below it; how many units were closed. Nothing is deleted.

    Posts there give no rights from then on, and nothing can be reported or sent there. Raises UnitOutside,
    UnitOfTheList, and UnitBusy while open cases are held or worked there.
    """
    row = await administered_unit(session, by, unit_id)
    if row.source is UnitSource.OFFICIAL:
        raise UnitOfTheList
    busy = await session.scalar(select(open_cases_below(col(UnitRow.path))).where(col(UnitRow.id) == row.id))
    if busy:
        raise UnitBusy(busy)
    closed = await session.execute(
        update(UnitRow)
        .where(below(col(UnitRow.path), [row.path]), col(UnitRow.active))
        .values(active=False)
        .returning(col(UnitRow.id))
    )
    units = sorted(closed.scalars().all())
    await note(
        session,
        by,
        Deed.UNIT_CLOSED,
        subject=row.id,
        name=row.name,
        at=at,
        path=row.path,
        before={"active": units},
        after={"active": []},
        reason=reason,
    )
    return len(units)


async def reopen_unit(
    session: AsyncSession, by: Administrator, unit_id: str, at: datetime, reason: str = ""
) -> None:
    """Open one closed desk or grid again, not what lies below it. Posts there count again.

    Raises UnitOutside for a unit that is not closed, or whose parent is.
    """
    parents = select(col(UnitRow.id)).where(col(UnitRow.active)).scalar_subquery()
    row = await session.scalar(
        select(UnitRow).where(
            col(UnitRow.id) == unit_id,
            col(UnitRow.active).is_(False),
            col(UnitRow.parent_id).in_(parents),
            below(col(UnitRow.path), by.paths),
        )
    )
    if row is None:
        raise UnitOutside
    if row.source is UnitSource.OFFICIAL:
        raise UnitOfTheList
    row.active = True
    await note(
        session, by, Deed.UNIT_REOPENED, subject=row.id, name=row.name, at=at, path=row.path,
        before={"active": False}, after={"active": True}, reason=reason,
    )  # fmt: skip
