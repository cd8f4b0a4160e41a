"""Attachments: noting an upload, and finding one that the caller may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case.jurisdiction import sight
from models.city.people import Principal
from models.queries.jurisdiction import visible
from models.tables.attachments import AttachmentRow
from models.tables.cases import CaseRow


async def add_attachment(session: AsyncSession, row: AttachmentRow) -> None:
    """Add the row of an upload whose bytes are already stored."""
    session.add(row)
    await session.flush()


async def readable_attachment(
    session: AsyncSession, principal: Principal, attachment_id: str
) -> AttachmentRow | None:
    """The attachment, if there is one and the principal may see it.

    One answer for "is not there" and "is not yours": a guessed id learns nothing.
    """
    statement = select(AttachmentRow).where(col(AttachmentRow.id) == attachment_id, readable_by(principal))
    return (await session.execute(statement)).scalar_one_or_none()


async def require_own(session: AsyncSession, person_id: str, ids: Sequence[str]) -> list[str]:
    """Which of `ids` are no pictures that the person sent up; empty when all are."""
    if not ids:
        return []
    own = select(col(AttachmentRow.id)).where(
        col(AttachmentRow.id).in_(list(ids)), col(AttachmentRow.uploaded_by) == person_id
    )
    found = set((await session.execute(own)).scalars())
    return [i for i in ids if i not in found]


def readable_by(principal: Principal) -> ColumnElement[bool]:
    """Whether a row is the principal's own, or belongs to a case that the principal may see."""
    of_a_visible_case = exists().where(
        col(CaseRow.number) == col(AttachmentRow.case_no), visible(sight(principal))
    )
    return or_(col(AttachmentRow.uploaded_by) == principal.person, of_a_visible_case)
