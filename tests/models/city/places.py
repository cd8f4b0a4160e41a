"""A small piece of the city, for tests of the pure core: 璧城街道东关社区18网格 and what stands above it."""

from __future__ import annotations

from models.city.units import UnitKind, UnitRef

CITY = UnitRef(id="50", kind=UnitKind.CITY, name="重庆市", path="50")
DISTRICT = UnitRef(id="500120", kind=UnitKind.DISTRICT, name="璧山区", path="50.500120")
STREET = UnitRef(id="500120001", kind=UnitKind.STREET, name="璧城街道", path="50.500120.500120001")
COMMUNITY = UnitRef(
    id="500120001005", kind=UnitKind.COMMUNITY, name="东关社区", path=f"{STREET.path}.500120001005"
)
GRID = UnitRef(
    id="500120001005-g18", kind=UnitKind.GRID, name="18网格", path=f"{COMMUNITY.path}.500120001005-g18"
)
MICRO_GRID = UnitRef(
    id="500120001005-g18-m1", kind=UnitKind.MICRO_GRID, name="1栋", path=f"{GRID.path}.500120001005-g18-m1"
)
SECTION = UnitRef(
    id="500120001-pingan", kind=UnitKind.SECTION, name="平安法治", path=f"{STREET.path}.500120001-pingan"
)
DEPARTMENT = UnitRef(
    id="500120-zhujian",
    kind=UnitKind.DEPARTMENT,
    name="住房城乡建委",
    path=f"{DISTRICT.path}.500120-zhujian",
)
CHAIN = (CITY, DISTRICT, STREET, COMMUNITY, GRID)
