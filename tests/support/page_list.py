"""The list of every page: tests/pages.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import Field

from models.base import Frozen
from tests.support.browser import Size

_FILE: Final = Path(__file__).parents[1] / "pages.toml"
_BLANK: Final = re.compile(r"\{[^}]*\}")


class ShownPage(Frozen):
    """One page, as somebody sees it."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    path: str = Field(pattern="^/")
    login: str | None = None
    sizes: tuple[Size, ...] = ("phone", "desk")
    readme: Size | None = None

    def at(self, values: Mapping[str, str]) -> str:
        """The address, with `values` put in. Raises KeyError for a name that is not among them."""
        return self.path.format_map(values)


class PageList(Frozen):
    """The file."""

    pages: tuple[ShownPage, ...]
    not_pages: dict[str, str] = Field(default_factory=dict)
    """Routes of api/pages that show nobody a page of their own, and what they are instead."""


@cache
def page_list() -> PageList:
    """What the file says."""
    return PageList.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))


def page_routes(routers: Iterable[APIRouter]) -> Iterator[str]:
    """The paths of all routes of these routers that answer GET."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise TypeError(f"a router of pages holds routes of its own only, not {route!r}")
            if "GET" in (route.methods or ()):
                yield route.path


def shows(page: ShownPage, route: str) -> bool:
    """Whether the route `/cases/{number}` is that of this page: `/cases/{eave}`, or `/cases/20260302-1`."""
    pattern = "[^/]+".join(map(re.escape, _BLANK.split(route)))
    return re.fullmatch(pattern, _BLANK.sub("x", page.path.partition("?")[0])) is not None
