"""`/cases/{no}`: everything about one case on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import House
from api.pages.cases.bands import picture
from api.pages.cases.deeds import deeds
from api.pages.cases.figures import clock_cards
from api.pages.cases.reading import CaseFile, read_case
from api.pages.cases.steps import Step, steps
from api.pages.fresh import after
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from api.rest.commands import CaseNumber
from models.case.decide import offers
from models.city.units import place_name
from models.clocks.clock import Light

router: Final = APIRouter(include_in_schema=False)
SHOWN: Final = 40
"""Steps that stand open; of a longer case the others are folded."""
OLDEST: Final = "oldest"


@router.get("/cases/{number}")
async def case_page(request: Request, number: CaseNumber, reader: SignedInReader, house: House) -> Response:
    """The page; only its changing part for htmx. Raises NotFound outside the reader's jurisdiction."""
    now = datetime.now(UTC)
    asked = after(request.query_params.get("after"))
    version = asked[1] if asked is not None and asked[0] == number else None
    file = await read_case(house, reader, number, version, now)
    oldest_first = request.query_params.get("facts") == OLDEST
    shown = values(file, reader, now, oldest_first=oldest_first)
    return page(request, "cases/case.html", block="case", reader=reader, **shown)


def values(file: CaseFile, reader: Reader, now: datetime, *, oldest_first: bool) -> dict[str, Any]:
    """What the template shows of a case at the instant `now`."""
    case, told = file.case, steps(file.facts, file.told.entries)
    clocks = clock_cards(file, now)
    lit = {card.light for card in clocks if not card.paused}
    return {
        "case": case,
        "file": file,
        "place": place_name(case.chain),
        "clocks": clocks,
        "worst_light": next((light for light in (Light.RED, Light.YELLOW) if light in lit), Light.GREEN),
        "picture": picture(file.told, case, file.calendar, now),
        "deeds": deeds(offers(case, reader.principal)),
        "steps": told if oldest_first else told[::-1],
        "oldest_first": oldest_first,
        "shown": SHOWN,
        "before": case.attachments,
        "afterwards": tuple(_afterwards(told)),
        "broken": file.broken if file.told.complete else None,
    }


def _afterwards(told: Sequence[Step]) -> Iterator[tuple[str, Step]]:
    """The pictures taken since the report, each with the step that brought it, newest first."""
    for step in reversed(told):
        if step.first > 1:
            yield from ((picture, step) for picture in step.pictures)
