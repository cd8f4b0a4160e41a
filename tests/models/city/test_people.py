"""Posts and their reach."""

from __future__ import annotations

import pytest

from models.city.people import Post, Role, reach
from models.city.units import UnitRef, place_name, within
from tests.models.city.places import CHAIN, CITY, COMMUNITY, DEPARTMENT, DISTRICT, GRID, SECTION, STREET


@pytest.mark.parametrize(
    ("unit", "role", "path"),
    [
        (GRID, Role.GRID_WORKER, GRID.path),
        (STREET, Role.DISPATCHER, STREET.path),
        (SECTION, Role.SECTION_STAFF, SECTION.path),
        (SECTION, Role.DISPATCHER, STREET.path),
        (SECTION, Role.COMMANDER, STREET.path),
        (DEPARTMENT, Role.DEPARTMENT_STAFF, DEPARTMENT.path),
        (DEPARTMENT, Role.SUPERVISOR, DISTRICT.path),
        (CITY, Role.AUDITOR, CITY.path),
    ],
)
def test_reach(unit: UnitRef, role: Role, path: str) -> None:
    assert reach(Post(id="p", unit=unit, role=role)) == path


def test_place_name_runs_from_the_street_down() -> None:
    assert place_name(CHAIN) == "璧城街道东关社区18网格"
    assert place_name(CHAIN[:2]) == "璧山区"


def test_within_is_about_labels_not_letters() -> None:
    assert within(GRID.path, COMMUNITY.path)
    assert within(COMMUNITY.path, COMMUNITY.path)
    assert not within(f"{COMMUNITY.path}1", COMMUNITY.path)
