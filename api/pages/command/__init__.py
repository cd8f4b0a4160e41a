"""The command centre: its wall screen, pinned matters, and the live map."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.command import live_map, pinning, wall

ROUTERS: Final[tuple[APIRouter, ...]] = (wall.router, pinning.router, live_map.router)
