"""Takes a picture of every page of tests/pages.toml: `make screenshots`. Not part of the tests.

They go to build/screenshots as `<name>-<size>-<language>.png`, and those that the README shows to
docs/screenshots. `make screenshots ONLY=desk` takes those whose name has `desk` in it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from PIL import Image

from models.base import Language
from tests.support.browser import Site, Visit
from tests.support.demonstration import Demonstration, demonstrate
from tests.support.page_list import ShownPage, page_list

ROOT: Final = Path(__file__).parents[2]
PICTURES: Final = ROOT / "build" / "screenshots"
README: Final = ROOT / "docs" / "screenshots"
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(site: Site) -> Demonstration:
    """A day's work and all stories."""
    return await demonstrate(site.product)


@pytest.mark.parametrize("shown", page_list().pages, ids=lambda shown: shown.name)
async def test_take(shown: ShownPage, day: Demonstration, visit: Visit) -> None:
    """Take the page's pictures in all its sizes and both languages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size in shown.sizes:
        for language in LANGUAGES:
            page = await visit(shown.login, size, language, shown.at(day.values()))
            await page.wait_for_timeout(400)  # maps and charts are drawn after they are loaded
            taken = await page.screenshot(full_page=size != "wall")
            (PICTURES / f"{shown.name}-{size}-{language}.png").write_bytes(taken)
            if (size, language) == (shown.readme, "zh"):
                keep(await page.screenshot(), README / f"{shown.name}.png")


def keep(taken: bytes, path: Path) -> None:
    """Store the picture with a palette, which makes it a third as large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
