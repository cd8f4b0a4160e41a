"""Erasing what is kept of a reporter, on that person's request: contact, remarks, and traces of both.

Facts are not touched and hold nothing of it, so that chains stay whole and nothing brings it back: a rebuild
reads facts, and the same report sent again finds its number taken, with nothing to compare with.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.administering import Administrator, Deed
from models.queries.cases import CaseNotFound
from models.queries.contacts import erase_contact
from models.queries.journal import note
from models.tables.cases import CaseRow, FactRow
from models.tables.intakes import IntakeRow
from models.tables.trackings import RemarkRow, TrackingRow


class Erasure(Frozen):
    """What was erased; nothing of it where all had been erased before, or nothing was kept."""

    contact: bool
    """Whether there was a contact."""
    remarks: int
    """How many of their remarks beside evaluations there were."""


async def erase_reporter(
    session: AsyncSession, by: Administrator, number: str, at: datetime, reason: str
) -> Erasure:
    """Erase what is kept of whoever made the report `number`; journalled, and cannot be undone.

    Only the report's own number does it: of a merged report that one, not the case's it was merged into.
    What was written into the words of the case, and pictures, stay: they are facts and evidence.

    Raises CaseNotFound for a report that is not there or lies outside the administrator's area.
    """
    place = await session.scalar(select(col(CaseRow.place_path)).where(col(CaseRow.number) == number))
    if place is None or not by.administers(place):
        raise CaseNotFound(number)
    reference = await session.scalar(
        update(IntakeRow)
        .where(col(IntakeRow.case_no) == number)
        # The fingerprint is a hash of name and phone too: guessing them would find them.
        .values(fingerprint="")
        .returning(col(IntakeRow.contact_reference))
    )
    contact = await erase_contact(session, reference) if reference is not None else False
    remarks = await _erase_remarks(session, number)
    await note(
        session,
        by,
        Deed.REPORTER_ERASED,
        subject=number,
        name=number,
        at=at,
        path=place,
        after={"contact": contact, "remarks": remarks},
        reason=reason,
    )
    return Erasure(contact=contact, remarks=remarks)


async def _erase_remarks(session: AsyncSession, number: str) -> int:
    """Erase what whoever reported `number` wrote beside evaluations, on whichever case they were made."""
    reporter = select(col(TrackingRow.person)).where(col(TrackingRow.case_no) == number)
    theirs = select(FactRow.body["remark"].astext).where(
        col(FactRow.case_number) == col(RemarkRow.case_no),
        col(FactRow.kind) == "evaluated",
        FactRow.actor["person"].astext.in_(reporter),
    )
    erased = await session.execute(
        update(RemarkRow)
        .where(col(RemarkRow.words).is_not(None), col(RemarkRow.reference).in_(theirs))
        .values(words=None)
        .returning(col(RemarkRow.reference))
    )
    return len(erased.all())
