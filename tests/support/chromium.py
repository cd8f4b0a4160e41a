"""The Chromium that browser tests drive: the machine's own if it has one, else Playwright's.

`python -m tests.support.chromium` fetches Playwright's if there is none; `make test` does so first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Error, Playwright
from playwright.sync_api import sync_playwright

VARIABLE: Final = "SHAODAO_CHROMIUM"
"""Names the program, before everything else. tests/conftest.py leaves it in the environment."""

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
ARGUMENTS: Final = (
    "--no-sandbox",  # containers have no user namespaces; nothing but our own pages is visited
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
HELP: Final = (
    "浏览器测试需要 Chromium。The browser tests need Chromium. One of these is enough:\n"
    "  apt-get install chromium              on Debian; on Ubuntu, Google Chrome's own package\n"
    f"  {sys.executable} -m playwright install --with-deps chromium\n"
    f"  {VARIABLE}=path/to/chromium make test"
)


class NoChromium(RuntimeError):
    """There is no browser to test with. The words say what to do about it."""


def find_chromium() -> Path | None:
    """The Chromium, Chrome or Edge that the machine has; None if it has none.

    Raises NoChromium when SHAODAO_CHROMIUM names a program that is not there.
    """
    named = os.environ.get(VARIABLE)
    if named is None:
        found = next(filter(None, map(shutil.which, (*NAMES, *PLACES))), None)
        return Path(found) if found else None
    program = shutil.which(named)
    if program is None:
        raise NoChromium(f"{VARIABLE}={named}: there is no such program")
    return Path(program)


async def launch(playwright: Playwright) -> Browser:
    """A headless Chromium. Raises NoChromium if none is found, or the one found does not start."""
    program = find_chromium()
    if program is None and not _fetched(playwright.chromium.executable_path):
        raise NoChromium(HELP)
    try:
        return await playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
    except Error as error:
        raise NoChromium(f"{program or 'Playwright’s Chromium'} does not start.\n{HELP}\n{error}") from error


def fetch() -> None:
    """Fetch Playwright's Chromium unless there is a browser. Raises NoChromium if it does not come."""
    if find_chromium() is not None:
        return
    with sync_playwright() as playwright:
        if _fetched(playwright.chromium.executable_path):
            return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        raise NoChromium(HELP)


def _fetched(program: str) -> bool:
    return Path(program).exists()


if __name__ == "__main__":
    try:
        fetch()
    except NoChromium as missing:
        sys.exit(str(missing))
