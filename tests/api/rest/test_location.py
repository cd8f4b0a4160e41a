"""A report by location: the unit is found from the boundaries that somebody has brought."""

from __future__ import annotations

import pytest

from models.city.geometry import Boundary
from models.queries.boundaries import store_boundaries, unit_at
from models.queries.units import UnitNotFound
from tests.support.product import Product

GRID, COMMUNITY = "500120001005-g17", "500120001005"


def _square(unit: str, west: float, south: float, side: float) -> Boundary:
    east, north = west + side, south + side
    return Boundary(unit=unit, ring=((west, south), (east, south), (east, north), (west, north)))


async def _bring(product: Product) -> None:
    async with product.services.sessions.write() as session:
        await store_boundaries(
            session, [_square(COMMUNITY, 106.0, 29.0, 1.0), _square(GRID, 106.2, 29.2, 0.1)]
        )


@pytest.mark.parametrize(
    ("longitude", "latitude", "place"),
    [(106.25, 29.25, GRID), (106.5, 29.5, COMMUNITY), (100.0, 29.5, "500120001005-g18")],
)
async def test_the_smallest_unit_there_is_the_place_else_ones_own(
    product: Product, longitude: float, latitude: float, place: str
) -> None:
    await _bring(product)
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(matter="other", longitude=longitude, latitude=latitude)
    assert (await product.state(receipt["number"])).place.id == place


async def test_a_named_unit_counts_before_the_location(product: Product) -> None:
    await _bring(product)
    worker = await product.person("dongguan-g18")
    receipt = await worker.report(matter="other", unit="500120001005-g18", longitude=106.25, latitude=29.25)
    assert (await product.state(receipt["number"])).place.id == "500120001005-g18"


async def test_new_outlines_replace_old_ones_and_unknown_units_change_nothing(product: Product) -> None:
    await _bring(product)
    async with product.services.sessions.write() as session:
        await store_boundaries(session, [_square(GRID, 110.0, 30.0, 0.1)])
        await store_boundaries(session, [])
    with pytest.raises(UnitNotFound):
        async with product.services.sessions.write() as session:
            await store_boundaries(session, [_square(GRID, 111.0, 31.0, 0.1), _square("nowhere", 0, 0, 1)])
    async with product.services.sessions.read() as session:
        assert await unit_at(session, 106.25, 29.25) == COMMUNITY
        assert await unit_at(session, 110.05, 30.05) == GRID
        assert await unit_at(session, 111.05, 31.05) is None
