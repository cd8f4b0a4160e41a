"""`/track/{code}/evaluate` and `/urge`: what a resident may say to the case they reported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.dependencies import Caller, House
from api.errors import ApiError, KeyReused, TooManyRequests
from api.gateway import Refused
from api.pages.answers import done
from api.pages.forms import Form
from api.pages.resident.addresses import tracking_path
from api.pages.resident.following import Followed, follow, too_many, tracking_page, unknown
from api.rest.bodies import body_of
from api.rest.commands import send
from api.scrubbing import scrub
from api.services import Services
from models.base import Words
from models.queries.tracking import drop_remark, keep_remark

router: Final = APIRouter(include_in_schema=False)
MOST_WORDS: Final = 500
_ANSWERS: Final = ("responded", "resolved", "satisfied")
_EVALUATION: Final[type[BaseModel]] = body_of("evaluate")
_URGE: Final[type[BaseModel]] = body_of("urge")
_THANKS: Final = Words(zh="谢谢，您的评价已记录", en="Thank you: your word is noted")
_BACK_TO_WORK: Final = Words(zh="已记录，将继续处理", en="Noted: the work goes on")
_URGED: Final = Words(zh="已催办，承办单位会收到提醒", en="Urged: whoever works on it is reminded")
_CHOOSE: Final = Words(zh="请选择", en="Choose one")
_TOO_LONG: Final = Words(zh=f"最多 {MOST_WORDS} 字", en=f"At most {MOST_WORDS} characters")


@router.post("/track/{code}/{act}")
async def speak(request: Request, code: str, act: Literal["evaluate", "urge"], house: House) -> Response:
    """Say it to the case, and back to its page with what became of it."""
    try:
        followed = await follow(request, house, code)
    except TooManyRequests as error:
        return too_many(request, error)
    if followed is None:
        return unknown(request)
    form = await Form.of(request)
    said = await (_evaluate if act == "evaluate" else _urge)(house, followed, form)
    if said is None:
        return tracking_page(request, house, followed, form)
    return done(request, tracking_path(followed.code), said)


async def _evaluate(house: Services, followed: Followed, form: Form) -> Words | None:
    """Send the three answers; the resident's own words are kept apart and only named."""
    for name in _ANSWERS:
        if form[name] not in ("yes", "no"):
            form.fault(name, _CHOOSE.in_language(form.language))
    words = scrub(form["words"]).words
    if len(words) > MOST_WORDS:
        form.fault("words", _TOO_LONG.in_language(form.language))
    if form.wrong or followed.case is None:
        return None
    answers = {name: form[name] == "yes" for name in _ANSWERS}
    remark = await _kept(house, followed.case.number, words)
    body = _EVALUATION.model_validate(answers | ({"remark": remark} if remark else {}))
    if await _send(house, followed, "evaluate", body, form):
        return _THANKS if answers["resolved"] and answers["satisfied"] else _BACK_TO_WORK
    if remark is not None:  # nothing names it
        async with house.sessions.write() as session:
            await drop_remark(session, remark)
    return None if form.wrong else _THANKS


async def _kept(house: Services, number: str, words: str) -> str | None:
    """The reference of what they wrote, stored before anything names it."""
    if not words:
        return None
    async with house.sessions.write() as session:
        return await keep_remark(session, number, words, datetime.now(UTC))


async def _urge(house: Services, followed: Followed, form: Form) -> Words | None:
    await _send(house, followed, "urge", _URGE(), form)
    return None if form.wrong else _URGED


async def _send(house: Services, followed: Followed, name: str, body: BaseModel, form: Form) -> bool:
    """Whether the case has taken it now. If not, the form says why, unless it had taken it before."""
    if followed.case is None:
        return False
    caller = Caller(principal=followed.tracking.principal, session="")
    try:
        await send(house, caller, followed.case.number, name, body, form["key"] or None)
    except KeyReused:
        return False  # the same form, sent twice
    except (ApiError, Refused) as error:
        form.refuse(error)
        return False
    return True
