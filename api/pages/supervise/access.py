"""Who looks on: whoever may read cases at all; jurisdiction is the queries' affair."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from api.errors import NotAllowed
from api.pages.reader import Reader, SignedInReader
from models.case.jurisdiction import READING_ROLES
from models.case.permissions import APPROVING_ROLES, UPSTREAM_ROLES

PRESSING: Final = {"urge": UPSTREAM_ROLES, "supervise": APPROVING_ROLES}
"""The commands of pressure, and the roles that may send them to what is held below their post."""


async def watcher(reader: SignedInReader) -> Reader:
    """The reader. Raises NotAllowed for posts that read no cases: administrators, devices."""
    if not reader.has(*READING_ROLES):
        raise NotAllowed
    return reader


Watcher = Annotated[Reader, Depends(watcher)]


def pressing(reader: Reader) -> tuple[str, ...]:
    """The commands of pressure that one of the reader's posts may send; none for who only reads."""
    return tuple(command for command, roles in PRESSING.items() if reader.has(*roles))
