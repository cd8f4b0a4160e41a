"""`POST /desk/{no}/{command}`: one tap in a row; the answer is the row, as the receipt has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import House
from api.errors import NotFound
from api.pages.answers import done, own_path
from api.pages.commanding import carry_out, done_words
from api.pages.desk.leaving import left
from api.pages.desk.query import DESK, DeskQuery
from api.pages.desk.reading import newest
from api.pages.forms import Form
from api.pages.fresh import after_parameter
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page, wants_fragment
from api.rest.commands import CaseNumber
from api.services import Services
from models.case.state import Case
from models.queries.case_filters import CaseFilter
from models.queries.names import names
from models.queries.worklist import WorkLine, lines_of

router: Final = APIRouter(include_in_schema=False)


@router.post("/desk/{number}/{command}")
async def tap(
    request: Request,
    number: CaseNumber,
    command: Literal["claim", "sign"],
    reader: SignedInReader,
    house: House,
    query: Annotated[DeskQuery, Query()],
) -> Response:
    """Send it. The row shows what is true now: one's own task, or who was quicker."""
    form = await Form.of(request)
    receipt = await carry_out(house, reader, number, command, form)
    back = own_path(form["back"], DESK)
    if not wants_fragment(request):
        if receipt is None:
            return page(
                request,
                "desk/refused.html",
                status=form.status,
                reader=reader,
                form=form,
                back=back,
                number=number,
            )
        mark = "&" if "?" in back else "?"
        return done(request, f"{back}{mark}{after_parameter(number, receipt.version)}", done_words(command))
    case = Case.model_validate(receipt.case) if receipt else await _true_now(house, reader, number)
    line = WorkLine.of(case, reader.principal, datetime.now(UTC))
    async with house.sessions.read() as session:
        known = await names(session, line.people)
    return page(
        request,
        "desk/changes.html",
        block="answer",
        status=form.status,
        reader=reader,
        query=query,
        line=line if line.piles else None,
        left=left(line, reader.principal, known),
        names=known,
        said=form.refusal or next(iter(form.faults.values()), ""),
    )


async def _true_now(house: Services, reader: Reader, number: str) -> Case:
    """The case after a refusal. Raises NotFound where the reader may not see it."""
    case = await newest(house, reader, number)
    if case is not None:
        return case
    async with house.sessions.read() as session:
        found = await lines_of(session, reader.principal, datetime.now(UTC), [number], CaseFilter())
    if not found:
        raise NotFound
    return found[0][0].case
