"""From a form to a command on a case: what every page that sends commands goes through."""

from __future__ import annotations

import secrets
from typing import Any, Final

from pydantic import BaseModel

from api.attachments.keeping import keep
from api.dependencies import Caller
from api.errors import ApiError, BodyTooLarge
from api.gateway import Refused
from api.pages.command_forms import FORMS, Widget
from api.pages.forms import Form
from api.pages.reader import Reader
from api.rest.bodies import body_of
from api.rest.commands import send
from api.rest.receipts import ReceiptView
from api.services import Services
from models.base import Words
from models.case.refusals import Refusal
from models.case.table import RULES

BODIES: Final[dict[str, type[BaseModel]]] = {name: body_of(name) for name in FORMS}
MOST_PHOTOS: Final = 20


def new_key() -> str:
    """A fresh identity for a form, so that sending it twice does nothing twice."""
    return secrets.token_urlsafe(12)


async def keep_photos(house: Services, caller: Caller, form: Form, files: str = "photos") -> bool:
    """Store the form's photos and note their ids under `attachments`: a second try need not send them.

    False if one of them could not be taken; then its fault stands beside the field and the others are kept.
    """
    wrong = False
    chosen = form.files(files)
    if len(chosen) + len(form.all("attachments")) > MOST_PHOTOS:
        words = Words(zh=f"最多 {MOST_PHOTOS} 张照片", en=f"At most {MOST_PHOTOS} photos")
        form.fault("attachments", words.in_language(form.language))
        return False
    for file in chosen:
        try:
            if (file.size or 0) > house.settings.max_attachment_bytes:
                raise BodyTooLarge(Words(zh="照片过大", en="The photo is too large"))
            data = await file.read()
            async with house.sessions.write() as session:
                row = await keep(house.pictures, session, caller.person, data)
        except ApiError as error:
            wrong = True
            form.fault("attachments", error.detail.in_language(form.language))
        else:
            form.values.setdefault("attachments", []).append(row.id)
    return not wrong


async def carry_out(
    house: Services, reader: Reader, number: str, command: str, form: Form
) -> ReceiptView | None:
    """Send the command that the form describes; its receipt, or None with the form saying what is wrong.

    The form's `once` or `key` is the command's identity: a milestone has a key of its own. Photos are stored
    first and stay stored if it is refused.
    """
    if not await keep_photos(house, reader, form):
        return None
    body = form.read(BODIES[command], **_composed(command, form))
    if body is None:
        _beside_what_was_typed(command, form)
        return None
    try:
        identity = form["once"] or ("" if "key" in type(body).model_fields else form["key"])
        return await send(house, reader, number, command, body, identity or None)
    except (ApiError, Refused, Refusal) as error:
        form.refuse(error)
        return None


def done_words(command: str) -> Words:
    """What to say once the command was accepted."""
    words = RULES[command].words
    return Words(zh=f"{words.zh}：已完成", en=f"Done: {words.en}")


def _composed(command: str, form: Form) -> dict[str, Any]:
    """The values that a form asks for in two parts, or in other units than the API."""
    found: dict[str, Any] = {}
    for field in FORMS[command]:
        if field.widget is Widget.BUDGET and form[field.name]:
            found[field.name] = f"{form[field.name]} {form[f'{field.name}_unit'] or 'hours'}"
        elif (
            field.widget is Widget.NUMBER
            and form[field.name].isdigit()
            and form[f"{field.name}_unit"].isdigit()
        ):
            found[field.name] = int(form[field.name]) * int(form[f"{field.name}_unit"])
        elif field.widget is Widget.YES_NO and form[field.name] in ("yes", "no"):
            found[field.name] = form[field.name] == "yes"
        elif field.widget is Widget.TICK:
            found[field.name] = form.ticked(field.name)
    return found


def _beside_what_was_typed(command: str, form: Form) -> None:
    """Faults of values that the form asks for under another name go beside the field that asks for them."""
    for field in FORMS[command]:
        if field.widget is Widget.PLACE:
            for name in ("latitude", "longitude"):
                if name in form.faults:
                    form.faults.setdefault(field.name, form.faults.pop(name))
