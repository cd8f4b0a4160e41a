"""The schematic map: every unit once, regions in one piece, and always the same picture."""

from __future__ import annotations

from math import dist, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.city.schematic import HEXAGON, Group, Point, Schematic, schematic

sizes = st.lists(st.integers(min_value=0, max_value=30), max_size=40)


def picture(counts: list[int]) -> tuple[list[Group], Schematic]:
    groups = [
        Group(unit=f"c{place}", parts=tuple(f"c{place}-g{part}" for part in range(count)))
        for place, count in enumerate(counts)
    ]
    return groups, schematic("street", tuple(groups))


def pieces(cells: list[Point]) -> int:
    """How many pieces these hexagons form."""
    left, found = set(cells), 0
    while left:
        found += 1
        near = [left.pop()]
        while near:
            here = near.pop()
            touching = {cell for cell in left if dist(cell, here) < sqrt(3) + 0.01}
            left -= touching
            near.extend(touching)
    return found


@given(sizes)
def test_every_unit_has_one_hexagon_of_its_own(counts: list[int]) -> None:
    groups, drawn = picture(counts)
    cells = [drawn.centre, *(cell for region in drawn.regions for cell in region.cells)]
    assert [region.unit for region in drawn.regions] == [group.unit for group in groups]
    assert {cell.unit for cell in cells} == {"street"} | {
        unit for group in groups for unit in (group.unit, *group.parts)
    }
    places = sorted(cell.at for cell in cells)
    assert len({(round(x, 6), round(y, 6)) for x, y in places}) == len(cells) == 1 + sum(counts) + len(counts)


@given(sizes)
def test_the_line_around_a_region_encloses_its_hexagons(counts: list[int]) -> None:
    """By the areas: a ring's, by its corners, and so many hexagons'."""
    for region in picture(counts)[1].regions:
        enclosed = sum(
            sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2
            for ring in region.outline
        )
        assert enclosed == pytest.approx(len(region.cells) * 3 * sqrt(3) / 2)


@given(sizes)
def test_the_picture_is_always_the_same(counts: list[int]) -> None:
    assert picture(counts) == picture(counts)


@pytest.mark.parametrize("grids", [1, 5, 7, 9, 18])
@pytest.mark.parametrize("communities", [2, 5, 12, 20, 38])
def test_regions_lie_in_one_piece(communities: int, grids: int) -> None:
    counts = [(grids + 3 * place) % 12 for place in range(communities)]
    for region in picture(counts)[1].regions:
        assert pieces([cell.at for cell in region.cells]) == 1, region.unit


def test_a_region_reads_from_the_top_left_around_its_own_hexagon() -> None:
    region = picture([9, 9, 9, 9])[1].regions[0]
    own, *others = region.cells
    assert own.unit == "c0"
    assert dist(own.at, region.middle) <= 1
    assert [cell.unit for cell in others] == [f"c0-g{part}" for part in range(9)]
    assert others == sorted(others, key=lambda cell: (cell.at[1], cell.at[0]))


def test_a_unit_without_parts_is_one_hexagon() -> None:
    drawn = schematic("grid", ())
    assert drawn.centre.at == (0, 0)
    assert drawn.regions == ()
    assert len(HEXAGON) == 6
