"""`/report`: a matter is reported, from the phone of who stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api.dependencies import House, ReadSession
from api.errors import ApiError, NotAllowed
from api.gateway import Refused
from api.pages.answers import done
from api.pages.commanding import carry_out
from api.pages.forms import Form
from api.pages.fresh import after_parameter
from api.pages.reader import Reader, SignedInReader
from api.pages.worker.report_form import key_of, new_key, read_report, require_same_person, take_pictures
from api.pages.worker.report_page import report_page
from api.pages.worker.same import (
    ANOTHER,
    JOINED,
    Candidate,
    Joining,
    mention,
    note,
    to_be_asked,
    way_of_joining,
)
from api.rest.cases import open_case
from api.rest.receipts import ReceiptView
from api.services import Services
from models.base import Words
from models.case.permissions import WORKING_ROLES
from models.case.refusals import Refusal

router: Final = APIRouter(include_in_schema=False)

_ASK_FIRST: Final = Words(
    zh="附近有同类案件，请先看看是不是同一件事", en="Look first whether it is the same matter"
)


@router.get("/report")
async def ask(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """The form, empty but for what the address names (`?unit=…&matter=…`). Not for those who only read."""
    if not reader.has(*WORKING_ROLES):
        raise NotAllowed
    asked = {
        name: request.query_params[name]
        for name in ("unit", "matter", "text")
        if name in request.query_params
    }
    return await report_page(
        request, session, reader, Form.empty(**asked, key=new_key(), person=reader.person)
    )


@router.post("/report")
async def send(request: Request, reader: SignedInReader, house: House) -> Response:
    """Report it; on to the page that says who has it now. Scripts ask for JSON and get the same in data."""
    form = await Form.of(request)
    key = key_of(form)
    form.values["key"] = [key]
    require_same_person(form, reader)
    try:
        await take_pictures(house, reader, form)
        found, receipt, way = await _report(house, reader, form, key)
    except (ApiError, Refused, Refusal) as error:
        form.refuse(error)
        found, receipt, way = (), None, None
    if receipt is None:
        return await _again(request, house, reader, form, found)
    to = f"/report/sent/{receipt.number}?{after_parameter(receipt.number, receipt.version)}"
    if way is not None:
        to += f"&way={way}"
    if _wants_data(request):
        data = {"number": receipt.number, "at": to, "repeated": receipt.repeated}
        return JSONResponse(data, status_code=200 if receipt.repeated else 201)
    return done(request, to, JOINED if way is Joining.ANNOTATE else None)


async def _report(
    house: Services, reader: Reader, form: Form, key: str
) -> tuple[Sequence[Candidate], ReceiptView | None, Joining | None]:
    """Report what the form says, or join it to the case it names; or what is to be asked first."""
    body = read_report(form)
    async with house.sessions.read() as session:
        found = await to_be_asked(session, reader, form, key) if body is not None else ()
        if body is None or found:
            if found:
                form.fault("same", _ASK_FIRST.in_language(form.language))
            return found, None, None
        named = form["same"] if form["same"] != ANOTHER else ""
        way = await way_of_joining(session, reader, named) if named else None
    if way is not Joining.ANNOTATE:
        if way is Joining.MENTION:
            body = body.model_copy(update={"text": mention(body.text, named)})
        return (), await open_case(house, reader, body, key), way
    pictures = form.all("attachments") + form.all("after")
    said = {"note": [note(form["text"], form["address"])], "attachments": pictures, "key": [key]}
    order = Form(said, language=form.language)
    receipt = await carry_out(house, reader, named, way.value, order)
    form.refusal, form.status = order.refusal, order.status
    if "note" in order.faults:
        form.fault("text", order.faults["note"])
    return (), receipt, way


async def _again(
    request: Request, house: Services, reader: Reader, form: Form, found: Sequence[Candidate]
) -> Response:
    """The form once more, with what is wrong and everything that was given kept."""
    if _wants_data(request):
        data = {"refusal": form.refusal, "faults": form.faults, "same": bool(found)}
        return JSONResponse(data, status_code=form.status)
    async with house.sessions.read() as session:
        return await report_page(request, session, reader, form, same=found)


def _wants_data(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
