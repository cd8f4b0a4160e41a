"""Public contacts of units: reading them for a place, and publishing, changing and taking them down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.units import UnitRef
from models.tables.unit_contacts import ContactKind, UnitContactRow
from models.tables.units import UnitRow

PublicName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
PublicPhone = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=24, pattern=r"^(\+?[0-9][0-9 -]{1,22}[0-9])?$")
]
PublicNote = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]


class NewUnitContact(Frozen):
    """A contact to be published."""

    kind: ContactKind
    name: PublicName = ""
    phone: PublicPhone = ""
    note: PublicNote = ""


class UnitContact(NewUnitContact):
    """A published contact."""

    id: int
    unit_id: str


class UnitContactNotFound(LookupError):
    """No such contact at this unit."""


async def contacts_at(session: AsyncSession, unit_id: str) -> tuple[UnitContact, ...]:
    """What this unit itself publishes, by kind and age; one query."""
    statement = (
        select(UnitContactRow)
        .where(col(UnitContactRow.unit_id) == unit_id)
        .order_by(col(UnitContactRow.kind), col(UnitContactRow.id))
    )
    return tuple(map(_contact, (await session.execute(statement)).scalars()))


async def contacts_for(session: AsyncSession, chain: Sequence[UnitRef]) -> tuple[UnitContact, ...]:
    """Whom people at the end of `chain` (city first) call: for each kind what the nearest unit publishes.

    In the order of the kinds; one query.
    """
    statement = (
        select(UnitContactRow)
        .join(UnitRow, col(UnitRow.id) == col(UnitContactRow.unit_id))
        .where(col(UnitContactRow.unit_id).in_([unit.id for unit in chain]))
        .order_by(func.nlevel(col(UnitRow.path)).desc(), col(UnitContactRow.id))
    )
    nearest: dict[ContactKind, list[UnitContact]] = {}
    for row in (await session.execute(statement)).scalars():
        found = nearest.setdefault(row.kind, [])
        if not found or found[0].unit_id == row.unit_id:
            found.append(_contact(row))
    return tuple(contact for kind in ContactKind for contact in nearest.get(kind, ()))


async def publish_contact(
    session: AsyncSession, unit_id: str, contact: NewUnitContact, by: str, at: datetime
) -> UnitContact:
    """Publish a contact of the unit. That `by` administers the unit is for the caller to have checked."""
    row = UnitContactRow(**contact.model_dump(), unit_id=unit_id, changed_by=by, changed_at=at)
    session.add(row)
    await session.flush()
    return _contact(row)


async def change_contact(
    session: AsyncSession, unit_id: str, contact_id: int, contact: NewUnitContact, by: str, at: datetime
) -> None:
    """Publish it otherwise. Raises UnitContactNotFound."""
    done = await session.execute(
        update(UnitContactRow)
        .where(col(UnitContactRow.id) == contact_id, col(UnitContactRow.unit_id) == unit_id)
        .values(**contact.model_dump(), changed_by=by, changed_at=at)
        .returning(col(UnitContactRow.id))
    )
    if done.first() is None:
        raise UnitContactNotFound


async def withdraw_contact(session: AsyncSession, unit_id: str, contact_id: int) -> None:
    """Take it down. Raises UnitContactNotFound."""
    done = await session.execute(
        delete(UnitContactRow)
        .where(col(UnitContactRow.id) == contact_id, col(UnitContactRow.unit_id) == unit_id)
        .returning(col(UnitContactRow.id))
    )
    if done.first() is None:
        raise UnitContactNotFound


def _contact(row: UnitContactRow) -> UnitContact:
    # What was published was valid by the rules of its day; reading must not fail on stricter rules of ours.
    return UnitContact.model_construct(
        id=row.id or 0, unit_id=row.unit_id, kind=row.kind, name=row.name, phone=row.phone, note=row.note
    )
