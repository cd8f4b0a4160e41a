"""Residents' pages, which need no account: the building's code, a report, following it; and the posters."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.resident import place, posters, reporting, tracking, voice

ROUTERS: Final[tuple[APIRouter, ...]] = (
    place.router,
    reporting.router,
    tracking.router,
    voice.router,
    posters.router,
)
