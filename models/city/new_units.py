"""From the code list to the whole tree: official places, then the desks and grids beside and below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from models.base import Words
from models.city.desks import DepartmentDesk, GridPlan, SectionSet
from models.city.division_codes import Division
from models.city.naming import short_name
from models.city.units import GridType, UnitKind, UnitSource

GRID_NAMES: Final[dict[GridType, Words]] = {
    GridType.RESIDENTIAL: Words(zh="网格", en="Grid"),
    GridType.SHOPS: Words(zh="商铺专属网格", en="Shops grid"),
    GridType.OFFICES: Words(zh="机关企事业专属网格", en="Offices grid"),
    GridType.EDUCATION: Words(zh="教育培训专属网格", en="Education grid"),
    GridType.MEDICAL: Words(zh="医疗卫生专属网格", en="Medical grid"),
}


class NewUnit(NamedTuple):
    """A unit to be stored. A plain tuple, because there are tens of thousands at once."""

    id: str
    path: str
    kind: UnitKind
    name: str
    official_name: str
    parent_id: str | None
    grid_type: GridType | None
    position: int
    source: UnitSource


def official(divisions: Iterable[Division], paths: dict[str, str]) -> Iterator[NewUnit]:
    """The units of the code list. `paths` (id → ltree path) holds what stands above them, and is added to.

    Parents come before children. Raises KeyError where a parent is missing.
    """
    for division in divisions:
        above = paths[division.parent] + "." if division.parent else ""
        paths[division.code] = path = above + division.code
        yield NewUnit(
            id=division.code,
            path=path,
            kind=division.kind,
            name=short_name(division.name),
            official_name=division.name,
            parent_id=division.parent,
            grid_type=None,
            position=int(division.code[-3:]),
            source=UnitSource.OFFICIAL,
        )


def desks(unit: NewUnit, sections: SectionSet, departments: Sequence[DepartmentDesk]) -> Iterator[NewUnit]:
    """The sections of a street or the departments of a district; nothing for other units."""
    wanted: list[tuple[str, Words]] = []
    if unit.kind is UnitKind.STREET:
        wanted = [(desk.suffix, desk.name) for desk in sections.desks]
    elif unit.kind is UnitKind.DISTRICT:
        wanted = [(desk.suffix, desk.name) for desk in departments]
    kind = UnitKind.SECTION if unit.kind is UnitKind.STREET else UnitKind.DEPARTMENT
    for position, (suffix, name) in enumerate(wanted, start=1):
        yield _below(unit, suffix, kind, name.zh, position, UnitSource.CONFIGURED)


def grids(unit: NewUnit, plan: GridPlan) -> Iterator[NewUnit]:
    """The demonstration grids of a community: residential ones first, then dedicated ones."""
    if unit.kind is not UnitKind.COMMUNITY:
        return
    count = plan.residential(unit.id)
    for number in range(1, count + 1):
        yield _grid(unit, f"g{number}", f"{number}网格", GridType.RESIDENTIAL, number)
    position = count
    for grid_type, dedicated in plan.dedicated.get(unit.id, {}).items():
        for number in range(1, dedicated + 1):
            position += 1
            suffix = f"{plan.dedicated_suffixes[grid_type]}{number}"
            yield _grid(unit, suffix, f"{GRID_NAMES[grid_type].zh}{number}", grid_type, position)


def _grid(community: NewUnit, suffix: str, name: str, grid_type: GridType, position: int) -> NewUnit:
    made = _below(community, suffix, UnitKind.GRID, name, position, UnitSource.GENERATED)
    return made._replace(grid_type=grid_type)


def _below(
    parent: NewUnit, suffix: str, kind: UnitKind, name: str, position: int, source: UnitSource
) -> NewUnit:
    unit_id = f"{parent.id}-{suffix}"
    return NewUnit(
        id=unit_id,
        path=f"{parent.path}.{unit_id}",
        kind=kind,
        name=name,
        official_name=parent.name + name,
        parent_id=parent.id,
        grid_type=None,
        position=position,
        source=source,
    )
