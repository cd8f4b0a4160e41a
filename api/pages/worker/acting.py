"""`/mine/{no}/arrive`, `/handle`, `/whistle`: a thumb's steps, in the sheet or as pages of their own."""

from __future__ import annotations

import json
from typing import Final, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import House
from api.pages.answers import done, own_path
from api.pages.commanding import carry_out, done_words, new_key
from api.pages.forms import Form
from api.pages.fresh import after_parameter
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page, wants_fragment
from api.pages.worker.cards import may_whistle
from api.pages.worker.evidence import PHOTO_MISSING, demands_photo
from api.pages.worker.whistling import Departments, ask_holder, departments, opening_words
from api.rest.commands import CaseNumber
from api.rest.receipts import ReceiptView
from api.services import Services
from models.base import Words
from models.case.decide import offers
from models.case.state import Case, Ground
from models.queries.cases import get_case

router: Final = APIRouter(include_in_schema=False)
Step = Literal["arrive", "handle", "whistle"]
HOME: Final = "/mine"


@router.get("/mine/{number}/{step}")
async def ask(
    request: Request, number: CaseNumber, step: Step, reader: SignedInReader, house: House
) -> Response:
    """The step's form."""
    task = request.query_params.get("task", "")
    back = own_path(request.query_params.get("back"), HOME)
    return await _form(request, house, reader, number, step, Form.empty(key=new_key(), back=back, task=task))


@router.post("/mine/{number}/{step}")
async def send(
    request: Request, number: CaseNumber, step: Step, reader: SignedInReader, house: House
) -> Response:
    """Send it. On to where the reader came from; or the form again, with what is wrong and what was given."""
    form = await Form.of(request)
    receipt, words = await _sent(house, reader, number, step, form)
    if receipt is None:
        return await _form(request, house, reader, number, step, form)
    if wants_fragment(request):
        told = {"number": number, "version": receipt.version, "words": words.in_language(form.language)}
        # Header values are Latin-1: the words travel escaped, as JSON does it.
        headers = {"HX-Trigger": json.dumps({"case-changed": told})}
        return page(request, "commands/form.html", block="done", reader=reader, words=words, headers=headers)
    back = own_path(form["back"], HOME)
    mark = "&" if "?" in back else "?"
    return done(request, f"{back}{mark}{after_parameter(number, receipt.version)}", words)


async def _sent(
    house: Services, reader: Reader, number: str, step: Step, form: Form
) -> tuple[ReceiptView | None, Words]:
    """The receipt of the step, or None with the form saying what is wrong; and what to say then."""
    if step == "handle":
        async with house.sessions.read() as session:
            case = await get_case(session, reader.principal, number)
        if demands_photo(case.matter) and not (form.files("photos") or form.all("attachments")):
            form.fault("attachments", PHOTO_MISSING.in_language(form.language))
    if step == "whistle" and form["way"] == "ask":
        return await ask_holder(house, reader, number, form)
    if step == "whistle" and not form.all("units"):
        form.fault("units", _NOBODY.in_language(form.language))
    if form.wrong:
        return None, PHOTO_MISSING
    return await carry_out(house, reader, number, step, form), done_words(step)


async def _form(
    request: Request, house: Services, reader: Reader, number: str, step: Step, form: Form
) -> Response:
    async with house.sessions.read() as session:
        case = await get_case(session, reader.principal, number)
        found = await departments(session, case) if step == "whistle" else Departments()
    commands = offers(case, reader.principal)
    if step == "whistle" and form.status == 200:
        _begin(case, form, found)
    return page(
        request,
        f"worker/{step}.html",
        block="form",
        reader=reader,
        status=form.status,
        form=form,
        case=case,
        number=number,
        asking="whistle" not in commands,
        possible=may_whistle(case, commands) if step == "whistle" else step in commands,
        photo=demands_photo(case.matter),
        found=found,
        grounds=list(Ground),
        openings=opening_words,
    )


def _begin(case: Case, form: Form, found: Departments) -> None:
    """What the sheet begins with, so that a plain whistle is two taps: open it, send it."""
    ground = Ground.EMERGENCY if case.urgency == "critical" else Ground.STRONG_ISSUE
    form.values |= {
        "ground": [ground.value],
        "units": [unit.id for unit in found.suggested],
        "reason": [opening_words(ground, case).in_language(form.language)],
    }


_NOBODY: Final = Words(zh="请选择至少一个部门", en="Choose at least one department")
