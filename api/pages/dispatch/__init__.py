"""The dispatcher's pages: what comes in and where it goes, and who answers the whistle."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.dispatch import intake, whistles

ROUTERS: Final[tuple[APIRouter, ...]] = (intake.router, whistles.router)
