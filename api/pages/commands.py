"""`/cases/{no}/do/{command}`: the form of every command, in the sheet of a page or as a page of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.dependencies import House
from api.errors import NotFound
from api.gateway import Refused
from api.pages.answers import done, own_path
from api.pages.command_forms import FORMS, QUICK, Field, Widget
from api.pages.command_options import Options, options_for
from api.pages.commanding import carry_out, done_words, new_key
from api.pages.forms import Form
from api.pages.fresh import after_parameter
from api.pages.reader import Reader, SignedInReader
from api.pages.rendering import page, wants_fragment
from api.rest.commands import CaseNumber
from api.services import Services
from models.base import Words
from models.case.decide import offers, permitted
from models.case.refusals import Refusal
from models.case.state import Case
from models.case.table import RULES
from models.queries.cases import CaseNotFound, get_case

router: Final = APIRouter(include_in_schema=False)
CommandName = Annotated[str, Path(pattern="^[a-z-]{3,40}$")]


@router.get("/cases/{number}/do/{command}")
async def ask(
    request: Request, number: CaseNumber, command: CommandName, reader: SignedInReader, house: House
) -> Response:
    """The command's form, with what the address gives it to begin with."""
    _known(command)
    initial = {name: request.query_params.getlist(name) for name in request.query_params}
    back = own_path(request.query_params.get("back"), f"/cases/{number}")
    form = Form({**initial, "once": [new_key()], "back": [back]})
    return await _form(request, house, reader, number, command, form)


@router.post("/cases/{number}/do/{command}")
async def send(
    request: Request, number: CaseNumber, command: CommandName, reader: SignedInReader, house: House
) -> Response:
    """Send it. On to where the reader came from; or the form again, with what is wrong."""
    _known(command)
    form = await Form.of(request)
    receipt = await carry_out(house, reader, number, command, form)
    if receipt is None:
        if wants_fragment(request) and form["quick"]:
            return page(
                request, "commands/form.html", block="refusal", status=form.status, reader=reader, form=form
            )
        return await _form(request, house, reader, number, command, form)
    words = done_words(command)
    if wants_fragment(request):
        told = {"number": number, "version": receipt.version, "words": words.in_language(form.language)}
        # Header values are Latin-1: the words travel escaped, as JSON does it.
        headers = {"HX-Trigger": json.dumps({"case-changed": told})}
        return page(request, "commands/form.html", block="done", reader=reader, words=words, headers=headers)
    back = own_path(form["back"], f"/cases/{number}")
    mark = "&" if "?" in back else "?"
    return done(request, f"{back}{mark}{after_parameter(number, receipt.version)}", words)


def _known(command: str) -> None:
    if command not in FORMS:
        raise NotFound


async def _form(
    request: Request, house: Services, reader: Reader, number: str, command: str, form: Form
) -> Response:
    async with house.sessions.read() as session:
        try:
            case = await get_case(session, reader.principal, number)
        except CaseNotFound as missing:
            raise NotFound from missing
        options = await options_for(session, case, reader, command)
    refused = _not_now(case, reader, command)
    return page(
        request,
        "commands/form.html",
        block="form",
        status=form.status,
        reader=reader,
        form=form,
        case=case,
        number=number,
        command=command,
        fields=_asked(command, options),
        options=options,
        hidden_values=_hidden(command, form),
        refused=refused,
        quick=command in QUICK,
    )


def _not_now(case: Case, reader: Reader, command: str) -> Words | None:
    """Why the command is not to be sent now, if it is not."""
    try:
        command_rule = RULES[command]
        permitted(case, reader.principal, _Named(command))  # type: ignore[arg-type]
    except (Refusal, Refused) as refusal:
        return refusal.words
    if command not in offers(case, reader.principal):
        return Words(
            zh=f"现在没有可“{command_rule.words.zh}”的事项",
            en=f"There is nothing to {command_rule.words.en} now",
        )
    return None


class _Named:
    """As much of a command as `permitted` looks at."""

    def __init__(self, command: str) -> None:
        self.command = command


def _asked(command: str, options: Options) -> Sequence[Field]:
    """The fields to show: choices without anything to choose from are left out unless they are required."""
    return [
        field
        for field in FORMS[command]
        if field.required or field.widget not in (Widget.UNIT, Widget.UNITS) or options.units(field.name)
    ]


def _hidden(command: str, form: Form) -> list[tuple[str, str]]:
    """What the address named besides the fields that are shown: which task, whistle, order or request."""
    shown = {field.name for field in FORMS[command]}
    return [
        (name, form[name])
        for name in ("task", "whistle", "order", "request", "unit")
        if name not in shown and form[name]
    ]
