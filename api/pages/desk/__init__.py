"""The staff desk, the inbox, and the stream that keeps both up to date."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.desk import changes, desk, inbox, live, tapping

ROUTERS: Final[tuple[APIRouter, ...]] = (
    live.router,
    desk.router,
    changes.router,
    tapping.router,
    inbox.router,
)
