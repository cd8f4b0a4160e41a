"""Every route of the product, as the application itself lists them: attacks are made of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.pages import ROUTERS as PAGES
from api.rest import ROUTERS as REST

_BLANK: Final = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


class Route(NamedTuple):
    """One method of one address."""

    method: str
    path: str

    @property
    def blanks(self) -> tuple[str, ...]:
        """What is to be put into the address."""
        return tuple(_BLANK.findall(self.path))

    def at(self, **values: str) -> str:
        """The address with `values` in it."""
        return _BLANK.sub(lambda blank: values[blank[1]], self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _routes(routers: tuple[APIRouter, ...]) -> Iterator[Route]:
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"a router holds routes of its own only, not {route!r}"
            for method in sorted(route.methods or ()):
                yield Route(method, route.path)


PAGE_ROUTES: Final = tuple(_routes(tuple(PAGES)))
REST_ROUTES: Final = tuple(_routes(REST))
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
