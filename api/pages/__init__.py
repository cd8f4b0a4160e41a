"""Pages: server-rendered HTML, a file per page. Templates lie in `templates/`, a folder per kind of user."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import reference

ROUTERS: Final[tuple[APIRouter, ...]] = (reference.router,)
