"""Bringing a newer code list into a running city (`shaodao units import FILE`)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from models.base import Frozen, Words
from models.city.data_files import load_departments, load_sections
from models.city.division_codes import DivisionList, RowFault, read_divisions
from models.city.unit_plan import Existing, ImportPlan, plan_import
from models.city.units import UnitKind
from models.queries.bulk import Progress, alone_and_unhurried, copy_units
from models.tables.units import UnitRow

NOTHING: Final = ImportPlan((), (), frozenset(), frozenset(), frozenset(), frozenset())
"""A plan that changes nothing."""


class ImportReport(Frozen):
    """What an import did, or, where there are faults, why it did nothing at all."""

    added: int = 0
    """New places, with the desks that were made for them."""
    renamed: int = 0
    moved: int = 0
    """Places that now belong to another parent."""
    revived: int = 0
    deactivated: int = 0
    """Places that the list no longer names, with their desks and grids. Nothing is ever deleted."""
    faults: tuple[RowFault, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing was changed because rows were bad."""
        return bool(self.faults)


class Planned(NamedTuple):
    """What importing a list would do, and the units as they are before it."""

    plan: ImportPlan
    before: Mapping[str, Existing]
    faults: tuple[RowFault, ...] = ()

    @property
    def report(self) -> ImportReport:
        """The plan in numbers, or its faults."""
        if self.faults:
            return ImportReport(faults=self.faults)
        return ImportReport(
            added=len(self.plan.added),
            renamed=len(self.plan.renamed),
            moved=len(self.plan.moved),
            revived=len(self.plan.revived),
            deactivated=len(self.plan.deactivated),
        )


async def import_units(
    engine: AsyncEngine,
    csv_path: Path,
    progress: Progress,
    *,
    section_set: str | None = None,
    preview: bool = False,
) -> ImportReport:
    """Add, rename, move, revive and deactivate units so that they agree with the code list in `csv_path`.

    One transaction: all of it or, with a bad row, none of it. `section_set` names the set of sections for new
    streets (see data/sections.toml). `preview` reports what would be done and does nothing. Raises OSError
    where the file cannot be read.
    """
    content = await asyncio.to_thread(csv_path.read_bytes)
    async with engine.begin() as connection:
        await alone_and_unhurried(connection)
        planned = await plan_units(connection, content, section_set=section_set)
        if not preview and not planned.faults:
            await carry_out(connection, planned.plan, progress)
    return planned.report


async def plan_units(
    connection: AsyncConnection, content: bytes, *, section_set: str | None = None
) -> Planned:
    """What the code list in `content` would change in the tree as it is. Changes nothing."""
    existing, kinds = await _stored(connection)

    def compared() -> Planned:
        listed = _read(content, kinds)
        if listed.faults:
            return Planned(NOTHING, existing, listed.faults)
        sections = load_sections().chosen(section_set)
        return Planned(plan_import(listed.divisions, existing, sections, load_departments()), existing)

    return await asyncio.to_thread(compared)


async def carry_out(connection: AsyncConnection, plan: ImportPlan, progress: Progress) -> None:
    """Do what was planned, in the transaction of `connection`, which the caller commits."""
    await copy_units(connection, plan.added, progress)
    await _change(connection, plan.changed)


def _read(content: bytes, known: dict[str, UnitKind]) -> DivisionList:
    """Read the file, which must be UTF-8 throughout."""
    try:
        return read_divisions(content.decode("utf-8-sig").splitlines(), known)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        words = Words(zh="文件不是UTF-8编码", en="the file is not UTF-8")
        return DivisionList((), (RowFault(line=line, code="", words=words),))


async def _stored(connection: AsyncConnection) -> tuple[dict[str, Existing], dict[str, UnitKind]]:
    """Every unit as it is stored, and the kinds of those that may stand as parents: the active ones."""
    rows = await connection.execute(
        select(
            col(UnitRow.id),
            col(UnitRow.path),
            col(UnitRow.name),
            col(UnitRow.official_name),
            col(UnitRow.parent_id),
            col(UnitRow.active),
            col(UnitRow.source),
            col(UnitRow.kind),
        ).order_by(func.nlevel(col(UnitRow.path)))
    )
    units = [(Existing(*row[:7]), row[7]) for row in rows]
    return {unit.id: unit for unit, _ in units}, {unit.id: kind for unit, kind in units if unit.active}


async def _change(connection: AsyncConnection, units: Sequence[Existing]) -> None:
    """Bring stored units into their new form, in one statement."""
    if not units:
        return
    await connection.execute(
        text(
            "UPDATE units SET path = new.path::ltree, name = new.name, official_name = new.official_name,"
            " parent_id = new.parent_id, active = new.active"
            " FROM unnest(CAST(:ids AS text[]), CAST(:paths AS text[]), CAST(:names AS text[]),"
            " CAST(:official_names AS text[]), CAST(:parents AS text[]), CAST(:active AS boolean[]))"
            " AS new (id, path, name, official_name, parent_id, active) WHERE units.id = new.id"
        ),
        {
            "ids": [unit.id for unit in units],
            "paths": [unit.path for unit in units],
            "names": [unit.name for unit in units],
            "official_names": [unit.official_name for unit in units],
            "parents": [unit.parent_id for unit in units],
            "active": [unit.active for unit in units],
        },
    )
