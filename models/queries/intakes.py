"""Taking a report in: one idempotency key, one case number, one stored contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.clocks.calendar import city_date
from models.queries.contacts import Contact, new_reference, store_contact
from models.tables.intakes import CASE_NUMBERS, IntakeRow
from models.tables.types import Instant

DIGITS: Final = 6
"""Least digits of the counter; it grows beyond a million by itself."""


class Intake(Frozen):
    """A report that was taken in, now or by an earlier try with the same key."""

    case_no: str
    contact_reference: str | None
    taken_at: datetime
    """When the first try was taken in (UTC): the case's clocks count from here, not from the retry."""
    repeated: bool
    """Whether an earlier try had already been taken in."""


class KeyUsedForAnother(Exception):
    """The same key came with another content; `case_no` is the case that the key already stands for."""

    def __init__(self, case_no: str) -> None:
        super().__init__(f"the idempotency key already stands for case {case_no}")
        self.case_no = case_no


async def take_in(
    session: AsyncSession, person_id: str, key: str, fingerprint: str, contact: Contact | None, at: datetime
) -> Intake:
    """Give the report a case number, once per person and key, and store how to reach the reporter.

    `at` is the instant of the report (with its zone); its day in Shanghai opens the number. Concurrent
    calls with the same key wait for the first one's commit and then return its number; the contact of a
    repetition is not stored again. Numbers may have gaps, never twins.

    Raises KeyUsedForAnother when the key was used before with another fingerprint.
    """
    reference = new_reference() if contact is not None else None
    counter = select(cast(CASE_NUMBERS.next_value(), Text).label("counter")).subquery()
    padded = func.lpad(counter.c.counter, func.greatest(DIGITS, func.length(counter.c.counter)), "0")
    values: dict[str, ColumnElement[Any]] = {
        "person_id": literal(person_id, Text),
        "key": literal(key, Text),
        "case_no": literal(f"{city_date(at):%Y%m%d}-", Text).concat(padded),
        "fingerprint": literal(fingerprint, Text),
        "contact_reference": literal(reference, Text),
        "created_at": literal(at, Instant),
    }
    inserted = await session.execute(
        insert(IntakeRow)
        .from_select(list(values), select(*list(values.values())).select_from(counter))
        .on_conflict_do_nothing(index_elements=["person_id", "key"])
        .returning(col(IntakeRow.case_no))
    )
    case_no = inserted.scalar_one_or_none()
    if case_no is not None:
        if contact is not None and reference is not None:
            await store_contact(session, reference, contact, at)
        return Intake(case_no=case_no, contact_reference=reference, taken_at=at, repeated=False)

    row = (
        await session.execute(
            select(IntakeRow).where(col(IntakeRow.person_id) == person_id, col(IntakeRow.key) == key)
        )
    ).scalar_one()
    if row.fingerprint != fingerprint:
        raise KeyUsedForAnother(row.case_no)
    return Intake(
        case_no=row.case_no,
        contact_reference=row.contact_reference,
        taken_at=row.created_at,
        repeated=True,
    )


async def taken_in(session: AsyncSession, person_id: str, key: str) -> bool:
    """Whether the person has reported something under this key already."""
    known = exists().where(col(IntakeRow.person_id) == person_id, col(IntakeRow.key) == key)
    return bool(await session.scalar(select(known)))
