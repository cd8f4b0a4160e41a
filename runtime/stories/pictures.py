"""Pictures for the stories: drawn on the spot, so that nobody's photograph is needed."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

SIZE: Final = (960, 640)


def sketch(caption: str) -> bytes:
    """A small JPEG that says what it would show; the same caption always gives the same picture."""
    red, green, blue = hashlib.sha256(caption.encode()).digest()[:3]
    sky = Image.linear_gradient("L").resize(SIZE)
    dark, light = (red // 3, green // 3, blue // 3), (160 + red // 3, 160 + green // 3, 160 + blue // 3)
    picture = Image.composite(Image.new("RGB", SIZE, dark), Image.new("RGB", SIZE, light), sky)
    draw = ImageDraw.Draw(picture)
    draw.text((48, SIZE[1] - 120), caption, fill="white", font=ImageFont.load_default(36))
    draw.text(
        (48, SIZE[1] - 64),
        "Shaodao: a drawing for a demonstration",
        fill="white",
        font=ImageFont.load_default(22),
    )
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=80)
    return stored.getvalue()
