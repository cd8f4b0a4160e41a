"""Pictures made for the tests: a gradient with, if wanted, a camera's EXIF."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

COMMENT = b"taken by Wang Xiaoming, 13812345678"


def exif(
    *,
    time: str | None = "2026:03:02 09:12:45",
    offset: str | None = "+08:00",
    gps: dict[int, Any] | None = None,
    orientation: int | None = None,
) -> Image.Exif:
    """EXIF as phones write it."""
    data = Image.Exif()
    data[Base.Make] = "Wang Xiaoming's phone"
    if orientation is not None:
        data[Base.Orientation] = orientation
    details = data.get_ifd(IFD.Exif)
    if time is not None:
        details[Base.DateTimeOriginal] = time
    if offset is not None:
        details[Base.OffsetTimeOriginal] = offset
    data.get_ifd(IFD.GPSInfo).update(here() if gps is None else gps)
    return data


def here(north: str = "N", east: str = "E") -> dict[int, Any]:
    """29°35′31.56″ 106°13′40.44″."""
    return {
        GPS.GPSLatitudeRef: north,
        GPS.GPSLatitude: (IFDRational(29), IFDRational(35), IFDRational(3156, 100)),
        GPS.GPSLongitudeRef: east,
        GPS.GPSLongitude: (IFDRational(106), IFDRational(13), IFDRational(4044, 100)),
    }


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", data: Image.Exif | None = None
) -> bytes:
    """An encoded gradient of `size`; its upper left corner is red."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.paste((255, 0, 0) + ((255,) if mode == "RGBA" else ()), (0, 0, size[0] // 4, size[1] // 4))
    out = BytesIO()
    extra: dict[str, Any] = {"exif": data} if data is not None else {}
    if kind == "JPEG":
        extra["comment"] = COMMENT
    image.save(out, kind, **extra)
    return out.getvalue()
