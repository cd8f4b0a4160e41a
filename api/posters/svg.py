"""A poster as SVG. The text is set in the fonts of whoever prints it."""

from __future__ import annotations

from html import escape

from api.posters.layout import HEIGHT, WIDTH, Box, Label, Poster, Shape, Square, shapes

_FONTS = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, SimHei, sans-serif"


def as_svg(poster: Poster) -> str:
    """The poster as an SVG document of A4 size."""
    drawn = "".join(map(_drawn, shapes(poster)))
    title = escape(f"{poster.area} {poster.place}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="{_FONTS}"><title>{title}</title>{drawn}</svg>'
    )


def _drawn(shape: Shape) -> str:
    match shape:
        case Box(x, y, width, height, fill, radius):
            place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            return f'<rect {place} rx="{radius:g}" fill="{fill}"/>'
        case Label(x, y, text, size, fill, bold, anchor):
            weight = ' font-weight="700"' if bold else ""
            return (
                f'<text x="{x:g}" y="{y:g}" font-size="{size:.4g}" fill="{fill}" text-anchor="{anchor}"'
                f"{weight}>{escape(text)}</text>"
            )
        case Square(x, y, side, code):
            place = f'x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}"'
            return (
                f'<svg {place} viewBox="0 0 {code.size} {code.size}" shape-rendering="crispEdges">'
                f'<path fill="#fff" d="M0 0h{code.size}v{code.size}H0z"/><path d="{code.path}"/></svg>'
            )
