"""Rules about the tree itself: rings, the size of a file, and nothing that belongs to one machine only."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "workflows", "activities", "api", "runtime", "migrations", "tests", "bench")
LONGEST = 400  # lines
HOME = re.compile(rf"(?<![\w.])/(?:home|Users|root)/\w|{re.escape(str(ROOT))}")


def tracked() -> list[Path]:
    """The files that git has, or would have: what is ignored is not ours."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    return [path for name in listing.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_the_rings_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_python_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        if path.parent.name != "versions"  # migrations are generated, and as long as what they make
        if (lines := path.read_text().count("\n")) > LONGEST
    }
    assert long == {}


@pytest.mark.parametrize("what", ["a path of one machine"])
def test_nothing_tracked_names(what: str) -> None:
    texts = {".py", ".md", ".toml", ".lock", ".html", ".yml", ".service", ".json", ".example", ""}
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if path.suffix in texts and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if HOME.search(line)
    ]
    assert found == [], what
