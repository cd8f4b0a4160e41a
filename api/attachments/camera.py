"""Place and time as a camera wrote them into a picture's EXIF. Cameras lie and break: nothing here raises."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

_CITY_OFFSET: Final = "+08:00"
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")


def taken_at(exif: Image.Exif) -> datetime | None:
    """When the picture was taken (UTC). A camera's clock without an offset is read as Shanghai's."""
    details = exif.get_ifd(IFD.Exif)
    written = _text(details.get(Base.DateTimeOriginal))
    if written is None:
        return None
    offset = _text(details.get(Base.OffsetTimeOriginal))
    if offset is None or not _OFFSET.fullmatch(offset):
        offset = _CITY_OFFSET
    try:
        return datetime.strptime(f"{written} {offset}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):  # "0000:00:00 00:00:00" is what many write when they do not know
        return None


def place(exif: Image.Exif) -> tuple[float, float] | None:
    """Latitude and longitude in WGS-84 degrees; None when absent or impossible."""
    gps = exif.get_ifd(IFD.GPSInfo)
    latitude = _degrees(gps, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S")
    longitude = _degrees(gps, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if latitude == longitude == 0:
        return None  # what a receiver without a fix writes
    return round(latitude, 6), round(longitude, 6)


def _degrees(gps: Mapping[int, Any], value: int, reference: int, negative: str) -> float | None:
    """Degrees, minutes and seconds as one signed number."""
    try:
        degrees, minutes, seconds = (float(part) for part in gps[value])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(angle):
        return None
    return -angle if _text(gps.get(reference)) == negative else angle


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else None
