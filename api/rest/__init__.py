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
    catalogue_changes,
    commands,
    contacts,
    inbox,
    journal,
    me,
    overdue,
    people,
    policies,
    posts,
    publishing,
    sessions,
    stream,
    suggestions,
    tasks,
    timeline,
    tokens,
    unit_changes,
    units,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    tokens.router,
    sessions.router,
    me.router,
    units.router,
    unit_changes.router,
    people.router,
    posts.router,
    catalogue.router,
    catalogue_changes.router,
    policies.router,
    publishing.router,
    journal.router,
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
