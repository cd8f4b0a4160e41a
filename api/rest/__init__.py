"""The JSON interface, one file per noun. `ROUTERS` is all of it; a further file adds its router here."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.rest import (
    attachments,
    calendar,
    cases,
    catalogue,
    commands,
    contacts,
    me,
    policies,
    publishing,
    sessions,
    suggestions,
    tokens,
    units,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    tokens.router,
    sessions.router,
    me.router,
    units.router,
    catalogue.router,
    policies.router,
    publishing.router,
    calendar.router,
    attachments.router,
    cases.router,
    commands.router,
    contacts.router,
    suggestions.router,
)
