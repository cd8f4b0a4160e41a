"""The shift to GCJ-02, against the vectors that the public implementations test themselves with."""

from __future__ import annotations

import pytest

from models.city.gcj02 import to_gcj02


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),  # Shanghai
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
    ],
)
def test_published_vectors(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-6)


@pytest.mark.parametrize("place", [(-0.1276, 51.5072), (151.2093, -33.8688), (121.53, 60.0)])
def test_nothing_is_shifted_elsewhere(place: tuple[float, float]) -> None:
    assert to_gcj02(*place) == place


def test_the_city_is_shifted_by_some_hundred_metres() -> None:
    """璧山 is moved by more than a street and by less than a kilometre."""
    longitude, latitude = to_gcj02(106.227, 29.592)
    assert 0.001 < abs(longitude - 106.227) < 0.01
    assert 0.001 < abs(latitude - 29.592) < 0.01
