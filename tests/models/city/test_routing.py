"""Routing: the ladder, the entry rule and the suggestions."""

from __future__ import annotations

import pytest

from models.base import Urgency, Words
from models.city.catalogue import OTHER, Matter, Section
from models.city.routing import Because, Desks, entry_level, entry_rung, ladder, suggest_handlers
from models.city.units import Level, UnitRef
from tests.models.city.places import (
    CHAIN,
    CITY,
    COMMUNITY,
    DEPARTMENT,
    DISTRICT,
    GRID,
    MICRO_GRID,
    SECTION,
    STREET,
)

DESKS = Desks(sections={Section.SAFETY: SECTION}, departments={"zhujian": DEPARTMENT})


def matter(
    key: str = "eave-collapse",
    *,
    department: str | None = "zhujian",
    entry: Level | None = None,
    accepted_by: tuple[Level, ...] = (Level.GRID, Level.COMMUNITY, Level.STREET, Level.DISTRICT),
) -> Matter:
    return Matter(
        key=key,
        name=Words(zh="屋檐", en="Eave"),
        section=Section.SAFETY,
        department=department,
        entry=entry,
        accepted_by=accepted_by,
        closing=Words(zh="排除", en="Removed"),
    )


def units(*suggested: UnitRef) -> list[str]:
    return [unit.id for unit in suggested]


def test_ladder_runs_from_the_grid_to_the_lead_department_and_the_city() -> None:
    rungs = ladder(CHAIN, DEPARTMENT)
    assert [(rung.level, rung.unit) for rung in rungs] == [
        (Level.GRID, GRID),
        (Level.COMMUNITY, COMMUNITY),
        (Level.STREET, STREET),
        (Level.DISTRICT, DEPARTMENT),
        (Level.CITY, CITY),
    ]


def test_ladder_without_a_department_has_the_district_as_backstop() -> None:
    assert ladder(CHAIN, None)[3].unit == DISTRICT


def test_ladder_skips_micro_grids_and_desks() -> None:
    assert ladder((*CHAIN, MICRO_GRID), None) == ladder(CHAIN, None)
    assert ladder((CITY, DISTRICT, STREET, SECTION), None)[0].unit == STREET


@pytest.mark.parametrize(
    ("urgency", "level"),
    [
        (Urgency.ORDINARY, Level.COMMUNITY),
        (Urgency.URGENT, Level.STREET),
        (Urgency.CRITICAL, Level.STREET),
    ],
)
def test_general_entry_rule(urgency: Urgency, level: Level) -> None:
    assert entry_level(matter(), urgency) is level


def test_the_catalogue_overrides_the_entry_rule() -> None:
    assert entry_level(matter(entry=Level.COMMUNITY), Urgency.CRITICAL) is Level.COMMUNITY


def test_a_matter_does_not_enter_where_it_need_not_be_accepted() -> None:
    street_up = matter(accepted_by=(Level.STREET, Level.DISTRICT))
    assert entry_level(street_up, Urgency.ORDINARY) is Level.STREET
    grid_only = matter(accepted_by=(Level.GRID,))
    assert entry_level(grid_only, Urgency.CRITICAL) is Level.GRID


def test_entry_is_the_lowest_known_rung_when_the_place_is_known_less_exactly() -> None:
    to_street = ladder(CHAIN[:3], DEPARTMENT)
    assert entry_rung(to_street, matter(), Urgency.ORDINARY).unit == STREET
    to_district = ladder(CHAIN[:2], None)
    assert entry_rung(to_district, matter(), Urgency.CRITICAL).unit == DISTRICT


def test_entry_takes_the_highest_rung_below_when_nothing_is_above() -> None:
    rungs = ladder((COMMUNITY,), None)
    assert entry_rung(rungs, matter(), Urgency.CRITICAL).unit == COMMUNITY


def test_the_city_is_never_entered() -> None:
    with pytest.raises(ValueError, match="at least a district"):
        entry_rung(ladder((CITY,), None), matter(), Urgency.ORDINARY)


def test_a_street_is_suggested_its_section_then_the_department_then_the_place() -> None:
    found = suggest_handlers(matter(), STREET, CHAIN, DESKS)
    assert units(*(s.unit for s in found)) == units(SECTION, DEPARTMENT, COMMUNITY, GRID)
    assert found[0].because is Because.SECTION
    assert "平安法治" in found[0].reason.zh


def test_a_community_is_suggested_the_grid_first() -> None:
    found = suggest_handlers(matter(), COMMUNITY, CHAIN, DESKS)
    assert units(*(s.unit for s in found)) == units(GRID, COMMUNITY)


def test_a_district_is_suggested_the_department_first() -> None:
    assert suggest_handlers(matter(), DISTRICT, CHAIN, DESKS)[0].because is Because.DEPARTMENT


def test_nothing_is_suggested_below_the_levels_that_must_accept_it() -> None:
    found = suggest_handlers(matter(accepted_by=(Level.STREET,)), STREET, CHAIN, DESKS)
    assert units(*(s.unit for s in found)) == units(SECTION, DEPARTMENT)


def test_the_holder_is_the_backstop_when_nothing_matches() -> None:
    lonely = matter(department=None, accepted_by=(Level.STREET,))
    found = suggest_handlers(lonely, STREET, CHAIN, Desks())
    assert [(s.unit, s.because) for s in found] == [(STREET, Because.BACKSTOP)]


def test_the_backstop_matter_stays_with_its_holder() -> None:
    found = suggest_handlers(matter(OTHER), COMMUNITY, CHAIN, DESKS)
    assert [(s.unit, s.because) for s in found] == [(COMMUNITY, Because.BACKSTOP)]
