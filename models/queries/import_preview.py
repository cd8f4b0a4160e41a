"""What importing a file would change, for people to read before they confirm it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.case.state import OPEN
from models.city.administering import Administrator
from models.city.division_codes import RowFault
from models.city.outlines import OutlineList, read_outlines
from models.city.unit_plan import Existing
from models.city.units import UnitKind
from models.queries.unit_import import Planned, plan_units
from models.tables.boundaries import BoundaryRow
from models.tables.cases import CaseRow
from models.tables.people import PostRow
from models.tables.units import UnitRow

FIRST: Final = 12
"""Rows shown of each kind of change; the rest is counted."""
FAULTS: Final = 50


class Change(StrEnum):
    """What would happen to a unit."""

    ADDED = "added"
    RENAMED = "renamed"
    MOVED = "moved"
    REVIVED = "revived"
    VANISHED = "vanished"
    DRAWN = "drawn"  # gets an outline
    REDRAWN = "redrawn"  # gets another one


class Row(Frozen):
    """One unit that would change."""

    code: str
    name: str
    before: str = ""
    after: str = ""


class ChangeGroup(Frozen):
    """The units to which the same would happen: all counted, the first ones shown."""

    change: Change
    number: int
    rows: tuple[Row, ...]


class ImportPreview(Frozen):
    """What a file would do, or why it cannot be taken."""

    groups: tuple[ChangeGroup, ...] = ()
    faults: tuple[RowFault, ...] = ()
    """The first ones, by line (or by feature)."""
    fault_count: int = 0
    posts: int = 0
    """Posts at units that would vanish: their holders could no longer act there."""
    cases: int = 0
    """Open cases held by units that would vanish."""
    fingerprint: str = ""
    """The same for the same changes to the same tree."""

    @property
    def refused(self) -> bool:
        """Whether the file cannot be taken."""
        return bool(self.faults)

    @property
    def total(self) -> int:
        """How many changes there are."""
        return sum(group.number for group in self.groups)


class UnitsPreview(NamedTuple):
    """A preview with the plan behind it."""

    preview: ImportPreview
    planned: Planned


async def preview_units(connection: AsyncConnection, by: Administrator, content: bytes) -> UnitsPreview:
    """What a code list would change; units outside of the administrator's area are faults."""
    planned = await plan_units(connection, content)
    if planned.faults:
        return UnitsPreview(_refused(planned.faults), planned)
    outside = list(_outside(by, planned))
    if outside:
        return UnitsPreview(_refused(outside), planned)
    plan, before = planned.plan, planned.before
    after = {unit.id: unit for unit in plan.changed}
    groups = (
        _group(Change.ADDED, [Row(code=unit.id, name=unit.name) for unit in plan.added]),
        _group(
            Change.RENAMED,
            [
                Row(
                    code=id_,
                    name=after[id_].name,
                    before=before[id_].official_name,
                    after=after[id_].official_name,
                )
                for id_ in sorted(plan.renamed)
            ],
        ),
        _group(
            Change.MOVED,
            [
                Row(
                    code=id_,
                    name=after[id_].name,
                    before=_named(before, before[id_].parent_id),
                    after=_named({**before, **after}, after[id_].parent_id),
                )
                for id_ in sorted(plan.moved)
            ],
        ),
        _group(Change.REVIVED, [Row(code=id_, name=after[id_].name) for id_ in sorted(plan.revived)]),
        _group(Change.VANISHED, [Row(code=id_, name=before[id_].name) for id_ in sorted(plan.deactivated)]),
    )
    posts, cases = await _touched(connection, sorted(plan.deactivated))
    preview = ImportPreview(
        groups=tuple(group for group in groups if group.number),
        posts=posts,
        cases=cases,
        fingerprint=_fingerprint([*map(repr, plan.added), *map(repr, plan.changed)]),
    )
    return UnitsPreview(preview, planned)


async def preview_outlines(
    session: AsyncSession, by: Administrator, content: bytes
) -> tuple[ImportPreview, OutlineList]:
    """What a file of outlines would change; unknown units and those outside of the area are faults."""
    try:
        listed = read_outlines(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        words = Words(zh="文件不是UTF-8编码", en="the file is not UTF-8")
        listed = OutlineList((), (RowFault(line=1, code="", words=words),))
    if listed.faults:
        return _refused(listed.faults), listed
    codes = [boundary.unit for boundary in listed.boundaries]
    rows = await session.execute(
        select(col(UnitRow.id), col(UnitRow.name), col(UnitRow.path), col(BoundaryRow.unit_id))
        .outerjoin(BoundaryRow, col(BoundaryRow.unit_id) == col(UnitRow.id))
        .where(col(UnitRow.id).in_(codes), col(UnitRow.active))
    )
    known = {id_: (name, drawn) for id_, name, path, drawn in rows if by.administers(path)}
    unknown = Words(zh="您的管辖范围内没有该单位", en="there is no such unit in your area")
    faults = [
        RowFault(line=number, code=code, words=unknown)
        for number, code in enumerate(codes, start=1)
        if code not in known
    ]
    if faults:
        return _refused(faults), listed
    groups = (
        _group(Change.DRAWN, [Row(code=c, name=known[c][0]) for c in codes if known[c][1] is None]),
        _group(Change.REDRAWN, [Row(code=c, name=known[c][0]) for c in codes if known[c][1] is not None]),
    )
    preview = ImportPreview(
        groups=tuple(group for group in groups if group.number),
        fingerprint=_fingerprint(boundary.model_dump_json() for boundary in listed.boundaries),
    )
    return preview, listed


def _outside(by: Administrator, planned: Planned) -> Iterator[RowFault]:
    words = Words(zh="不在您的管辖范围内", en="lies outside of your area")
    for added in planned.plan.added:
        if added.kind is UnitKind.CITY or not by.administers(added.path):
            yield RowFault(line=0, code=added.id, words=words)
    for unit in planned.plan.changed:
        if not (by.administers(unit.path) and by.administers(planned.before[unit.id].path)):
            yield RowFault(line=0, code=unit.id, words=words)


async def _touched(connection: AsyncConnection, units: Sequence[str]) -> tuple[int, int]:
    """Posts held and open cases held at these units."""
    if not units:
        return 0, 0
    posts = (
        select(func.count())
        .select_from(PostRow)
        .where(col(PostRow.unit_id).in_(units), col(PostRow.until).is_(None))
    )
    cases = (
        select(func.count())
        .select_from(CaseRow)
        .where(col(CaseRow.holder_id).in_(units), col(CaseRow.stage).in_([stage.value for stage in OPEN]))
    )
    row = (await connection.execute(select(posts.scalar_subquery(), cases.scalar_subquery()))).one()
    return row[0], row[1]


def _group(change: Change, rows: Sequence[Row]) -> ChangeGroup:
    return ChangeGroup(change=change, number=len(rows), rows=tuple(rows[:FIRST]))


def _refused(faults: Sequence[RowFault]) -> ImportPreview:
    return ImportPreview(faults=tuple(faults[:FAULTS]), fault_count=len(faults))


def _named(units: Mapping[str, Existing], unit_id: str | None) -> str:
    unit = units.get(unit_id) if unit_id else None
    return unit.name if unit else (unit_id or "")


def _fingerprint(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
