"""Cases: the list, and the page of each."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.cases import listing, showing

ROUTERS: Final[tuple[APIRouter, ...]] = (listing.router, showing.router)
