"""The whole tree of the city, from the code list and the files beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.city.data_files import DATA, DataFault, load_departments, load_grid_plan, load_sections
from models.city.division_codes import read_divisions
from models.city.new_units import NewUnit, desks, grids, official

CHONGQING: Final = DATA / "units" / "chongqing.csv"


def load_tree(csv_path: Path = CHONGQING, section_set: str | None = None) -> list[NewUnit]:
    """Every unit, parents before children: the code list's places, their desks, the demonstration grids.

    `section_set` names a set of sections.toml, else its default. Raises DataFault with the first bad one.
    """
    listed = read_divisions(csv_path.read_text(encoding="utf-8-sig").splitlines(), {})
    if listed.faults:
        fault = listed.faults[0]
        raise DataFault(f"{csv_path.name}:{fault.line}: {fault.words.en}")
    sections, departments, plan = load_sections().chosen(section_set), load_departments(), load_grid_plan()
    places = list(official(listed.divisions, {}))
    units = list(places)
    for place in places:
        units.extend(desks(place, sections, departments))
        units.extend(grids(place, plan))
    return units
