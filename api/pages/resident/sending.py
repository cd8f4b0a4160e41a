"""A resident's report on its way in: judged, cleaned, limited, and opened once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import Caller
from api.errors import ApiError, KeyReused, NotFound
from api.gateway import Gone, Refused
from api.pages.commanding import keep_photos
from api.pages.forms import Form
from api.pages.resident.ticket import Ticket
from api.rest.cases import ReportBody, open_case
from api.rest.commands import ended_or_unknown
from api.scrubbing import Scrubbed, scrub
from api.services import Services
from models.base import Words
from models.case.refusals import Refusal
from models.case.state import Channel
from models.city.catalogue import OTHER
from models.city.people import resident
from models.city.units import UnitRef
from models.queries.contacts import Contact
from models.queries.tracking import add_tracking

MOST_PHOTOS: Final = 4
MOST_WORDS: Final = 1000
TRAP: Final = "website"
"""A field that people do not see. Whoever fills it in is none."""
_TRIES: Final = 3
_PHONE: Final = Words(zh="请填写手机号，或带区号的座机号", en="A mobile number, or one with its area code")

_AGAIN: Final = Words(zh="请检查一遍，再点一次提交", en="Look it over and press the button once more")
_NOTHING: Final = Words(zh="请写一句话，或拍一张照片", en="Write a line or take a photo")
_TOO_LONG: Final = Words(zh=f"最多 {MOST_WORDS} 字", en=f"At most {MOST_WORDS} characters")
_PHOTOS: Final = Words(zh=f"最多 {MOST_PHOTOS} 张照片", en=f"At most {MOST_PHOTOS} photos")
_CONSENT: Final = Words(
    zh="留下联系方式，需要您同意", en="To leave a way to reach you, your consent is needed"
)


async def report(house: Services, place: UnitRef, form: Form, ticket: Ticket | None, address: str) -> bool:
    """Report what the form says at `place`, once for its ticket. False if the form says what is wrong."""
    if ticket is None or ticket.hasty or form[TRAP]:
        form.refusal = _AGAIN.in_language(form.language)
        form.status = 422
        return False
    caller = Caller(principal=resident(ticket.person, place), session="")
    try:
        if not await _photos(house, caller, form, address):
            return False
        body = _body(place, form)
        if body is None:
            return False
        await house.resident_limits.report(address, place.id)
        await _open(house, caller, body, ticket, place)
    except (ApiError, Refused, Refusal) as error:
        form.refuse(error)
        return False
    return True


async def _photos(house: Services, caller: Caller, form: Form, address: str) -> bool:
    if not form.files("photos"):
        return True
    if len(form.files("photos")) + len(form.all("attachments")) > MOST_PHOTOS:
        form.fault("attachments", _PHOTOS.in_language(form.language))
        return False
    await house.resident_limits.send_photos(address)
    return await keep_photos(house, caller, form)


def _body(place: UnitRef, form: Form) -> ReportBody | None:
    """The report as the API takes it; None if something is wrong, which the form then says."""
    text, where = scrub(form["text"]), scrub(form["address"])
    if not text.words and not form.all("attachments"):
        form.fault("text", _NOTHING.in_language(form.language))
    if len(text.words) > MOST_WORDS:
        form.fault("text", _TOO_LONG.in_language(form.language))
    contact = _contact(form, text, where)
    body = form.read(
        ReportBody,
        ("latitude", "longitude", "attachments"),
        matter=form["matter"] or OTHER,
        unit=place.id,
        channel=Channel.RESIDENT,
        text=text.words[:MOST_WORDS],
        address=where.words[:100],
        contact=contact,
    )
    return None if form.wrong else body


def _contact(form: Form, *scrubbed: Scrubbed) -> Contact | None:
    """How to reach the resident, if they want to be reached: what they gave, and numbers from their words."""
    phones = [phone for part in scrubbed for phone in part.phones]
    if not (form["name"] or form["phone"] or phones):
        return None
    if (form["name"] or form["phone"]) and not form.ticked("consent"):
        form.fault("consent", _CONSENT.in_language(form.language))
    note = "、".join(phones)[:500]
    contact = form.read(Contact, ("name", "phone"), **({"note": note} if note else {}))
    if "phone" in form.faults:
        form.faults["phone"] = _PHONE.in_language(form.language)
    return contact


async def _open(house: Services, caller: Caller, body: ReportBody, ticket: Ticket, place: UnitRef) -> None:
    """Open the case under the ticket's own identity, and let its code follow it.

    Sent again with another content, it is the case that was opened, unless none was: then an earlier try got
    a number and no further, and this one gets another.
    """

    async def follow(session: AsyncSession, number: str) -> None:
        await add_tracking(session, ticket.code, number, ticket.person, place.id, datetime.now(UTC))

    for attempt in range(_TRIES):
        try:
            await open_case(house, caller, body, f"report-{attempt}", follow)
        except KeyReused as used:
            if await _was_opened(house, caller, str(used.members["number"])):
                return
        else:
            return
    raise KeyReused


async def _was_opened(house: Services, caller: Caller, number: str) -> bool:
    try:
        await house.gateway.state(number)
    except Gone:
        return not isinstance(await ended_or_unknown(house, caller, number), NotFound)
    return True
