"""Accounts opened, changed, closed and given back, each change journalled in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.case.state import TaskState
from models.city.administering import Administrator, Deed
from models.queries.admin_refusals import AccountBeyondArea, LastAdministrator, LoginTaken
from models.queries.journal import note
from models.queries.people import new_person_id
from models.queries.people_admin import person_row
from models.queries.post_admin import NewPost, administrators_of_the_city, give_post
from models.tables.cases import TaskRow
from models.tables.people import PersonRow, PostRow
from models.tables.sessions import SessionRow
from models.tables.units import UnitRow

Login = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{2,39}$", max_length=40
    ),
]
"""Three to forty letters, digits, dots, dashes; kept in lower case."""
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Telephone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{4,22}[0-9]$", max_length=24)
]


class NewPerson(Frozen):
    """Somebody who is to have an account, and the post for which."""

    login: Login
    name: PersonName
    phone: Telephone | None = None
    post: NewPost


class Closing(Frozen):
    """What closing an account would do."""

    sessions: int
    """Places where the person would be signed out."""
    posts: int
    """Posts that would be without anybody to act under them; they are not ended."""
    tasks: int
    """Tasks that the person has claimed and not finished."""


async def create_person(
    session: AsyncSession, by: Administrator, person: NewPerson, password_hash: str, at: datetime
) -> str:
    """Open an account with its first post; the new person's id. The caller commits.

    The password is good for choosing another one only. Raises LoginTaken, and what `give_post` raises.
    """
    person_id = new_person_id()
    made = await session.scalar(
        insert(PersonRow)
        .values(
            id=person_id,
            login=person.login,
            name=person.name,
            phone=person.phone,
            password_hash=password_hash,
            active=True,
            created_at=at,
            password_changed_at=at,
            must_change_password=True,
        )
        .on_conflict_do_nothing()
        .returning(col(PersonRow.id))
    )
    if made is None:
        raise LoginTaken
    row = await session.get_one(PersonRow, person_id)
    await _note(session, by, Deed.PERSON_CREATED, row, at, person.post.unit, after=_shown(row))
    await give_post(session, by, row, person.post, at)
    return person_id


async def change_person(
    session: AsyncSession,
    by: Administrator,
    person_id: str,
    at: datetime,
    *,
    name: str,
    phone: str | None,
    reason: str = "",
) -> None:
    """Give the person another name or phone. Raises PersonNotFound, AccountBeyondArea."""
    row = await account(session, by, person_id, at)
    before = _shown(row)
    row.name, row.phone = name, phone
    if _shown(row) != before:
        await _note(session, by, Deed.PERSON_CHANGED, row, at, None, before, _shown(row), reason)


async def closing(session: AsyncSession, person_id: str, at: datetime) -> Closing:
    """What closing the account would do, for people to read before they confirm. One query."""
    sessions = (
        select(func.count())
        .select_from(SessionRow)
        .where(
            col(SessionRow.person_id) == person_id,
            col(SessionRow.revoked_at).is_(None),
            col(SessionRow.expires_at) > at,
        )
    )
    posts = (
        select(func.count())
        .select_from(PostRow)
        .where(
            col(PostRow.person_id) == person_id, or_(col(PostRow.until).is_(None), col(PostRow.until) > at)
        )
    )
    tasks = (
        select(func.count())
        .select_from(TaskRow)
        .where(
            col(TaskRow.person) == person_id, col(TaskRow.state).in_([TaskState.CLAIMED, TaskState.ARRIVED])
        )
    )
    found = await session.execute(
        select(sessions.scalar_subquery(), posts.scalar_subquery(), tasks.scalar_subquery())
    )
    signed_in, held, claimed = found.one()
    return Closing(sessions=signed_in, posts=held, tasks=claimed)


async def close_account(
    session: AsyncSession, by: Administrator, person_id: str, at: datetime, reason: str
) -> Sequence[str]:
    """Close the account; the ids of the sessions that this ended. Closing twice changes nothing.

    Raises PersonNotFound, AccountBeyondArea, LastAdministrator.
    """
    row = await account(session, by, person_id, at)
    if not row.active:
        return ()
    if await administrators_of_the_city(session, at) == {row.id}:
        raise LastAdministrator
    row.active = False
    await _note(session, by, Deed.PERSON_CLOSED, row, at, None, {"active": True}, {"active": False}, reason)
    return await end_sessions(session, row.id, at)


async def reopen_account(
    session: AsyncSession, by: Administrator, person_id: str, at: datetime, reason: str = ""
) -> None:
    """Open a closed account again, with the password it had. Raises PersonNotFound, AccountBeyondArea."""
    row = await account(session, by, person_id, at)
    if row.active:
        return
    row.active = True
    await _note(session, by, Deed.PERSON_REOPENED, row, at, None, {"active": False}, {"active": True}, reason)


async def reset_password(
    session: AsyncSession, by: Administrator, person_id: str, password_hash: str, at: datetime, reason: str
) -> Sequence[str]:
    """Give the account a password that is good for choosing another one only; the sessions this ended.

    Raises PersonNotFound, AccountBeyondArea.
    """
    row = await account(session, by, person_id, at)
    row.password_hash, row.password_changed_at, row.must_change_password = password_hash, at, True
    await _note(session, by, Deed.PASSWORD_RESET, row, at, None, reason=reason)
    return await end_sessions(session, row.id, at)


async def end_sessions(session: AsyncSession, person_id: str, at: datetime) -> Sequence[str]:
    """Sign the person out everywhere; the ids of the sessions that were open."""
    ended = await session.execute(
        update(SessionRow)
        .where(col(SessionRow.person_id) == person_id, col(SessionRow.revoked_at).is_(None))
        .values(revoked_at=at)
        .returning(col(SessionRow.id))
    )
    return ended.scalars().all()


async def account(session: AsyncSession, by: Administrator, person_id: str, at: datetime) -> PersonRow:
    """The row of a person whose account is the administrator's to change, locked.

    An account with a post outside of the area is not: its password would open that post too. Raises
    PersonNotFound, AccountBeyondArea.
    """
    row = await person_row(session, by, person_id, at)
    paths = await session.scalars(
        select(col(UnitRow.path))
        .join(PostRow, col(PostRow.unit_id) == col(UnitRow.id))
        .where(col(PostRow.person_id) == row.id, or_(col(PostRow.until).is_(None), col(PostRow.until) > at))
    )
    if not all(by.administers(path) for path in paths):
        raise AccountBeyondArea
    await session.refresh(row, with_for_update=True)
    return row


def _shown(row: PersonRow) -> dict[str, Any]:
    """What the journal keeps of an account."""
    return {"login": row.login, "name": row.name, "phone": row.phone}


async def _note(
    session: AsyncSession,
    by: Administrator,
    deed: Deed,
    row: PersonRow,
    at: datetime,
    unit_id: str | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Journal it where the person's first post in the administrator's area is, so that its readers see it."""
    statement = select(col(UnitRow.path))
    if unit_id is not None:
        statement = statement.where(col(UnitRow.id) == unit_id)
    else:
        statement = (
            statement.join(PostRow, col(PostRow.unit_id) == col(UnitRow.id))
            .where(col(PostRow.person_id) == row.id)
            .order_by(col(PostRow.until).desc().nulls_first(), col(PostRow.since))
        )
    path = await session.scalar(statement.limit(1))
    await note(
        session,
        by,
        deed,
        subject=row.id,
        name=row.name,
        at=at,
        path=path or by.paths[0],
        before=before,
        after=after,
        reason=reason,
    )
