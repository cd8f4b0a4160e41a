"""Reading people: who signs in, and which posts they hold at an instant."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.people import Post, Principal
from models.queries.units import ref_columns, ref_of
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow


def new_person_id() -> str:
    """A fresh opaque identity for a person: 80 random bits."""
    return f"p_{_random()}"


def new_post_id() -> str:
    """A fresh opaque identity for a post: 80 random bits."""
    return f"post_{_random()}"


async def find_login(session: AsyncSession, login: str) -> PersonRow | None:
    """The active person who signs in with `login`, or none."""
    statement = select(PersonRow).where(col(PersonRow.login) == login, col(PersonRow.active))
    return (await session.execute(statement)).scalar_one_or_none()


async def principal_of(session: AsyncSession, person_id: str, at: datetime) -> Principal | None:
    """The person with the posts held at the instant `at` (in active units), oldest first, in one query.

    None when there is no such person or the account is closed; without posts it is a principal without
    rights. So is whoever has not yet replaced a password that somebody else knows.
    """
    held = and_(
        col(PostRow.person_id) == col(PersonRow.id),
        col(PostRow.since) <= at,
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
        col(PersonRow.must_change_password).is_(False),
    )
    statement = (
        select(col(PostRow.id).label("post_id"), col(PostRow.role), col(PostRow.rank), *ref_columns())
        .select_from(PersonRow)
        .outerjoin(PostRow, held)
        .outerjoin(UnitRow, and_(col(UnitRow.id) == col(PostRow.unit_id), col(UnitRow.active)))
        .where(col(PersonRow.id) == person_id, col(PersonRow.active))
        .order_by(col(PostRow.since), col(PostRow.id))
    )
    rows = (await session.execute(statement)).mappings().all()
    if not rows:
        return None
    posts = (
        Post(id=row["post_id"], unit=ref_of(row), role=row["role"], rank=row["rank"])
        for row in rows
        if row["unit_id"] is not None
    )
    return Principal(person=person_id, posts=tuple(posts))


def _random() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
