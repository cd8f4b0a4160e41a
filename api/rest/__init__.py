"""The JSON interface, one file per noun. `ROUTERS` is all of it; a further file adds its router here."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.rest import (
    attachments,
    calendar,
    cases,
    cases_reading,
    catalogue,
    commands,
    contacts,
    inbox,
    me,
    overdue,
    policies,
    publishing,
    sessions,
    stream,
    suggestions,
    tasks,
    timeline,
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
    cases_reading.router,
    timeline.router,
    commands.router,
    contacts.router,
    suggestions.router,
    tasks.router,
    inbox.router,
    overdue.router,
    stream.router,
)
