"""`POST /cases/{no}/{command}`: one documented route for every command that people send."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Header, Path
from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.dependencies import Caller, House, SignedIn
from api.errors import DatabaseAway, EngineAway, InputInvalid, NotFound
from api.gateway import Gone, Refused
from api.middleware.request_id import request_id
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.bodies import EXAMPLES, body_of, command_of, named_units
from api.rest.receipts import ReceiptView
from api.scrubbing import scrubbed
from api.services import Services
from models.base import Words
from models.case.commands import Envelope
from models.case.jurisdiction import sight
from models.case.state import ENDED
from models.case.table import RULES
from models.queries.attachments import require_own
from models.queries.jurisdiction import visible
from models.queries.units import UnitNotFound
from models.tables.cases import CaseRow
from models.tables.people import PersonRow

router: Final = APIRouter(prefix=f"{API}/cases", tags=["commands"], responses=problems(*SIGNED_IN))

CaseNumber = Annotated[
    str,
    Path(description="The case's number.", pattern=r"^[0-9]{8}-[0-9]{6,12}$", examples=["20260302-000017"]),
]
KEY: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What a caller may name a command or a report by."""
CommandKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The command's own identity. Sent again with the same key, the first answer comes back. "
        "It is logged: never a name or a phone.",
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        examples=["7f2d8a10-claim"],
    ),
]


def command_id(caller: Caller, key: str | None) -> str:
    """The identity of a command: the caller's key, kept apart from everybody else's; or a new one.

    Raises InputInvalid for a key that is none: forms bring theirs in a field.
    """
    if not key:
        return uuid.uuid4().hex
    if not KEY.fullmatch(key):
        raise InputInvalid
    return f"{caller.person}:{key}"


async def send(
    house: Services, caller: Caller, number: str, name: str, body: BaseModel, key: str | None
) -> ReceiptView:
    """Send one command; the receipt as the caller sees it. Phone numbers in its words are hidden."""
    body = scrubbed(body)
    units = await known_units(house, named_units(name, body))
    command: Any = command_of(name, body, units)
    await _require_own_pictures(house, caller, getattr(command, "attachments", ()))
    if name == "merge":
        await _require_target(house, caller, command.into)
    envelope = Envelope(
        id=command_id(caller, key),
        principal=caller.principal,
        command=command,
        request=request_id(),
    )
    # The worker's lines have these too: so one command can be followed through all logs.
    structlog.contextvars.bind_contextvars(case_no=number, command_id=envelope.id)
    try:
        receipt = await house.gateway.send(number, envelope)
    except Gone as gone:
        raise await ended_or_unknown(house, caller, number) from gone
    except Refused as refused:
        if refused.details.get("unseen"):
            raise NotFound from refused  # a number that somebody tried out
        raise await with_name(house, refused) from refused
    return ReceiptView.of(receipt, caller.principal)


async def known_units(house: Services, ids: list[str]) -> dict[str, Any]:
    """The units by id. Raises Refused (422) for one that is not there."""
    try:
        return await house.units.refs(ids)
    except UnitNotFound as missing:
        words = Words(zh=f"没有此单位：{missing}", en=f"No such unit: {missing}")
        raise Refused("bad_value", words, {"units": ids}) from missing


async def _require_own_pictures(house: Services, caller: Caller, ids: Sequence[str]) -> None:
    """Evidence is what the sender has sent up; nobody attaches a picture by guessing its id."""
    if not ids:
        return
    async with house.sessions.read() as session:
        missing = await require_own(session, caller.person, ids)
    if missing:
        words = Words(zh="没有此照片，请重新上传", en="No such picture of yours: send it up again")
        raise Refused("bad_value", words, {"field": "attachments", "missing": missing})


async def _require_target(house: Services, caller: Caller, number: str) -> None:
    """A duplicate is merged into a case that is open, so that its reporters hear of the end.

    One that the caller may not see is as good as none: nobody tries numbers out, or writes into it.
    """
    found = select(col(CaseRow.stage)).where(col(CaseRow.number) == number, _known_to(caller))
    async with house.sessions.read() as session:
        stage = await session.scalar(found)
    if stage is None or stage in ENDED:
        words = Words(zh=f"没有可并入的案件 {number}", en=f"There is no open case {number} to merge into")
        raise Refused("bad_value", words, {"field": "into"})


async def ended_or_unknown(house: Services, caller: Caller, number: str) -> Exception:
    """What to say when no workflow runs: 409 for a case that has ended, 404 for none that the caller sees.

    A case that is open all the same is between two runs, or comes back with the engine: 503, and again.
    """
    async with house.sessions.read() as session:
        row = (
            await session.execute(
                select(col(CaseRow.stage), col(CaseRow.stage_since)).where(
                    col(CaseRow.number) == number, _known_to(caller)
                )
            )
        ).one_or_none()
    if row is None:
        return NotFound()
    if row.stage not in ENDED:
        return EngineAway()
    words = Words(zh="本件已终结", en="The case has ended")
    return Refused("ended", words, {"stage": row.stage, "at": row.stage_since.isoformat()})


def _known_to(caller: Caller) -> ColumnElement[bool]:
    """Whether the caller may see a row of `cases`, or reported it."""
    return visible(sight(caller.principal) | {caller.person})


async def with_name(house: Services, refused: Refused) -> Refused:
    """The refusal, with the name of the person it speaks of: who won is what the loser wants to know."""
    person = refused.details.get("person")
    if person is None:
        return refused

    async def look_up() -> str | None:
        async with house.sessions.read() as session:
            found = select(col(PersonRow.name)).where(col(PersonRow.id) == person)
            return (await session.execute(found)).scalar_one_or_none()

    try:
        name = await house.patience.ask(look_up)
    except DatabaseAway:
        return refused
    words = refused.words
    if name is not None:
        words = Words(zh=f"{words.zh}：{name}", en=f"{words.en}: {name}")
    return Refused(refused.code, words, {**refused.details, "name": name})


def _add(name: str) -> None:
    body_model = body_of(name)
    words = RULES[name].words

    async def route(
        number: CaseNumber,
        body: body_model,  # type: ignore[valid-type]
        caller: SignedIn,
        house: House,
        key: CommandKey = None,
    ) -> ReceiptView:
        return await send(house, caller, number, name, body, key)

    # FastAPI reads annotations; postponed ones could not see this function's own body model.
    route.__annotations__["body"] = body_model
    router.add_api_route(
        f"/{{number}}/{name}",
        route,
        methods=["POST"],
        operation_id=f"{name.replace('-', '_')}_case",
        summary=f"{words.zh} · {words.en}",
        description=(body_model.__doc__ or "").strip(),
        response_model=ReceiptView,
        responses=problems(404, 409, 429),
    )


for _name in EXAMPLES:
    _add(_name)
