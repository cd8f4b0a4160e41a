"""Which cases somebody may command from above: those whose holder lies at or below one of their posts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.people import Principal, Role
from models.tables.cases import CaseRow
from models.tables.types import below


async def commandable(
    session: AsyncSession, principal: Principal, roles: Collection[Role], numbers: Collection[str]
) -> frozenset[str]:
    """Of these cases, those held at or below a post with one of `roles`; one query, none for no such post.

    It is what `models.case.permissions` asks of `UPSTREAM` and `APPROVER`, for many cases at once.
    """
    paths = sorted({post.unit.path for post in principal.posts if post.role in roles})
    if not paths or not numbers:
        return frozenset()
    statement = select(col(CaseRow.number)).where(
        col(CaseRow.number).in_(numbers), below(col(CaseRow.holder_path), paths)
    )
    return frozenset((await session.execute(statement)).scalars())
