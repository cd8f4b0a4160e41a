"""What importing a newer code list would change in the tree. Pure, so that it can be shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.city.desks import DepartmentDesk, SectionSet
from models.city.division_codes import Division
from models.city.new_units import NewUnit, desks, official
from models.city.units import UnitSource, within


class Existing(NamedTuple):
    """A unit as it is stored."""

    id: str
    path: str
    name: str
    official_name: str
    parent_id: str | None
    active: bool
    source: UnitSource


class ImportPlan(NamedTuple):
    """The changes, by what happens to each unit; `changed` holds every stored unit in its new form."""

    added: tuple[NewUnit, ...]
    changed: tuple[Existing, ...]
    renamed: frozenset[str]
    moved: frozenset[str]
    revived: frozenset[str]
    deactivated: frozenset[str]


def plan_import(
    divisions: Sequence[Division],
    existing: Mapping[str, Existing],
    sections: SectionSet,
    departments: Sequence[DepartmentDesk],
) -> ImportPlan:
    """Compare a faultless code list with the stored tree.

    A stored official unit that the list no longer names is deactivated, but only below the topmost units
    that the list does name: a list of one district says nothing about the others. Desks and grids go with
    the official unit they belong to, out of use and back. New streets and districts get their desks.
    """
    wanted = {
        unit.id: unit for unit in official(divisions, {unit.id: unit.path for unit in existing.values()})
    }
    added = [unit for unit in wanted.values() if unit.id not in existing]
    added += [desk for unit in added for desk in desks(unit, sections, departments)]
    roots = [
        existing[code].path
        for code, unit in wanted.items()
        if unit.parent_id not in wanted and code in existing
    ]
    active: dict[str, bool] = {}
    changed: list[Existing] = []
    paths = {unit.id: unit.path for unit in wanted.values()}
    for unit in sorted(existing.values(), key=lambda unit: unit.path.count(".")):  # parents first
        target = wanted.get(unit.id)
        if target is not None:
            new = unit._replace(
                path=target.path,
                name=target.name if target.official_name != unit.official_name else unit.name,
                official_name=target.official_name,
                parent_id=target.parent_id,
                active=True,
            )
        elif unit.source is UnitSource.OFFICIAL:
            dropped = any(within(unit.path, root) for root in roots)
            new = unit._replace(path=_path(unit, paths), active=unit.active and not dropped)
        else:
            new = unit._replace(path=_path(unit, paths), active=_with_parent(unit, existing, active))
        active[unit.id] = new.active
        paths[unit.id] = new.path
        if new != unit:
            changed.append(new)
    before = {unit.id: existing[unit.id] for unit in changed}
    return ImportPlan(
        added=tuple(added),
        changed=tuple(changed),
        renamed=frozenset(u.id for u in changed if u.official_name != before[u.id].official_name),
        moved=frozenset(u.id for u in changed if u.parent_id != before[u.id].parent_id),
        revived=frozenset(u.id for u in changed if u.active and not before[u.id].active),
        deactivated=frozenset(u.id for u in changed if before[u.id].active and not u.active),
    )


def _path(unit: Existing, paths: Mapping[str, str]) -> str:
    """The unit's path under its parent's new one."""
    return f"{paths[unit.parent_id]}.{unit.id}" if unit.parent_id else unit.id


def _with_parent(unit: Existing, existing: Mapping[str, Existing], active: Mapping[str, bool]) -> bool:
    """A desk or grid changes only when its parent does; one that was closed by itself stays closed."""
    parent = unit.parent_id
    if parent is None or existing[parent].active == active[parent]:
        return unit.active
    return active[parent]
