"""Pages: server-rendered HTML, a folder per kind of user and a file per page.

Templates lie in `templates/` under the same names, what browsers load in `api/static/pages/`.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import (
    account,
    admin,
    cases,
    command,
    commands,
    desk,
    dispatch,
    front,
    pictures,
    reference,
    resident,
    supervise,
    worker,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    front.router,
    account.router,
    *admin.ROUTERS,
    pictures.router,
    *cases.ROUTERS,
    *command.ROUTERS,
    commands.router,
    *dispatch.ROUTERS,
    *desk.ROUTERS,
    reference.router,
    *resident.ROUTERS,
    *supervise.ROUTERS,
    *worker.ROUTERS,
)
