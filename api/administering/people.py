"""People and their posts: each deed in one transaction, with whatever must be forgotten afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.errors import NotFound
from api.services import Services
from models.base import Frozen
from models.city.administering import Administrator
from models.queries.account_changes import (
    NewPerson,
    change_person,
    close_account,
    create_person,
    reopen_account,
    reset_password,
)
from models.queries.people_admin import PersonNotFound, person_row
from models.queries.post_admin import NewPost, PostNotFound, end_post, give_post
from models.tables.sessions import SessionRow
from runtime.first_password import first_password


class Credentials(Frozen):
    """What a person signs in with the first time. Told once, and kept nowhere."""

    person: str
    password: str


async def hire(house: Services, by: Administrator, person: NewPerson) -> Credentials:
    """Open an account with its first post. Raises LoginTaken and what giving a post raises."""
    password = first_password()
    hashed = await house.passwords.hash(password)
    async with house.sessions.write() as session:
        person_id = await create_person(session, by, person, hashed, datetime.now(UTC))
    return Credentials(person=person_id, password=password)


async def correct(
    house: Services, by: Administrator, person_id: str, *, name: str, phone: str | None, reason: str
) -> None:
    """Give a person another name or phone. Raises NotFound, AccountBeyondArea."""
    try:
        async with house.sessions.write() as session:
            await change_person(
                session, by, person_id, datetime.now(UTC), name=name, phone=phone, reason=reason
            )
    except PersonNotFound as missing:
        raise NotFound from missing


async def close(house: Services, by: Administrator, person_id: str, reason: str) -> int:
    """Close an account; how many sessions that ended.

    Raises NotFound, AccountBeyondArea, LastAdministrator.
    """
    try:
        async with house.sessions.write() as session:
            ended = await close_account(session, by, person_id, datetime.now(UTC), reason)
    except PersonNotFound as missing:
        raise NotFound from missing
    return _forget(house, ended)


async def reopen(house: Services, by: Administrator, person_id: str, reason: str) -> None:
    """Open a closed account again. Raises NotFound, AccountBeyondArea."""
    try:
        async with house.sessions.write() as session:
            await reopen_account(session, by, person_id, datetime.now(UTC), reason)
    except PersonNotFound as missing:
        raise NotFound from missing


async def give_new_password(house: Services, by: Administrator, person_id: str, reason: str) -> Credentials:
    """Replace a forgotten password and end the person's sessions. Raises NotFound, AccountBeyondArea."""
    password = first_password()
    hashed = await house.passwords.hash(password)
    try:
        async with house.sessions.write() as session:
            ended = await reset_password(session, by, person_id, hashed, datetime.now(UTC), reason)
    except PersonNotFound as missing:
        raise NotFound from missing
    _forget(house, ended)
    return Credentials(person=person_id, password=password)


async def appoint(house: Services, by: Administrator, person_id: str, post: NewPost) -> str:
    """Give a person a post; its id. In force here at once, in other processes within seconds.

    Raises NotFound, UnitOutside, RoleUnfit, AccountClosed, AlreadyHeld.
    """
    try:
        async with house.sessions.write() as session:
            now = datetime.now(UTC)
            person = await person_row(session, by, person_id, now)
            post_id = await give_post(session, by, person, post, now)
            known = await _sessions(session, person_id)
    except PersonNotFound as missing:
        raise NotFound from missing
    _forget(house, known)
    return post_id


async def dismiss(house: Services, by: Administrator, post_id: str, reason: str) -> str:
    """End a post; the id of who held it. Raises NotFound, LastAdministrator."""
    try:
        async with house.sessions.write() as session:
            person_id = await end_post(session, by, post_id, datetime.now(UTC), reason)
            known = await _sessions(session, person_id)
    except PostNotFound as missing:
        raise NotFound from missing
    _forget(house, known)
    return person_id


async def _sessions(session: AsyncSession, person_id: str) -> list[str]:
    statement = select(col(SessionRow.id)).where(
        col(SessionRow.person_id) == person_id, col(SessionRow.revoked_at).is_(None)
    )
    return list((await session.scalars(statement)).all())


def _forget(house: Services, sessions: Iterable[str]) -> int:
    """Look these sessions up afresh next time; how many."""
    known = list(sessions)
    for session_id in known:
        house.directory.forget(session_id)
    return len(known)
