"""Posters as PDF, one page each, with the Chinese font that every reader of PDF brings along."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

from api.posters.layout import HEIGHT, WIDTH, Box, Label, Poster, Shape, Square, shapes

FONT: Final = "STSong-Light"
_BOLD_STROKE: Final = 0.03
"""The font has one weight: bold is the same outline, drawn this part of an em thicker."""

registerFont(UnicodeCIDFont(FONT))


def as_pdf(posters: Sequence[Poster], title: str) -> bytes:
    """The posters as one PDF document, a page each."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Shaodao 哨到")
    for poster in posters:
        for shape in shapes(poster):
            _draw(canvas, shape)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, shape: Shape) -> None:
    match shape:
        case Box(x, y, width, height, fill, radius):
            canvas.setFillColor(HexColor(fill))
            box = (x * mm, (HEIGHT - y - height) * mm, width * mm, height * mm)
            canvas.roundRect(*box, radius * mm, stroke=0, fill=1)
        case Label():
            _write(canvas, shape)
        case Square(x, y, side, code):
            module = side / code.size * mm
            left, top = x * mm, (HEIGHT - y) * mm
            canvas.setFillColor(HexColor("#ffffff"))
            canvas.rect(left, top - side * mm, side * mm, side * mm, stroke=0, fill=1)
            canvas.setFillColor(HexColor("#000000"))
            path = canvas.beginPath()
            for run in code.runs:
                below = top - (run.row + 1) * module
                path.rect(left + run.column * module, below, run.length * module, module)
            canvas.drawPath(path, stroke=0, fill=1)


def _write(canvas: Any, label: Label) -> None:
    size = label.size * mm
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor]
    text = canvas.beginText(
        label.x * mm - stringWidth(label.text, FONT, size) * shift, (HEIGHT - label.y) * mm
    )
    text.setFont(FONT, size)
    text.setFillColor(HexColor(label.fill))
    if label.bold:
        canvas.setStrokeColor(HexColor(label.fill))
        canvas.setLineWidth(size * _BOLD_STROKE)
    text.setTextRenderMode(2 if label.bold else 0)
    text.textOut(label.text)
    text.setTextRenderMode(0)
    canvas.drawText(text)
