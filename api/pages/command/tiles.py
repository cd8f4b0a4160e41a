"""Where the ground of a map comes from: the tile server of the settings, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from models.city.gcj02 import to_gcj02
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Tiles:
    """The tiles of a map, and how a place is laid over them."""

    address: str | None
    """With `{z}`, `{x}` and `{y}`; none: the map has no ground."""
    attribution: str
    shifted: bool
    """Whether the tiles are drawn in GCJ-02."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of the settings."""
        return cls(settings.map_tiles, settings.map_attribution, settings.map_datum == "gcj02")

    @property
    def origins(self) -> tuple[str, ...]:
        """Whence a page with this map loads pictures, as its content security policy names it."""
        parts = urlsplit(self.address or "")
        return (f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}",) if parts.netloc else ()

    def laid(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a WGS-84 place is drawn: longitude and latitude, to about a decimetre."""
        x, y = to_gcj02(longitude, latitude) if self.shifted else (longitude, latitude)
        return round(x, 6), round(y, 6)
