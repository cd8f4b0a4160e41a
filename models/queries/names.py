"""Names of people and units, for the ids that facts and cases carry."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Text, bindparam, func, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.tables.people import PersonRow
from models.tables.units import UnitRow


class Named(Frozen):
    """Somebody, or some unit, with the name."""

    id: str
    name: str


async def names(session: AsyncSession, ids: Iterable[str | None]) -> dict[str, str]:
    """The names of people and units by id, in one query; ids that nobody has are left out.

    Ids of people and of units never meet: units have official codes, people `p_…`.
    """
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    if not wanted:
        return {}
    # One array, however many there are: a list of thousands of values takes longer to plan than to look up.
    any_of = func.any(bindparam("ids", wanted, type_=ARRAY(Text)))
    statement = union_all(
        select(col(PersonRow.id), col(PersonRow.name)).where(col(PersonRow.id) == any_of),
        select(col(UnitRow.id), col(UnitRow.name)).where(col(UnitRow.id) == any_of),
    )
    return dict((await session.execute(statement)).all())
