"""Residents' own things: the codes they follow reports by, and their words beside an evaluation."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.tracking_code import code_hash
from models.city.people import Principal, resident
from models.city.units import UnitRef
from models.queries.units import ref_columns, ref_of
from models.tables.trackings import RemarkRow, TrackingRow
from models.tables.units import UnitRow


class Tracking(Frozen):
    """What a tracking code stands for."""

    case_no: str
    person: str
    """The opaque identity under which the report was made."""
    place: UnitRef
    created_at: datetime

    @property
    def principal(self) -> Principal:
        """The resident, as the sender of commands to this one case."""
        return resident(self.person, self.place)


class Remark(Frozen):
    """What a resident wrote beside an evaluation."""

    reference: str
    words: str
    created_at: datetime


async def add_tracking(
    session: AsyncSession, code: str, case_no: str, person: str, unit_id: str, at: datetime
) -> None:
    """Let `code` (as `models.case.tracking_code.code_from` makes it) follow the case.

    The same resident's code follows the number given last: an earlier one may have got no further.
    """
    values = {
        "code_hash": code_hash(code),
        "case_no": case_no,
        "person": person,
        "unit_id": unit_id,
        "created_at": at,
    }
    statement = insert(TrackingRow).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["code_hash"],
            set_={"case_no": statement.excluded.case_no},
            where=col(TrackingRow.person) == person,
        )
    )


async def find_tracking(session: AsyncSession, code: str) -> Tracking | None:
    """What the code stands for, in one query; None if nobody was given it."""
    statement = (
        select(col(TrackingRow.case_no), col(TrackingRow.person), col(TrackingRow.created_at), *ref_columns())
        .join(UnitRow, col(UnitRow.id) == col(TrackingRow.unit_id))
        .where(col(TrackingRow.code_hash) == code_hash(code))
    )
    row = (await session.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return Tracking(
        case_no=row["case_no"], person=row["person"], place=ref_of(row), created_at=row["created_at"]
    )


async def keep_remark(session: AsyncSession, case_no: str, words: str, at: datetime) -> str:
    """Keep a resident's words apart from everything that travels; the reference by which facts name them."""
    reference = f"rw_{secrets.token_urlsafe(16)}"
    session.add(RemarkRow(reference=reference, case_no=case_no, words=words, created_at=at))
    await session.flush()
    return reference


async def drop_remark(session: AsyncSession, reference: str) -> None:
    """Forget words whose evaluation was refused: nothing names them."""
    await session.execute(delete(RemarkRow).where(col(RemarkRow.reference) == reference))


async def remarks_on(session: AsyncSession, case_no: str) -> tuple[Remark, ...]:
    """The words that residents wrote on a case, oldest first, without erased ones; one query.

    They may name people. Whether the reader may see the case is for the caller to have checked.
    """
    statement = (
        select(RemarkRow)
        .where(col(RemarkRow.case_no) == case_no, col(RemarkRow.words).is_not(None))
        .order_by(col(RemarkRow.created_at), col(RemarkRow.reference))
    )
    return tuple(
        Remark(reference=row.reference, words=row.words or "", created_at=row.created_at)
        for row in (await session.execute(statement)).scalars()
    )
