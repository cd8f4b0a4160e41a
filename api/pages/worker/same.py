"""Same matter? What a reporter may do for a case that is open already, instead of reporting it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.forms import Form
from api.pages.reader import Reader
from models.base import Frozen, Words
from models.case.decide import offers
from models.case.state import Case
from models.queries.cases import CaseNotFound, get_case
from models.queries.intakes import taken_in
from models.queries.nearby import Nearby, nearby_cases
from models.queries.report_places import report_places

ANOTHER: Final = "none"
"""What the form says when the reporter has looked, and it is another matter."""


LONGEST: Final = 4000
"""Characters that the text of a report may have."""


class Joining(StrEnum):
    """What becomes of a report of a matter that is open already."""

    ANNOTATE = "annotate"
    """A note on that case, with the photos."""
    MENTION = "mention"
    """A case of its own that names the other: whoever takes it in merges them."""


class Candidate(Frozen):
    """A case that may be the same matter, and what the reporter may do for it."""

    nearby: Nearby
    joining: Joining


class _Where(BaseModel):
    """As much of a report as it takes to compare it."""

    matter: str = Field(max_length=60)
    unit: str | None = Field(default=None, max_length=64)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


async def candidates(session: AsyncSession, reader: Reader, form: Form) -> Sequence[Candidate]:
    """Open cases that may be the matter of this form; none while it does not say what or where."""
    try:
        where = _Where.model_validate({name: form[name] or None for name in _Where.model_fields})
    except ValidationError:  # said beside its field when the form is sent
        return ()
    unit = where.unit
    if unit is None and where.latitude is None:
        own = await report_places(session, reader.principal.posts)
        unit = own[0].id if own else None
    found = await nearby_cases(
        session,
        reader.principal,
        where.matter,
        datetime.now(UTC),
        unit=unit,
        latitude=where.latitude,
        longitude=where.longitude,
    )
    return tuple(Candidate(nearby=one, joining=joining(one.case, reader)) for one in found)


async def to_be_asked(session: AsyncSession, reader: Reader, form: Form, key: str) -> Sequence[Candidate]:
    """The candidates about which the reporter is still to be asked before this is sent.

    Not asked is who has answered, who is not there (a report that waited on the phone goes by itself), and
    who sends the same form again: the case found would be its own.
    """
    if form["same"] or form.ticked("unattended"):
        return ()
    found = await candidates(session, reader, form)
    if found and await taken_in(session, reader.person, key):
        return ()
    return found


async def way_of_joining(session: AsyncSession, reader: Reader, number: str) -> Joining:
    """What becomes of a report of what case `number` is about. One that is not to be seen is mentioned."""
    try:
        return joining(await get_case(session, reader.principal, number), reader)
    except CaseNotFound:
        return Joining.MENTION


def joining(case: Case, reader: Reader) -> Joining:
    """What the table of commands lets the reader do for that case: a note, from whoever has a part in it.

    Whoever may urge it may also add a note, which says more.
    """
    return Joining.ANNOTATE if Joining.ANNOTATE in offers(case, reader.principal) else Joining.MENTION


def note(text: str, address: str) -> str:
    """What a note on the other case says."""
    said = "，".join(part for part in (text, address) if part)
    return f"同一件事再次上报：{said}" if said else "同一件事再次上报"


def mention(text: str, number: str) -> str:
    """The text of a report that names the case it belongs with."""
    added = f"\n（上报人认为与 {number[:40]} 是同一件事）"
    return (text[: LONGEST - len(added)] + added).strip()


JOINED: Final = Words(zh="已作为备注加到该件，不再另开新件", en="Added to that case as a note; no new case")
"""What the next page says."""
