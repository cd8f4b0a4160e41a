"""Pictures: what is kept, what is dropped, what is refused."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import GPS
from PIL.TiffImagePlugin import IFDRational

from api.attachments.pictures import LONGEST_SIDE, clean
from api.errors import PictureTooLarge, PictureUnreadable
from tests.api.attachments.pictures import COMMENT, exif, here, picture

PIXELS = 10_000_000
PAGE = b"<html><script>alert(1)</script></html>"


def _opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_place_and_time_are_read_and_then_dropped(kind: str) -> None:
    cleaned = clean(picture(kind, data=exif()), PIXELS)
    assert cleaned.taken_at == datetime(2026, 3, 2, 1, 12, 45, tzinfo=UTC)
    assert (cleaned.latitude, cleaned.longitude) == (29.5921, 106.2279)
    assert cleaned.media_type == "image/jpeg"
    again = _opened(cleaned.data)
    assert dict(again.getexif()) == {}
    assert not again.info.keys() & {"exif", "comment", "xmp", "icc_profile", "photoshop"}
    assert b"Xiaoming" not in cleaned.data


def test_comments_and_whatever_follows_the_picture_are_dropped() -> None:
    sent = picture() + PAGE
    assert COMMENT in sent
    cleaned = clean(sent, PIXELS)
    assert COMMENT not in cleaned.data
    assert b"script" not in cleaned.data


def test_a_camera_held_sideways_is_turned_upright() -> None:
    cleaned = clean(picture(size=(64, 48), data=exif(orientation=6)), PIXELS)
    assert (cleaned.width, cleaned.height) == (48, 64)
    red, green, _ = _opened(cleaned.data).convert("RGB").getpixel((44, 4))  # type: ignore[misc]
    assert red > 200
    assert green < 80


def test_large_ones_are_scaled_and_keep_their_shape() -> None:
    cleaned = clean(picture(size=(3000, 1500)), PIXELS)
    assert (cleaned.width, cleaned.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert _opened(cleaned.data).size == (cleaned.width, cleaned.height)


def test_transparency_is_kept_as_webp() -> None:
    cleaned = clean(picture("PNG", mode="RGBA"), PIXELS)
    assert cleaned.media_type == "image/webp"
    assert _opened(cleaned.data).format == "WEBP"


def test_the_same_picture_has_the_same_hash() -> None:
    assert clean(picture(data=exif()), PIXELS).sha256 == clean(picture(data=exif(gps={})), PIXELS).sha256


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_too_many_pixels_are_refused_from_the_header(kind: str) -> None:
    with pytest.raises(PictureTooLarge):
        clean(picture(kind, size=(400, 300)), 100_000)


def test_a_pixel_bomb_is_refused_without_being_inflated() -> None:
    """A PNG of a few kilobytes that declares 50,000 × 50,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(PictureTooLarge):
        clean(bomb, 60_000_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PAGE,
        b"\xff\xd8\xff\xe0",
        b"GIF89a" + PAGE,
        b"%PDF-1.7",
        picture()[: len(picture()) // 3],
        picture("PNG")[:60],
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_of_a_trusted_kind_is_refused(data: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        clean(data, PIXELS)


@pytest.mark.parametrize(
    ("time", "offset", "taken"),
    [
        ("2026:03:02 09:12:45", None, datetime(2026, 3, 2, 1, 12, 45, tzinfo=UTC)),
        ("2026:03:02 09:12:45", "+09:00", datetime(2026, 3, 2, 0, 12, 45, tzinfo=UTC)),
        ("2026:03:02 09:12:45", "local", datetime(2026, 3, 2, 1, 12, 45, tzinfo=UTC)),
        ("0000:00:00 00:00:00", None, None),
        ("yesterday", None, None),
        ("0001:01:01 00:00:00", "+08:00", None),
        (None, None, None),
    ],
)
def test_a_cameras_clock_is_read_as_far_as_it_can_be(
    time: str | None, offset: str | None, taken: datetime | None
) -> None:
    assert clean(picture(data=exif(time=time, offset=offset)), PIXELS).taken_at == taken


NOWHERE = {**here(), GPS.GPSLatitude: (0, 0, 0), GPS.GPSLongitude: (0, 0, 0)}


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (here("S", "W"), (-29.5921, -106.2279)),
        ({}, (None, None)),
        (NOWHERE, (None, None)),
        ({**here(), GPS.GPSLatitude: (IFDRational(95), IFDRational(0), IFDRational(0))}, (None, None)),
        ({**here(), GPS.GPSLatitude: (IFDRational(1, 0), IFDRational(0), IFDRational(0))}, (None, None)),
        ({**here(), GPS.GPSLatitude: (IFDRational(29), IFDRational(35))}, (None, None)),
        ({GPS.GPSLatitudeRef: "N"}, (None, None)),
    ],
)
def test_a_place_is_believed_only_if_it_can_be(
    gps: dict[int, object], place: tuple[float | None, float | None]
) -> None:
    cleaned = clean(picture(data=exif(gps=gps)), PIXELS)
    assert (cleaned.latitude, cleaned.longitude) == place
