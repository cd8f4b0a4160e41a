"""Where a place lies: a unit's boundary as one ring of WGS-84 points, and whether a point is inside."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.base import Frozen

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Ring = Annotated[tuple[tuple[Longitude, Latitude], ...], Field(min_length=3)]


class Boundary(Frozen):
    """The outline of a unit. Holes and islands are not told apart: a grid is one piece of ground."""

    unit: str
    ring: Ring

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north."""
        longitudes, latitudes = zip(*self.ring, strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    def contains(self, longitude: float, latitude: float) -> bool:
        """Whether the point lies inside, by how often a line to the east crosses the outline."""
        inside = False
        for (x1, y1), (x2, y2) in zip(self.ring, self.ring[1:] + self.ring[:1], strict=True):
            if (y1 > latitude) != (y2 > latitude):
                crossing = x1 + (latitude - y1) / (y2 - y1) * (x2 - x1)
                inside ^= longitude < crossing
        return inside
