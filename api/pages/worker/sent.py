"""`/report/sent/{no}`: it has arrived; who has it now, and by when what is to happen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import House
from api.pages.fresh import after
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page
from api.pages.worker.same import Joining
from api.rest.cases_reading import seen_in_workflow
from api.rest.commands import CaseNumber
from api.services import Services
from models.base import Frozen, Words
from models.case.state import Case
from models.clocks.clock import Clock
from models.clocks.explain import stage_name
from models.queries.case_lines import line_of
from models.queries.cases import CaseNotFound, get_case

router: Final = APIRouter(include_in_schema=False)


class Promise(Frozen):
    """What is to have happened by when."""

    name: Words
    clock: Clock


@router.get("/report/sent/{number}")
async def sent(request: Request, number: CaseNumber, reader: SignedInReader, house: House) -> Response:
    """The case as the receipt had it: from the records, or from its workflow where they lag behind."""
    case = await _case(house, reader, number, after(request.query_params.get("after")))
    return page(
        request,
        "worker/sent.html",
        reader=reader,
        case=case,
        line=line_of(case, datetime.now(UTC), {reader.person: reader.name}),
        promises=promises(case),
        joined=request.query_params.get("way") == Joining.ANNOTATE,
    )


def promises(case: Case) -> tuple[Promise, ...]:
    """The limits that run, the nearest first."""
    running = sorted(
        (clock for clock in case.clocks if clock.red_at is not None), key=lambda c: str(c.red_at)
    )
    return tuple(Promise(name=clock.name or stage_name(clock.stage), clock=clock) for clock in running)


async def _case(house: Services, reader: Reader, number: str, newest: tuple[str, int] | None) -> Case:
    """The case, not older than `newest` says it is. Raises NotFound."""
    try:
        async with house.sessions.read() as session:
            case = await get_case(session, reader.principal, number)
    except CaseNotFound:
        return await seen_in_workflow(house, reader, number)
    if newest is not None and newest[0] == number and case.version < newest[1]:
        return await seen_in_workflow(house, reader, number)
    return case
