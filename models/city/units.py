"""Units (单位): the places and desks of a city, in one tree.

A unit's identity is stable and readable: official places carry their 12-, 9- or 6-digit division code,
sections, departments and grids a suffix on their parent's (`500120001-pingan`, `500120-chengguan`,
`500120001005-g18`). The path is an ltree: the identities from the city down, joined by dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from models.base import Frozen


class UnitKind(StrEnum):
    """What a unit is (domain.md §1)."""

    CITY = "city"  # 市 数字化城市运行和治理中心
    DISTRICT = "district"  # 区县 城市运行中心
    DEPARTMENT = "department"  # 区级部门
    STREET = "street"  # 镇街 基层治理指挥中心
    SECTION = "section"  # 板块
    COMMUNITY = "community"  # 村(社区) 治理中心
    GRID = "grid"  # 网格
    MICRO_GRID = "micro_grid"  # 微网格


class GridType(StrEnum):
    """Whom a grid serves: the residents of a place, or one dedicated kind of establishment (专属网格)."""

    RESIDENTIAL = "residential"  # 居民网格
    SHOPS = "shops"  # 商铺专属网格
    OFFICES = "offices"  # 机关企事业专属网格
    EDUCATION = "education"  # 教育培训专属网格
    MEDICAL = "medical"  # 医疗卫生专属网格


class UnitSource(StrEnum):
    """Where a unit comes from, so that nothing generated is ever shown as official."""

    OFFICIAL = "official"  # the published code list of administrative divisions
    CONFIGURED = "configured"  # sections and departments, from our data files
    GENERATED = "generated"  # demonstration grids, made by rule


class Level(StrEnum):
    """A rung of the ladder that a case climbs; the value's order is bottom to top."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"

    @property
    def rank(self) -> int:
        """0 for the grid, 4 for the city."""
        return _RANKS[self]


_RANKS: dict[Level, int] = {level: rank for rank, level in enumerate(Level)}

LEVEL_OF: dict[UnitKind, Level] = {
    UnitKind.CITY: Level.CITY,
    UnitKind.DISTRICT: Level.DISTRICT,
    UnitKind.DEPARTMENT: Level.DISTRICT,
    UnitKind.STREET: Level.STREET,
    UnitKind.SECTION: Level.STREET,
    UnitKind.COMMUNITY: Level.COMMUNITY,
    UnitKind.GRID: Level.GRID,
    UnitKind.MICRO_GRID: Level.GRID,
}


class UnitRef(Frozen):
    """A unit as a case remembers it: enough to route, to judge jurisdiction and to say its name."""

    id: str
    kind: UnitKind
    name: str
    path: str
    has_deputy: bool = False
    """Whether somebody holds a B-rank post (AB角) here, so that A can be substituted."""

    @property
    def level(self) -> Level:
        """The rung this unit stands on; a section stands on the street's, a department on the district's."""
        return LEVEL_OF[self.kind]


def place_name(chain: Sequence[UnitRef]) -> str:
    """How people name a place, from the street down: 璧城街道东关社区18网格.

    `chain` runs from the city down; a chain that ends above the street is named by its last unit.
    """
    named = [unit.name for unit in chain if unit.level.rank <= Level.STREET.rank]
    return "".join(named) or chain[-1].name


def within(path: str, ancestor: str) -> bool:
    """Whether the unit at `path` is the unit at `ancestor` or lies below it."""
    return path == ancestor or path.startswith(ancestor + ".")
