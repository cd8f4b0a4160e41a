"""A schematic map (示意图) for places whose outlines nobody has brought: honest about being one.

Every small unit is one hexagon of the same size; those of a larger one lie together, its own in the midst.
Nothing but the tree decides the picture, so it is the same every day, and says nothing about true boundaries:
neither distances nor neighbours mean anything.

    cells = the hexagons nearest to the middle, within an oval
    halve(cells, groups): cut across the longer side, as many hexagons to each half as its groups need,
                          taken one by one from the end, so that neither half falls apart
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import ceil, sqrt
from typing import Final

from models.base import Frozen

Point = tuple[float, float]
"""To the right and down, in sides of a hexagon."""
Ring = tuple[Point, ...]
_Place = tuple[int, int]
"""The same exactly: in halves of a hexagon's width, and in halves of its side."""

_CORNERS: Final[tuple[_Place, ...]] = ((0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1))
"""From a hexagon's middle to its corners, clockwise from the top."""
_BESIDE: Final[tuple[_Place, ...]] = ((1, -3), (2, 0), (1, 3), (-1, 3), (-2, 0), (-1, -3))
"""From a hexagon's middle to those of its neighbours, clockwise."""
_HALF_WIDTH: Final = sqrt(3) / 2
HEXAGON: Final[Ring] = tuple((x * _HALF_WIDTH, y / 2) for x, y in _CORNERS)
"""The corners of a hexagon around (0, 0)."""


class Group(Frozen):
    """A unit and the smaller ones in it, in their order."""

    unit: str
    parts: tuple[str, ...] = ()


class Cell(Frozen):
    """One hexagon: a small unit, or what of a larger one belongs to none of its parts."""

    unit: str
    at: Point


class Region(Frozen):
    """The hexagons of a unit, its own first, and the line around them."""

    unit: str
    cells: tuple[Cell, ...]
    outline: tuple[Ring, ...]
    middle: Point


class Schematic(Frozen):
    """The whole picture: the unit's own hexagon in the middle of the regions of its parts."""

    unit: str
    centre: Cell
    regions: tuple[Region, ...]


@lru_cache(maxsize=64)
def schematic(unit: str, groups: tuple[Group, ...], *, width: float = 1.6) -> Schematic:
    """The picture of a unit made of `groups`; `width` is how much wider than high the oval is."""
    places = _oval(1 + sum(_size(group) for group in groups), width)
    centre, rest = places[0], places[1:]
    regions = tuple(_region(group, own) for group, own in _halve(rest, groups))
    return Schematic(unit=unit, centre=Cell(unit=unit, at=_point(centre)), regions=regions)


def _size(group: Group) -> int:
    return 1 + len(group.parts)


def _oval(count: int, width: float) -> list[_Place]:
    """That many hexagons, the middle one first."""
    rows = ceil(sqrt(count)) + 1
    columns = ceil(rows * width) + 1
    around = [
        (2 * column + row % 2, 3 * row)
        for row in range(-rows, rows + 1)
        for column in range(-columns, columns + 1)
    ]

    def distance(place: _Place) -> tuple[float, int, int]:
        x, y = _point(place)
        return (x / width) ** 2 + y**2, place[1], place[0]

    return sorted(around, key=distance)[:count]


def _halve(places: list[_Place], groups: tuple[Group, ...]) -> Iterator[tuple[Group, list[_Place]]]:
    """Which hexagons each group gets; they lie together, in the order of the groups."""
    if len(groups) < 2:
        yield from ((group, places) for group in groups)
        return
    sums = [0]
    for group in groups:
        sums.append(sums[-1] + _size(group))
    cut = min(range(1, len(groups)), key=lambda place: abs(2 * sums[place] - sums[-1]))
    xs, ys = zip(*map(_point, places), strict=True)
    across = max(xs) - min(xs) >= max(ys) - min(ys)
    taken = _take(places, sums[cut], _by_column if across else _by_row)
    yield from _halve(taken, groups[:cut])
    yield from _halve(sorted(set(places) - set(taken)), groups[cut:])


def _take(places: list[_Place], count: int, order: Callable[[_Place], _Place]) -> list[_Place]:
    """The first `count` hexagons in this order, except that what is taken and what is left hold together."""
    left, taken = set(places), list[_Place]()
    edge = set(places)
    while len(taken) < count:
        candidates = sorted(edge, key=order)
        chosen = next((place for place in candidates if _spared(left, place)), candidates[0])
        taken.append(chosen)
        left.remove(chosen)
        touched = _neighbours(chosen) & left
        edge = (edge & left if len(taken) > 1 else set()) | touched or set(left)
    return taken


def _spared(left: set[_Place], place: _Place) -> bool:
    """Whether those that are left hold together without this one."""
    ring = [(place[0] + x, place[1] + y) in left for x, y in _BESIDE]
    if sum(here and not before for here, before in zip(ring, ring[-1:] + ring[:-1], strict=True)) < 2:
        return True
    around = _neighbours(place) & left
    reached, near = set[_Place](), [min(around)]
    while near:
        here = near.pop()
        onward = (_neighbours(here) & left) - reached - {place}
        reached |= onward
        near.extend(onward)
    return around <= reached


def _neighbours(place: _Place) -> set[_Place]:
    return {(place[0] + x, place[1] + y) for x, y in _BESIDE}


def _by_column(place: _Place) -> _Place:
    return place


def _by_row(place: _Place) -> _Place:
    return place[1], place[0]


def _region(group: Group, places: list[_Place]) -> Region:
    """The group on these hexagons: its own next to their middle, the others as one reads."""
    middle = _middle(places)
    own = min(places, key=lambda place: (_apart(_point(place), middle), place))
    others = sorted((place for place in places if place != own), key=_by_row)
    cells = [
        Cell(unit=unit, at=_point(place))
        for unit, place in zip((group.unit, *group.parts), (own, *others), strict=True)
    ]
    return Region(unit=group.unit, cells=tuple(cells), outline=tuple(_around(places)), middle=middle)


def _around(places: list[_Place]) -> Iterator[Ring]:
    """The rings around these hexagons: the sides that no two of them share, end to end."""
    sides = set()
    for x, y in places:
        corners = [(x + right, y + down) for right, down in _CORNERS]
        sides |= set(zip(corners, corners[1:] + corners[:1], strict=True))
    onward = {start: end for start, end in sides if (end, start) not in sides}
    while onward:
        start = min(onward)
        ring = [start]
        while (following := onward.pop(ring[-1])) != start:
            ring.append(following)
        yield tuple(map(_point, ring))


def _point(place: _Place) -> Point:
    return place[0] * _HALF_WIDTH, place[1] / 2


def _middle(places: Sequence[_Place]) -> Point:
    xs, ys = zip(*map(_point, places), strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def _apart(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
