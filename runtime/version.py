"""The version of the product, from the one place where it is written."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """As in pyproject.toml, whether or not the package is installed."""
    project = Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(project)["project"]["version"])
