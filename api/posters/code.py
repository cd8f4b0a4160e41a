"""QR codes: the modules of one, and the path that draws them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

import segno

QUIET: Final = 4
"""Light modules around the code, as ISO/IEC 18004 demands."""


class Run(NamedTuple):
    """Dark modules side by side: column and row of the first, quiet zone included, and how many."""

    column: int
    row: int
    length: int


class Code(NamedTuple):
    """A QR code as runs of dark modules on a square of `size` modules, quiet zone included."""

    size: int
    runs: tuple[Run, ...]

    @property
    def path(self) -> str:
        """The dark modules as the data of an SVG path; one module is one unit."""
        return "".join(f"M{run.column} {run.row}h{run.length}v1h-{run.length}z" for run in self.runs)


def qr(text: str, *, error: str = "q") -> Code:
    """The QR code of `text`. Level `q` is still read with a quarter of it scratched off; `m` is smaller."""
    matrix = segno.make(text, error=error, micro=False, boost_error=False).matrix
    return Code(size=len(matrix) + 2 * QUIET, runs=tuple(_runs(matrix)))


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[Run]:
    for row, modules in enumerate(matrix):
        column = 0
        for dark, group in groupby(modules):
            length = len(list(group))
            if dark:
                yield Run(column + QUIET, row + QUIET, length)
            column += length
