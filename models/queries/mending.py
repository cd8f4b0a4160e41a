"""Mending records after a store was set back: facts that come home, facts that give way, case numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, cast, delete, func, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from models.case.dossier import Rulebook
from models.case.sealing import SealedFact
from models.case.state import Case
from models.city.administering import Deed
from models.city.people import SYSTEM
from models.queries.case_rows import fact_row
from models.queries.projection import project
from models.tables.attachments import AttachmentRow
from models.tables.cases import CaseRow, FactRow, MessageRow
from models.tables.contacts import ContactRow
from models.tables.intakes import CASE_NUMBERS, IntakeRow
from models.tables.journal import JournalRow

MARGIN: Final = 1000
"""How far beyond the greatest known number the counter is set: some were given out and left no trace."""


async def bring_home(connection: AsyncConnection, case: Case, facts: Sequence[SealedFact]) -> None:
    """Write facts that the records lack, and `case`, the state after all its facts. The caller commits.

    Raises Forked when others stand in their places, IntegrityError when a unit they name is not known.
    """
    await project(connection, case.but(book=Rulebook(), special=None), facts)


async def gone(session: AsyncSession, number: str, facts: Sequence[SealedFact]) -> list[str]:
    """What these facts speak of and the records no longer have: nobody can bring it back."""
    found = []
    if facts[0].seq == 1:
        taken_in = await session.scalar(select(col(IntakeRow.key)).where(col(IntakeRow.case_no) == number))
        if taken_in is None:
            found.append("the report's own key: sent again, the report would become another case")
    contacts = {str(fact.body["contact"]) for fact in facts if fact.body.get("contact")}
    kept = await session.scalars(
        select(col(ContactRow.reference)).where(col(ContactRow.reference).in_(contacts))
    )
    if lost := contacts - set(kept):
        found.append(f"personal data: how to reach who reported ({', '.join(sorted(lost))})")
    pictures = {str(picture) for fact in facts for picture in fact.body.get("attachments", ())}
    kept = await session.scalars(select(col(AttachmentRow.id)).where(col(AttachmentRow.id).in_(pictures)))
    if lost := pictures - set(kept):
        found.append(f"pictures: {', '.join(sorted(lost))}")
    return found


async def give_way(session: AsyncSession, number: str, fork: int) -> None:
    """Take the facts from `fork` on, and what was told of them, out of the records; the caller commits.

    The one exception from append-only, for a fork that somebody has decided. They must be in the journal in
    the same transaction. Only the tables' owner can do it.
    """
    await session.execute(text("ALTER TABLE facts DISABLE TRIGGER facts_append_only"))
    for table, place in ((FactRow, FactRow.seq), (MessageRow, MessageRow.seq)):
        await session.execute(delete(table).where(col(table.case_number) == number, col(place) >= fork))
    await session.execute(delete(CaseRow).where(col(CaseRow.number) == number))
    await session.execute(text("ALTER TABLE facts ENABLE TRIGGER facts_append_only"))


async def write_down_lost(
    session: AsyncSession, case: Case, lost: Sequence[SealedFact], at: datetime, reason: str
) -> None:
    """Put facts that are no longer part of the case into the journal, whole, for auditors to read."""
    facts: list[dict[str, Any]] = [fact_row(case.number, fact) for fact in lost]
    session.add(
        JournalRow(
            at=at,
            person_id=SYSTEM.person,
            unit_id=case.chain[0].id,
            deed=Deed.CASE_REPAIRED,
            subject=case.number,
            name=case.matter.name.zh,
            path=case.place.path,
            before={"facts": facts},
            after={"version": case.version, "head": case.head},
            reason=reason,
        )
    )
    await session.flush()


async def greatest_number(session: AsyncSession, numbers: Sequence[str] = ()) -> int:
    """The greatest counter in any case number that the records know, or among `numbers`; 0 if none."""
    counter = cast(func.split_part(col(CaseRow.number), "-", 2), BigInteger)
    taken = cast(func.split_part(col(IntakeRow.case_no), "-", 2), BigInteger)
    both = union(select(func.max(counter).label("n")), select(func.max(taken).label("n"))).subquery()
    known = await session.scalar(select(func.max(both.c.n))) or 0
    return max([known, *(int(number.rpartition("-")[2]) for number in numbers)])


async def counter(session: AsyncSession) -> int:
    """The last case number that was given out."""
    name = CASE_NUMBERS.name
    value = await session.scalar(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"))  # noqa: S608
    return int(value or 0)


async def move_counter(session: AsyncSession, beyond: int) -> int:
    """Let the counter go on a margin beyond that number, never back; where it stands then."""
    to = func.greatest(beyond + MARGIN, CASE_NUMBERS.next_value())
    return int(await session.scalar(select(func.setval(CASE_NUMBERS.name, to))) or 0)
