"""The report as it comes from a phone: its fields, its pictures, and what it becomes for the API."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import UploadFile

from api.attachments.keeping import keep
from api.errors import AnotherPerson, ApiError, BodyTooLarge
from api.pages.forms import Form
from api.pages.reader import Reader
from api.rest.cases import ReportBody
from api.services import Services
from models.base import Words
from models.city.people import Role
from models.queries.attachments import require_own

KEY: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
PICTURES: Final[Mapping[str, str]] = {"attachments": "photos", "after": "after_photos"}
"""Hidden fields with the ids of pictures that are here already, and the file fields beside them."""
MOST_PICTURES: Final = 9
"""Of one kind, in one report: a screenful; more are added to the case as notes."""
_ASKED_AS: Final[Mapping[str, str]] = {"latitude": "unit", "longitude": "unit", "on_the_spot": "spot_note"}
"""Where a fault is shown that no visible field of the same name asks for."""
_PLAIN: Final = ("matter", "unit", "urgency", "text", "address", "latitude", "longitude")


def new_key() -> str:
    """The idempotency key of a form that is shown afresh: a double tap on it is one case."""
    return f"page-{secrets.token_urlsafe(12)}"


def key_of(form: Form) -> str:
    """The form's key; a new one if it has none that is fit."""
    typed = form["key"]
    return typed if KEY.fullmatch(typed) else new_key()


def require_same_person(form: Form, reader: Reader) -> None:
    """Raises AnotherPerson if the form was filled in by somebody else who used this phone."""
    if form["person"] not in ("", reader.person):
        raise AnotherPerson


async def take_pictures(house: Services, reader: Reader, form: Form) -> None:
    """Store the pictures that came with the form, and leave their ids in its hidden fields.

    So pictures are kept when something else is wrong. Those that cannot be read are named beside their field;
    ids that are not the reader's own are dropped, and that is said too.
    """
    for ids, files in PICTURES.items():
        dropped = set(form.all(f"drop_{ids}"))
        kept = [one for one in form.all(ids) if one not in dropped]
        async with house.sessions.read() as session:
            foreign = await require_own(session, reader.person, kept)
        if foreign:
            form.fault(ids, _GONE.in_language(form.language))
        kept = [one for one in kept if one not in foreign]
        for file in form.files(files):
            try:
                kept.append(await _stored(house, reader, file))
            except ApiError as error:
                form.fault(ids, f"{file.filename}：{error.detail.in_language(form.language)}")
        if len(kept) > MOST_PICTURES:
            form.fault(ids, _TOO_MANY.in_language(form.language))
        form.values[ids] = kept


async def _stored(house: Services, reader: Reader, file: UploadFile) -> str:
    """The id of the stored picture. Raises PictureUnreadable, PictureTooLarge, BodyTooLarge."""
    if (file.size or 0) > house.settings.max_attachment_bytes:
        raise BodyTooLarge
    async with house.sessions.write() as session:
        return (await keep(house.pictures, session, reader.person, await file.read())).id


def read_report(form: Form) -> ReportBody | None:
    """The body that the API takes, or None; then the faults stand beside their fields."""
    more: dict[str, Any] = {"attachments": tuple(form.all("attachments"))}
    if not form["text"] and not form.all("attachments"):
        form.fault("text", _SAY_SOMETHING.in_language(form.language))
    if not form["matter"]:
        form.fault("matter", _WHAT_IS_IT.in_language(form.language))
    if bool(form["latitude"]) != bool(form["longitude"]):
        form.values |= {"latitude": [], "longitude": []}  # half a place is none
    if form.ticked("spot"):
        if not form["spot_note"]:
            form.fault("spot_note", _WHAT_WAS_DONE.in_language(form.language))
        else:
            more["on_the_spot"] = {"note": form["spot_note"], "attachments": form.all("after")}
    body = form.read(ReportBody, _PLAIN, **more)
    for said, shown in _ASKED_AS.items():
        if said in form.faults:
            form.faults.setdefault(shown, form.faults.pop(said))
    return None if form.wrong else body


def may_handle_on_the_spot(reader: Reader) -> bool:
    """Whether the reader works a grid's desk, so that 自办 may be offered; whose grid it is the core asks."""
    return reader.has(Role.GRID_WORKER, Role.GRID_HEAD)


_SAY_SOMETHING: Final = Words(zh="请拍一张照片，或写一句话", en="Take a photo, or write a sentence")
_WHAT_IS_IT: Final = Words(
    zh="请选择事项类别；拿不准就选“其他事项(兜底)”", en="Choose a category; if unsure, “Anything else”"
)
_WHAT_WAS_DONE: Final = Words(zh="请写明怎样处置的", en="Say what was done")
_TOO_MANY: Final = Words(zh=f"最多 {MOST_PICTURES} 张照片", en=f"At most {MOST_PICTURES} photos")
_GONE: Final = Words(
    zh="有照片已失效，请重新拍摄或选择", en="A photo is no longer there: take or choose it again"
)
