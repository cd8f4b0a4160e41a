"""After a command, a page shows what the receipt said, even where the read model lags behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from api.errors import ApiError
from api.gateway import Gone
from api.pages.reader import Reader
from api.services import Services
from models.case.jurisdiction import may_see
from models.queries.case_lines import line_of
from models.queries.cases import CaseLine

_AFTER: Final = re.compile(r"(?P<number>[0-9]{8}-[0-9]{6,12}):(?P<version>[0-9]{1,6})")


def after(asked: str | None) -> tuple[str, int] | None:
    """The case number and version that `?after=NUMBER:VERSION` names, or None."""
    found = _AFTER.fullmatch(asked or "")
    return (found["number"], int(found["version"])) if found else None


def after_parameter(number: str, version: int) -> str:
    """What `after` reads: `after=NUMBER:VERSION`."""
    return f"after={number}:{version}"


async def fresh(
    house: Services, reader: Reader, lines: Sequence[CaseLine], asked: str | None
) -> tuple[CaseLine, ...]:
    """The lines, with the one that `asked` names as its workflow has it, if the line is older than that.

    A case that the list does not have is not added: whether it belongs there is the list's to say. Where the
    workflow does not answer, the line stays as it was.
    """
    wanted = after(asked)
    stale = wanted and next((line for line in lines if line.number == wanted[0]), None)
    if not wanted or not stale or stale.version >= wanted[1]:
        return tuple(lines)
    try:
        case = await house.gateway.state(wanted[0])
    except (Gone, ApiError):
        return tuple(lines)
    if not may_see(case, reader.principal):
        return tuple(lines)
    names = {stale.handler.id: stale.handler.name} if stale.handler else {}
    names |= {reader.person: reader.name}
    newer = line_of(case, datetime.now(UTC), names)
    return tuple(newer if line is stale else line for line in lines)
