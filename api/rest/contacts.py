"""How to reach a reporter: masked for all who see the case, in full, and noted, for those who call back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.administering.who import Administers
from api.dependencies import ReadSession, SignedIn, WriteSession
from api.errors import NotAllowed, NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.commands import CaseNumber
from models.case.state import Case
from models.queries.cases import CaseNotFound, get_case
from models.queries.contacts import (
    ContactMissing,
    ContactNotYours,
    MaskedContact,
    masked_contacts,
    read_contact,
)
from models.queries.erasing import erase_reporter

router: Final = APIRouter(prefix=f"{API}/cases", tags=["contacts"], responses=problems(*SIGNED_IN, 404))


class ContactView(BaseModel):
    """One reporter's contact."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"number": "20260302-000017", "name": "王**", "phone": "138****0000", "masked": True}
            ]
        }
    )

    number: str = Field(description="The number this reporter knows the matter by.")
    name: str | None
    phone: str | None
    note: str | None = Field(default=None, description="Only in full.")
    masked: bool
    erased: bool = Field(default=False, description="Whether it was erased, on the reporter's request.")


class ContactList(BaseModel):
    """The contacts of everyone who reported the matter and left one."""

    items: list[ContactView]


class ReadingBody(BaseModel):
    """Why the contacts are needed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "回访"}]})

    reason: str = Field(min_length=1, max_length=200, description="Kept with who read it and when.")


class ErasureBody(BaseModel):
    """Why it is erased."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "本人书面申请，2026年第12号"}]}
    )

    reason: str = Field(
        min_length=1, max_length=200, description="Journalled, for good: without names and phones."
    )


class ErasureView(BaseModel):
    """What was erased; nothing the second time."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"number": "20260302-000017", "contact": True, "remarks": 1}]}
    )

    number: str
    contact: bool = Field(description="Whether there was a contact.")
    remarks: int = Field(description="How many remarks beside evaluations there were.")


def _references(case: Case) -> list[tuple[str, str]]:
    return [(reporter.number, reporter.contact) for reporter in case.reporters if reporter.contact]


def _view(number: str, contact: MaskedContact) -> ContactView:
    return ContactView(
        number=number, name=contact.name, phone=contact.phone, masked=True, erased=contact.erased
    )


@router.get("/{number}/contacts", operation_id="getContacts", summary="The reporters' contacts, masked")
async def get_contacts(number: CaseNumber, caller: SignedIn, session: ReadSession) -> ContactList:
    """王** and 138****0000: enough to see that somebody can be called."""
    try:
        case = await get_case(session, caller.principal, number)
    except CaseNotFound as missing:
        raise NotFound from missing
    references = _references(case)
    found = await masked_contacts(session, [reference for _, reference in references])
    return ContactList(items=[_view(number, found[ref]) for number, ref in references if ref in found])


@router.post("/{number}/contacts", operation_id="readContacts", summary="The reporters' contacts in full")
async def read_contacts(
    number: CaseNumber, body: ReadingBody, caller: SignedIn, session: WriteSession
) -> ContactList:
    """Names and phones, for those who call back or go there. Every reading is noted, with its reason."""
    try:
        case = await get_case(session, caller.principal, number)
    except CaseNotFound as missing:
        raise NotFound from missing
    now = datetime.now(UTC)
    items = []
    for known_as, reference in _references(case):
        try:
            contact = await read_contact(
                session, caller.principal, reference, case_no=number, reason=body.reason, at=now
            )
        except ContactNotYours as not_yours:
            raise NotAllowed from not_yours
        except ContactMissing:
            items.append(_view(known_as, MaskedContact(erased=True)))  # the case goes on without it
            continue
        items.append(ContactView(number=known_as, **contact.model_dump(), masked=False))
    return ContactList(items=items)


@router.post(
    "/{number}/contacts/erase", operation_id="eraseContacts", summary="Erase the reporter's data, on request"
)
async def erase_contacts(
    number: CaseNumber, body: ErasureBody, by: Administers, session: WriteSession
) -> ErasureView:
    """Contact and remarks of whoever made this report, for good; the timeline holds nothing of them.

    For administrators of the place. `number` is the report's own, also where it was merged into another.
    """
    erased = await erase_reporter(session, by, number, datetime.now(UTC), body.reason)
    return ErasureView(number=number, contact=erased.contact, remarks=erased.remarks)
