"""Posters (楼道海报): a QR code for every grid, as SVG and PDF. One layout, two ways to draw it."""

from __future__ import annotations

from api.posters.layout import Poster
from api.posters.pdf import as_pdf
from api.posters.svg import as_svg

__all__ = ["Poster", "as_pdf", "as_svg"]
