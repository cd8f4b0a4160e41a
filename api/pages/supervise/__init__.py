"""Supervisors and auditors: the overdue board, supervision orders, and the reviews, each with its export."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.supervise import batch, exports, overdue, reviews, supervision

ROUTERS: Final[tuple[APIRouter, ...]] = (
    exports.router,  # before the reviews: `returns.xlsx` is no kind of review
    overdue.router,
    batch.router,
    supervision.router,
    reviews.router,
)
