"""`POST /cases`: a report becomes a case."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Header, Response, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import Caller, House, SignedIn
from api.errors import KeyReused
from api.gateway import Gone, Refused
from api.middleware.request_id import request_id
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.commands import ended_or_unknown
from api.rest.receipts import ReceiptView
from api.scrubbing import scrub, without_name
from api.services import Services
from models.base import Urgency, Words
from models.case.commands import OnTheSpot, Report
from models.case.decide import begin
from models.case.dossier import Dossier, Rulebook
from models.case.state import Channel, Link
from models.city.people import Role
from models.city.routing import entry_rung
from models.city.units import Level
from models.queries.attachments import require_own
from models.queries.boundaries import unit_at
from models.queries.cases import CaseNotFound, get_case
from models.queries.contacts import Contact
from models.queries.dossier import DossierParts, MatterNotFound, build_parts
from models.queries.intakes import Intake, KeyUsedForAnother, take_in
from models.queries.units import UnitNotFound
from workflows.messages import Opening

router: Final = APIRouter(prefix=f"{API}/cases", tags=["cases"], responses=problems(*SIGNED_IN))

_EXAMPLE: Final[dict[str, Any]] = {
    "matter": "eave-collapse",
    "unit": "500120001005-g18",
    "text": "向阳街 230 号临街商铺屋檐出现裂缝，有垮塌迹象",
    "address": "向阳街 230 号",
    "latitude": 29.592,
    "longitude": 106.227,
    "attachments": [],
    "contact": {"name": "王某", "phone": "138 0000 0000"},
}


class ReportBody(BaseModel):
    """What was seen, and where."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    matter: str = Field(
        default="other", max_length=60, description="Key of the catalogue; see `GET /matters`."
    )
    unit: str | None = Field(
        default=None,
        max_length=64,
        description="The smallest unit the place is known to lie in. Without it the unit in whose boundary "
        "the location lies, and without either the unit of your own post.",
    )
    urgency: Urgency | None = Field(default=None, description="By default what the catalogue says.")
    channel: Channel | None = Field(default=None, description="By default the one of your post.")
    text: str = Field(default="", max_length=4000)
    address: str = Field(default="", max_length=300)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    attachments: tuple[str, ...] = Field(default=(), max_length=20)
    contact: Contact | None = Field(
        default=None, description="How to reach the reporter; kept apart, and shown masked."
    )
    on_the_spot: OnTheSpot | None = Field(default=None, description="Handled at once (自办), with evidence.")
    drill: bool = Field(default=False, description="A drill, flagged as one everywhere.")
    follows: str | None = Field(default=None, max_length=40, description="The case this one follows up.")


Beside = Callable[[AsyncSession, str], Awaitable[None]]
"""Writes something that belongs to the case of this number."""
ReportKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Your own id of this report. Sent ten times, it is still one case. Random: never a "
        "name or a phone.",
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        examples=["phone-7c1f-0042"],
    ),
]


@router.post(
    "",
    operation_id="report_case",
    summary="上报 · report",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": ReceiptView, "description": "It had been reported before, with this key"},
        **problems(409, 429),
    },
)
async def report(
    body: ReportBody, caller: SignedIn, house: House, response: Response, key: ReportKey = None
) -> ReceiptView:
    """Report a matter. The answer has the case's number, its clocks, and what you may do next."""
    receipt = await open_case(house, caller, body, key)
    if receipt.repeated:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"{API}/cases/{receipt.number}"
    return receipt


async def open_case(
    house: Services, caller: Caller, body: ReportBody, key: str | None, beside: Beside | None = None
) -> ReceiptView:
    """Open the case of a report, once for a key; the receipt as the caller sees it.

    What is to be written in the transaction that gives the case its number is written by `beside`.

    Raises Refused and Refusal for what cannot be reported, KeyReused, EngineAway, TooManyRequests.
    """
    now = datetime.now(UTC)
    body = _without_personal_data(caller, body)
    async with house.sessions.write() as session:
        parts, intake = await _take_in(session, caller, body, key or uuid.uuid4().hex, now)
        if beside is not None:
            await beside(session, intake.case_no)
        opening = _opening(caller, body, parts, intake)
        structlog.contextvars.bind_contextvars(case_no=intake.case_no, command_id=opening.command_id)
        # The same question the workflow asks first: refused here, no number is used and nothing begins.
        begin(opening.dossier, opening.report, opening.principal, opening.command_id, now)
    try:
        receipt = await house.gateway.open(opening)
    except Gone as gone:
        raise await ended_or_unknown(house, caller, intake.case_no) from gone
    return ReceiptView.of(receipt, caller.principal, repeated=intake.repeated)


async def _take_in(
    session: AsyncSession, caller: Caller, body: ReportBody, key: str, now: datetime
) -> tuple[DossierParts, Intake]:
    """One transaction: the place and matter as they are now, and the number that the key stands for."""
    try:
        place = body.unit or await _unit_there(session, body) or _own_unit(caller)
        parts = await build_parts(session, place, body.matter, now)
    except UnitNotFound as missing:
        words = Words(zh=f"没有此单位：{missing}", en=f"No such unit: {missing}")
        raise Refused("bad_value", words, {"field": "unit"}) from missing
    except MatterNotFound as missing:
        words = Words(zh=f"事项目录中没有“{body.matter}”", en=f"The catalogue has no “{body.matter}”")
        raise Refused("bad_value", words, {"field": "matter"}) from missing
    if all(rung.level is Level.CITY for rung in parts.ladder):
        words = Words(zh="请选择区县或以下的地点", en="Name a place in a district: the city itself is none")
        raise Refused("bad_value", words, {"field": "unit"})
    pictures = body.attachments + (body.on_the_spot.attachments if body.on_the_spot else ())
    missing_pictures = await require_own(session, caller.person, pictures)
    if missing_pictures:
        words = Words(zh="没有此照片，请重新上传", en="No such picture of yours: send it up again")
        raise Refused("bad_value", words, {"field": "attachments", "missing": missing_pictures})
    if body.follows:
        await _require_seen(session, caller, body.follows)
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    try:
        intake = await take_in(session, caller.person, key, fingerprint, body.contact, now)
    except KeyUsedForAnother as used:
        raise KeyReused(members={"number": used.case_no}) from used
    return parts, intake


async def _require_seen(session: AsyncSession, caller: Caller, number: str) -> None:
    """A report follows up what its sender may see: it is told to that case, and named there."""
    try:
        await get_case(session, caller.principal, number)
    except CaseNotFound as missing:
        words = Words(zh=f"没有案件 {number}", en=f"There is no case {number}")
        raise Refused("bad_value", words, {"field": "follows"}) from missing


async def _unit_there(session: AsyncSession, body: ReportBody) -> str | None:
    """The smallest unit whose boundary holds the location, if there is a location and such a boundary."""
    if body.latitude is None or body.longitude is None:
        return None
    return await unit_at(session, body.longitude, body.latitude)


def _own_unit(caller: Caller) -> str:
    if not caller.principal.posts:
        raise Refused("not_yours", Words(zh="您没有岗位", en="You hold no post"), {})
    return caller.principal.posts[0].unit.id


def _channel(caller: Caller, body: ReportBody) -> Channel:
    if any(post.role is Role.DEVICE for post in caller.principal.posts):
        return Channel.SENSOR
    if body.follows:
        return body.channel or Channel.FOLLOW_UP
    return body.channel or (Channel.RESIDENT if body.contact else Channel.GRID)


def _without_personal_data(caller: Caller, body: ReportBody) -> ReportBody:
    """The report as it may travel: phone numbers move from its words to the contact, its name is hidden.

    Whoever takes a call types what is said; the words become facts, which many read and nothing erases.
    """
    name = body.contact.name if body.contact else None
    text, address = scrub(body.text), scrub(body.address)
    done = scrub(body.on_the_spot.note) if body.on_the_spot else None
    phones = dict.fromkeys(text.phones + address.phones + (done.phones if done else ()))
    changed: dict[str, Any] = {
        "channel": _channel(caller, body),
        "text": without_name(text.words, name),
        "address": without_name(address.words, name),
        "contact": _with_phones(body.contact, list(phones)),
    }
    if body.on_the_spot and done:
        note = without_name(done.words, name)
        changed["on_the_spot"] = body.on_the_spot.model_copy(update={"note": note})
    return body.model_copy(update=changed)


def _with_phones(contact: Contact | None, phones: list[str]) -> Contact | None:
    """The contact with the numbers that were found elsewhere in its note; None if there is nothing in it."""
    given = contact or Contact()
    notes = [note for note in (given.note, "、".join(phones)) if note]
    whole = given.model_copy(update={"note": "\n".join(notes)[:500] or None})
    return whole if any((whole.name, whole.phone, whole.note)) else None


def _opening(caller: Caller, body: ReportBody, parts: DossierParts, intake: Intake) -> Opening:
    urgency = body.urgency or parts.matter.urgency
    dossier = Dossier(
        number=intake.case_no,
        chain=parts.chain,
        ladder=parts.ladder,
        entry=parts.ladder.index(entry_rung(parts.ladder, parts.matter, urgency)),
        matter=parts.matter,
        urgency=urgency,
        book=Rulebook(rules=parts.rules, calendar=parts.calendar),
    )
    said = Report(
        channel=body.channel or Channel.GRID,
        text=body.text,
        address=body.address,
        latitude=body.latitude,
        longitude=body.longitude,
        attachments=body.attachments,
        contact=intake.contact_reference,
        on_the_spot=body.on_the_spot,
        drill=body.drill,
        link=Link(number=body.follows, relation="parent") if body.follows else None,
    )
    return Opening(
        command_id=f"report:{intake.case_no}",
        principal=caller.principal,
        report=said,
        dossier=dossier,
        request=request_id(),
    )
