"""GCJ-02, the shifted coordinates that maps published in mainland China are drawn in.

Inside, a place is WGS-84, as satellites give it. What is laid over such a map is shifted on its way out.
The shift is a public formula: a polynomial and a few waves, in metres, over the Krasovsky ellipsoid.
"""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt
from typing import Final

_AXIS: Final = 6378245.0
"""Half the long axis of the Krasovsky ellipsoid, in metres."""
_FLATNESS: Final = 0.00669342162296594323
"""The square of its eccentricity."""
_CENTRE: Final = (105.0, 35.0)
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a WGS-84 place lies on a GCJ-02 map: longitude and latitude in degrees, good to a metre.

    Outside of China's box the two are the same.
    """
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        return longitude, latitude
    x, y = longitude - _CENTRE[0], latitude - _CENTRE[1]
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += ripple + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += ripple + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    slope = 1.0 - _FLATNESS * sin(radians(latitude)) ** 2
    metres_east = radians(1) * _AXIS / sqrt(slope) * cos(radians(latitude))
    metres_north = radians(1) * _AXIS * (1.0 - _FLATNESS) / slope**1.5
    return longitude + east / metres_east, latitude + north / metres_north


def _waves(along: float, *waves: tuple[float, float]) -> float:
    """The sum of sines of these heights and frequencies; two thirds of it, as the formula has it."""
    return sum(height * sin(frequency * along * pi) for height, frequency in waves) * 2.0 / 3.0
