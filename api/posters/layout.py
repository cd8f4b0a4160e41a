"""What a poster says, and where: A4, in millimetres from the upper left corner."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from api.posters.code import Code, qr
from models.base import Frozen

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
INK, TEAL, DEEP, PALE, QUIET, RED, WHITE = (
    "#17212b", "#0b5f6b", "#084850", "#e3f0f1", "#55616b", "#b3261e", "#ffffff",
)  # fmt: skip

STEPS: Final = (
    ("1", "扫一扫", "Scan the code"),
    ("2", "拍照片，写一句", "Take a photo, write a line"),
    ("3", "记查询码，看进度", "Keep the code, follow it"),
)
NUMBERS: Final = (
    ("110", "报警", "Police"),
    ("119", "火警", "Fire"),
    ("120", "急救", "Ambulance"),
    ("12345", "政务热线", "Hotline"),
)
RESCUE: Final = ("110", "119", "120")


class Poster(Frozen):
    """One poster."""

    place: str
    """18网格."""
    area: str
    """璧城街道 · 东关社区."""
    address: str
    """Where the code leads."""


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    radius: float = 0


class Label(NamedTuple):
    """A line of text; `y` is its baseline, `size` the height of its em."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    bold: bool = False
    anchor: Literal["start", "middle", "end"] = "start"


class Square(NamedTuple):
    """A QR code."""

    x: float
    y: float
    side: float
    code: Code


Shape = Box | Label | Square


def shapes(poster: Poster) -> Iterator[Shape]:
    """Everything on the poster, back to front."""
    yield Box(0, 0, WIDTH, HEIGHT, WHITE)
    yield Box(0, 0, WIDTH, 62, TEAL)
    yield Label(20, 22, "哨到", 9, WHITE, bold=True)
    yield Label(WIDTH - 20, 22, "随手拍 · 马上办", 6, WHITE, anchor="end")
    yield Label(20, 37, poster.area, fitting(poster.area, WIDTH - 40, 8), WHITE)
    yield Label(20, 54, poster.place, fitting(poster.place, WIDTH - 40, 14), WHITE, bold=True)
    yield Box(44, 74, 122, 122, PALE, radius=6)
    yield Square(48, 78, 114, qr(poster.address))
    yield from _steps()
    yield from _numbers()
    size = fitting(poster.address, WIDTH - 40, 3.6)
    yield Label(WIDTH / 2, HEIGHT - 9, poster.address, size, QUIET, anchor="middle")


def _steps() -> Iterator[Shape]:
    width = (WIDTH - 40) / len(STEPS)
    for place, (number, zh, en) in enumerate(STEPS):
        middle = 20 + width * (place + 0.5)
        yield Box(middle - 5, 205, 10, 10, DEEP, radius=5)
        yield Label(middle, 212.2, number, 6.4, WHITE, bold=True, anchor="middle")
        yield Label(middle, 225, zh, 6, INK, bold=True, anchor="middle")
        yield Label(middle, 231.5, en, 3.8, QUIET, anchor="middle")


def _numbers() -> Iterator[Shape]:
    yield Box(20, 239, WIDTH - 40, 38, "#fdecea", radius=4)
    yield Label(26, 248, "危及生命财产，请先打电话", 5, RED, bold=True)
    yield Label(WIDTH - 26, 248, "In an emergency, call first", 3.8, QUIET, anchor="end")
    width = (WIDTH - 40) / len(NUMBERS)
    for place, (number, zh, en) in enumerate(NUMBERS):
        middle = 20 + width * (place + 0.5)
        fill = RED if number in RESCUE else DEEP
        yield Label(middle, 262, number, 11, fill, bold=True, anchor="middle")
        yield Label(middle, 270.5, f"{zh} {en}", 4.2, INK, anchor="middle")


def fitting(text: str, width: float, size: float) -> float:
    """The em at which `text` is no wider than `width`: `size`, or as much smaller as it takes."""
    ems = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)
    return min(size, width / ems) if ems else size
