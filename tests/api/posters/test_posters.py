"""Posters: what is printed is read by a scanner, and says where it hangs and what to do."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image, ImageDraw

from api.posters import Poster, as_pdf, as_svg
from api.posters.code import QUIET, qr
from api.posters.layout import HEIGHT, WIDTH, Box, Label, Square, fitting, shapes

ADDRESS = "https://shaodao.example.gov.cn/r/500120001005-g18"
POSTER = Poster(place="18网格", area="璧城街道 · 东关社区", address=ADDRESS)
LONG = Poster(
    place="桂花园社区第四网格石马河中心小学专属网格",
    area="璧城街道 · 东关社区 · 很长很长的名字很长很长的名字",
    address=ADDRESS * 2,
)
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")


def scanned(image: Image.Image) -> list[str]:
    """What a scanner reads in the picture."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


def drawn(path: str, size: int, scale: int = 6) -> Image.Image:
    """The path as a picture."""
    image = Image.new("L", (size * scale, size * scale), 255)
    brush = ImageDraw.Draw(image)
    for column, row, length in (map(int, run) for run in _RUN.findall(path)):
        left, top = column * scale, row * scale
        brush.rectangle((left, top, left + length * scale - 1, top + scale - 1), fill=0)
    return image


@pytest.mark.parametrize("error", ["m", "q"])
def test_the_path_draws_exactly_the_modules(error: str) -> None:
    code = qr(ADDRESS, error=error)
    matrix = segno.make(ADDRESS, error=error, micro=False, boost_error=False).matrix
    assert code.size == len(matrix) + 2 * QUIET
    dark = {(row, column) for row, line in enumerate(matrix) for column, module in enumerate(line) if module}
    shown = {
        (run.row - QUIET, column - QUIET)
        for run in code.runs
        for column in range(run.column, run.column + run.length)
    }
    assert shown == dark


def test_a_scanner_reads_the_svg() -> None:
    document = ElementTree.fromstring(as_svg(POSTER))  # noqa: S314 - our own
    square = next(part for part in document.iter() if part.get("shape-rendering") == "crispEdges")
    path = max((part.get("d", "") for part in square), key=len)
    size = int(square.get("viewBox", "").split()[-1])
    assert scanned(drawn(path, size)) == [ADDRESS]


def test_a_scanner_reads_every_page_of_the_pdf() -> None:
    other = POSTER.model_copy(update={"address": ADDRESS.replace("g18", "g17")})
    pages = pypdfium2.PdfDocument(as_pdf([POSTER, other], "东关社区"))
    assert [scanned(page.render(scale=1.5).to_pil()) for page in pages] == [[ADDRESS], [other.address]]
    width, height = pages[0].get_size()
    assert (round(width), round(height)) == (595, 842), "A4"
    text = pages[0].get_textpage().get_text_range()
    for words in ("18网格", "东关社区", "110", "119", "120", "12345", "扫一扫"):
        assert words in text


def test_a_worn_poster_is_still_read() -> None:
    code = qr(ADDRESS)
    image = drawn(code.path, code.size)
    side = image.width
    ImageDraw.Draw(image).rectangle((side * 0.42, side * 0.42, side * 0.58, side * 0.58), fill=255)
    assert scanned(image) == [ADDRESS]


@pytest.mark.parametrize("poster", [POSTER, LONG])
def test_everything_stays_on_the_paper(poster: Poster) -> None:
    for shape in shapes(poster):
        if isinstance(shape, Box):
            assert 0 <= shape.x <= shape.x + shape.width <= WIDTH
            assert 0 <= shape.y <= shape.y + shape.height <= HEIGHT
        elif isinstance(shape, Square):
            assert shape.side >= 100, "large enough to be scanned from two metres"
        elif isinstance(shape, Label):
            assert fitting(shape.text, WIDTH - 20, shape.size) == shape.size, shape.text


def test_the_same_poster_is_the_same_file() -> None:
    assert as_pdf([POSTER], "x") == as_pdf([POSTER], "x")
    assert as_svg(POSTER) == as_svg(POSTER)


def test_names_are_text_whatever_is_in_them() -> None:
    poster = Poster(place='<script>"&', area="<b>", address="https://x.example/?a=1&b=2")
    document = ElementTree.fromstring(as_svg(poster))  # noqa: S314 - our own
    assert not [part for part in document.iter() if part.tag.endswith(("script", "b"))]
    assert '<script>"&' in [part.text for part in document.iter()]


def test_nothing_is_fitted_to_nothing() -> None:
    assert fitting("", 10, 5) == 5
