"""From uploaded bytes to a clean picture. What is kept is what the decoder saw, never the bytes that came.

Whatever the file is called and whatever else it may also be (an archive, a page with script), only its
pixels go on: no EXIF, no comment, no profile, no trailing bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Final

import pillow_heif
from PIL import Image, ImageOps

from api.attachments import camera
from api.errors import PictureTooLarge, PictureUnreadable

FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
"""The decoders we trust with strangers' bytes: what phones and browsers produce."""
LONGEST_SIDE: Final = 2560
"""Pixels kept of the longer side: enough to read a number plate, a tenth of what phones send."""
QUALITY: Final = 85

pillow_heif.register_heif_opener()
# Pillow's own guard warns at one size and raises at twice that; ours is one limit, from the settings.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture, upright and encoded anew."""

    data: bytes
    sha256: str
    media_type: str
    width: int
    height: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


def clean(data: bytes, max_pixels: int) -> Picture:
    """Decode `data`, read place and time, and encode the bare pixels anew. Takes up to a second of a core.

    Raises PictureUnreadable when no trusted decoder makes a picture of it, PictureTooLarge when it declares
    more than `max_pixels`; that is known from the header, before any pixel is decoded.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise PictureTooLarge
            exif = image.getexif()
            taken = camera.taken_at(exif)
            where = camera.place(exif)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets the JPEG decoder skip what is not kept
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            encoded, media_type = _encoded(upright)
    except PictureTooLarge:
        raise
    except Exception as error:  # decoders raise nearly anything on hostile bytes, and each means the same
        raise PictureUnreadable from error
    latitude, longitude = where or (None, None)
    return Picture(
        data=encoded,
        sha256=sha256(encoded).hexdigest(),
        media_type=media_type,
        width=upright.width,
        height=upright.height,
        taken_at=taken,
        latitude=latitude,
        longitude=longitude,
    )


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """JPEG, or WebP where there is transparency to keep."""
    transparent = image.has_transparency_data
    bare = image.convert("RGBA" if transparent else "RGB")
    bare.info = {}  # encoders copy comments and profiles from here
    out = BytesIO()
    if transparent:
        bare.save(out, "WEBP", quality=QUALITY)
        return out.getvalue(), "image/webp"
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue(), "image/jpeg"
