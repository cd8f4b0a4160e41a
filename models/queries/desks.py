"""The desks beside a place: what the suggestions of `models.city.routing` choose from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.catalogue import Section
from models.city.data_files import load_sections
from models.city.routing import Desks
from models.city.units import UnitKind, UnitRef
from models.queries.units import ref_columns, ref_of
from models.tables.units import UnitRow


async def desks_beside(session: AsyncSession, chain: Sequence[UnitRef]) -> Desks:
    """The sections of the chain's street and the departments of its district, in one query."""
    above = [unit.id for unit in chain if unit.kind in (UnitKind.STREET, UnitKind.DISTRICT)]
    statement = select(*ref_columns()).where(
        col(UnitRow.parent_id).in_(above),
        col(UnitRow.kind).in_([UnitKind.SECTION, UnitKind.DEPARTMENT]),
        col(UnitRow.active),
    )
    sections: dict[Section, UnitRef] = {}
    departments: dict[str, UnitRef] = {}
    for row in (await session.execute(statement)).mappings():
        unit = ref_of(row)
        suffix = unit.id.rpartition("-")[2]
        if unit.kind is UnitKind.DEPARTMENT:
            departments[suffix] = unit
        else:
            sections |= dict.fromkeys(_served().get(suffix, ()), unit)
    return Desks(sections=sections, departments=departments)


@cache
def _served() -> dict[str, tuple[Section, ...]]:
    """Which of the catalogue's sections a desk serves, by its suffix; suffixes differ between the sets."""
    return {desk.suffix: desk.serves for chosen in load_sections().sets.values() for desk in chosen.desks}
