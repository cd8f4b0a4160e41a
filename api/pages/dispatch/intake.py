"""`/intake`: the queue of a desk that holds cases, and beside it the case that is being decided.

Left what waits, by the next step; right the chosen case, with the possible duplicates beside it and the
owners that the catalogue suggests, each with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dependencies import House
from api.errors import NotAllowed
from api.pages.command_options import UnitOption
from api.pages.fresh import after, fresh
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from api.services import Services
from models.base import Words
from models.case.decide import offers
from models.case.state import Case
from models.city.routing import suggest_handlers
from models.city.triage import DEFAULT as TRIAGE
from models.queries.cases import CaseLine, CaseNotFound, Page, get_case
from models.queries.contacts import MaskedContact, masked_contacts
from models.queries.desks import desks_beside
from models.queries.intake_queue import Step, count_queue, list_queue, step_of
from models.queries.names import names
from models.queries.nearby import Nearby, nearby_cases
from models.queries.tasks import served

router: Final = APIRouter(include_in_schema=False)

STEPS: Final = {
    Step.ACCEPT: Words(zh="待受理", en="To accept"),
    Step.DISPATCH: Words(zh="待派遣", en="To dispatch"),
    Step.VERIFY: Words(zh="待核查", en="To verify"),
    Step.CALL_BACK: Words(zh="待回访", en="To call back"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The case that is being decided, and all that the decision needs."""

    case: Case
    step: Step | None
    commands: tuple[str, ...]
    suggested: Sequence[UnitOption]
    duplicates: Sequence[Nearby]
    reporter: str | None
    contacts: Sequence[MaskedContact]


@router.get("/intake")
async def intake(
    request: Request,
    reader: SignedInReader,
    house: House,
    step: Step | None = None,
    case: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """The queue, and the chosen case; by default the one whose limit is nearest."""
    if not served(reader.principal.posts):
        raise NotAllowed(
            Words(
                zh="受理派遣由值班调度和社区干部办理",
                en="Intake is for whoever works a desk that holds cases",
            )
        )
    at = datetime.now(UTC)
    async with house.sessions.read() as session:
        counts = await count_queue(session, reader.principal)
        shown = step or next((one for one, count in counts.items() if count), Step.ACCEPT)
        queue = await list_queue(session, reader.principal, shown, at, cursor=cursor)
        lines = await _after_a_command(house, reader, queue, request.query_params.get("after"))
        number = case or (lines[0].number if lines else None)
        chosen = await _chosen(session, reader, number, at) if number else None

    def address(**changes: str | None) -> str:
        asked = {"step": shown.value} | changes
        return f"/intake?{urlencode({name: value for name, value in asked.items() if value})}"

    return page(
        request,
        "dispatch/intake.html",
        block="pane" if request.headers.get("hx-target", "").endswith("#pane") else "queue",
        reader=reader,
        steps=[(one, words, counts[one]) for one, words in STEPS.items()],
        step=shown,
        lines=lines,
        more=address(cursor=queue.next) if queue.next else None,
        chosen=chosen,
        asked_for=case,
        address=address,
        triage=[(kind.key, kind.name) for kind in TRIAGE.kinds],
    )


async def _after_a_command(
    house: Services, reader: Reader, queue: Page[CaseLine], asked: str | None
) -> Sequence[CaseLine]:
    """The lines, without the case that a command has just taken out of the queue."""
    lines = await fresh(house, reader, queue.items, asked)
    moved = after(asked)
    if moved is None:
        return lines
    before = {line.number: line.stage for line in queue.items}
    return [line for line in lines if line.number != moved[0] or line.stage is before[line.number]]


async def _chosen(session: AsyncSession, reader: Reader, number: str, at: datetime) -> Chosen | None:
    """All about one case, in a constant number of queries; None where the reader may not see it."""
    try:
        case = await get_case(session, reader.principal, number)
    except CaseNotFound:
        return None
    desks = await desks_beside(session, case.chain)
    suggested = suggest_handlers(case.matter, case.holder, case.chain, desks)
    near = await nearby_cases(
        session,
        reader.principal,
        case.matter.key,
        at,
        unit=case.place.id,
        latitude=case.latitude,
        longitude=case.longitude,
        limit=4,
    )
    references = [r.contact for r in case.reporters if r.contact is not None]
    known = await names(session, [case.reported_by.person])
    return Chosen(
        case=case,
        step=step_of(case),
        commands=offers(case, reader.principal),
        suggested=[UnitOption(one.unit, one.reason) for one in suggested],
        duplicates=[one for one in near if one.line.number != number],
        reporter=known.get(case.reported_by.person),
        contacts=tuple((await masked_contacts(session, references)).values()) if references else (),
    )
