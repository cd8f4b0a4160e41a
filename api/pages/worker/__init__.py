"""The grid worker's pages: report, mine, the steps of a task, and what works without a network."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.worker import acting, helping, mine, offline, photos, reporting, sent

ROUTERS: Final[tuple[APIRouter, ...]] = (
    helping.router,
    photos.router,
    sent.router,
    reporting.router,
    offline.router,
    mine.router,
    acting.router,
)
