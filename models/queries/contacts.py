"""Reporters' personal data: stored under a reference, shown masked, read in full only by those who call back.

Who may read in full is decided by one table, `UNMASKED`: the roles that call a reporter back, or go there.
Everybody else, the auditor included, sees the masked view. Each full reading is written down.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

from pydantic import StringConstraints
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.people import Principal, Role
from models.tables.contacts import ContactReadRow, ContactRow

UNMASKED: Final[frozenset[Role]] = frozenset(
    {
        Role.DISPATCHER,  # accepts, calls back
        Role.COMMUNITY_OFFICER,  # calls back what the community closed
        Role.GRID_WORKER,  # goes there
        Role.GRID_HEAD,
    }
)
"""Roles that may read a reporter's name and phone in full, if the case is theirs besides."""

HIDDEN: Final = "***"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{4,22}[0-9]$", max_length=24)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Contact(Frozen):
    """How to reach a reporter. Never put one into a workflow payload, an id, a fact or a log."""

    name: Name | None = None
    phone: Phone | None = None
    note: Note | None = None


class MaskedContact(Frozen):
    """What those who need not call see of a contact: 王**, 138****5678, and no note (it may name people)."""

    name: str | None = None
    phone: str | None = None
    erased: bool = False
    """Whether there was a contact, until it was erased on request."""


class ContactMissing(Exception):
    """No contact is stored under the reference (never was, or it was erased)."""


class ContactNotYours(Exception):
    """None of the principal's posts may read a reporter's data in full."""


def new_reference() -> str:
    """A fresh opaque reference: 128 random bits."""
    return f"ct_{secrets.token_urlsafe(16)}"


def masked(contact: Contact) -> MaskedContact:
    """The view for those who need not call."""
    return MaskedContact(name=_masked_name(contact.name), phone=_masked_phone(contact.phone))


def unmasking_role(principal: Principal) -> Role | None:
    """The role under which the principal may read contacts in full; None when there is none."""
    return next((post.role for post in principal.posts if post.role in UNMASKED), None)


async def store_contact(session: AsyncSession, reference: str, contact: Contact, at: datetime) -> None:
    """Store `contact` under a fresh `reference` (see `new_reference`) at instant `at` (UTC)."""
    session.add(
        ContactRow(
            reference=reference, name=contact.name, phone=contact.phone, note=contact.note, created_at=at
        )
    )
    await session.flush()


async def masked_contacts(session: AsyncSession, references: Iterable[str]) -> dict[str, MaskedContact]:
    """The masked views of several references in one query; unknown references are left out."""
    rows = await session.execute(select(ContactRow).where(col(ContactRow.reference).in_(list(references))))
    return {
        row.reference: MaskedContact(erased=True) if _erased(row) else masked(_contact(row))
        for row in rows.scalars()
    }


async def read_contact(
    session: AsyncSession, principal: Principal, reference: str, *, case_no: str, reason: str, at: datetime
) -> Contact:
    """The contact in full, and the note that `principal` read it for `case_no` because of `reason`.

    That the case lies in the principal's jurisdiction is for the caller to have checked. The reading is
    only allowed with its trace: both belong to one transaction, which the edge commits.

    Raises ContactNotYours when no post of the principal may read in full, ContactMissing when nothing
    is stored under the reference.
    """
    role = unmasking_role(principal)
    if role is None:
        raise ContactNotYours
    row = await session.get(ContactRow, reference)
    if row is None or _erased(row):
        raise ContactMissing
    session.add(
        ContactReadRow(
            reference=reference,
            person_id=principal.person,
            role=role,
            case_no=case_no,
            reason=reason,
            at=at,
        )
    )
    await session.flush()
    return _contact(row)


async def erase_contact(session: AsyncSession, reference: str) -> bool:
    """Erase what is stored under the reference, on request; whether there was anything.

    The reference stays, so that who had read it stays known; what readers gave as their reason is kept
    without the name and the phone. Facts and timeline hold nothing to be erased.
    """
    row = await session.get(ContactRow, reference)
    if row is None or _erased(row):
        return False
    for told in (row.name, row.phone):
        if told is not None:
            await session.execute(
                update(ContactReadRow)
                .where(col(ContactReadRow.reference) == reference)
                .values(reason=func.replace(col(ContactReadRow.reason), told, HIDDEN))
            )
    row.name = row.phone = row.note = None
    await session.flush()
    return True


def _erased(row: ContactRow) -> bool:
    return row.name is None and row.phone is None and row.note is None


def _contact(row: ContactRow) -> Contact:
    # What was stored was valid by the rules of its day; reading must not fail on stricter rules of ours.
    return Contact.model_construct(name=row.name, phone=row.phone, note=row.note)


def _masked_name(name: str | None) -> str | None:
    return f"{name[0]}**" if name else None


def _masked_phone(phone: str | None) -> str | None:
    """First three and last four digits for mobile numbers, the last two for shorter ones."""
    if not phone:
        return None
    digits = re.sub(r"\D", "", phone)[-11:]  # without the country code
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}"
