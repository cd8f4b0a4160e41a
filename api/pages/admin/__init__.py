"""Administrators: units, people and posts, catalogue, policies, calendar; who read and who changed what."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages.admin import (
    calendar,
    catalogue,
    catalogue_edition,
    channels,
    journal,
    overview,
    people,
    person,
    policies,
    policy_draft,
    posts,
    reads,
    unit_forms,
    unit_import,
    units,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    overview.router,
    unit_import.router,  # before the units: `import` is no unit
    units.router,
    unit_forms.router,
    people.router,  # before the person: `new` is nobody
    person.router,
    posts.router,
    catalogue_edition.router,  # before the matters: `edition` is none
    catalogue.router,
    policy_draft.router,
    policies.router,
    calendar.router,
    channels.router,
    reads.router,
    journal.router,
)
