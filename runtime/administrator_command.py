"""`shaodao administrator`: the way in for the first administrator, and back in for one who is locked out.

Whoever can run this reads the database's password anyway, so nothing more is asked of them. It is journalled
in the system's name.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

import typer
from pwdlib import PasswordHash
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.city.administering import Administrator
from models.city.people import SYSTEM, Post, Role
from models.city.units import UnitKind, UnitRef
from models.queries.account_changes import (
    Login,
    NewPerson,
    PersonName,
    create_person,
    reopen_account,
    reset_password,
)
from models.queries.post_admin import NewPost
from models.tables.people import PersonRow, PostRow
from models.tables.units import UnitRow
from runtime.command_line import refuse
from runtime.database import Sessions, create_engine
from runtime.first_password import first_password
from runtime.settings import Settings

REASON: Final = "shaodao administrator"


class NoUnits(LookupError):
    """The database has no city yet."""


class SomebodyElses(LookupError):
    """The login belongs to somebody who does not administer the city: a slip would take their account."""


def let_in(settings: Settings, login: str, name: str) -> None:
    """Open an account for `login` that administers the city, or let the administrator there in again.

    Prints the password, once. Leaves with exit code 2 and a reason for a login or a name that cannot be one,
    for the login of somebody who does not administer the city, and for a database without units.
    """
    try:
        login = TypeAdapter[str](Login).validate_python(login)
        name = TypeAdapter[str](PersonName).validate_python(name)
    except ValidationError:
        refuse("A login is 3 to 40 letters, digits, dots or dashes; a name 1 to 40 characters.")
    password = first_password()
    try:
        opened = asyncio.run(_let_in(settings, login, name, PasswordHash.recommended().hash(password)))
    except NoUnits:
        refuse("There are no units yet: run `shaodao up` once with these settings, it fills the database.")
    except SomebodyElses:
        refuse(f"{login} is the login of somebody who does not administer the city: choose another one.")
    typer.echo(f"{'Opened' if opened else 'A new password for'} {login}, administrator of the whole city.")
    typer.echo(f"The password, shown only now and good for choosing another one: {password}")


async def _let_in(settings: Settings, login: str, name: str, password_hash: str) -> bool:
    """Whether the account is a new one."""
    engine = create_engine(settings, application="shaodao-administrator")
    try:
        async with Sessions(engine).write() as session:
            return await _admit(session, login, name, password_hash, datetime.now(UTC))
    finally:
        await engine.dispose()


async def _admit(session: AsyncSession, login: str, name: str, password_hash: str, at: datetime) -> bool:
    city = await session.scalar(
        select(UnitRow).where(col(UnitRow.kind) == UnitKind.CITY, col(UnitRow.active)).limit(1)
    )
    if city is None:
        raise NoUnits
    unit = UnitRef(id=city.id, kind=city.kind, name=city.name, path=city.path)
    by = Administrator(
        person=SYSTEM.person, posts=(Post(id=SYSTEM.person, unit=unit, role=Role.ADMINISTRATOR),)
    )
    post = NewPost(unit=unit.id, role=Role.ADMINISTRATOR, reason=REASON)
    person = await session.scalar(select(PersonRow).where(col(PersonRow.login) == login))
    if person is None:
        await create_person(session, by, NewPerson(login=login, name=name, post=post), password_hash, at)
        return True
    held = select(PostRow).where(
        col(PostRow.person_id) == person.id,
        col(PostRow.unit_id) == unit.id,
        col(PostRow.role) == Role.ADMINISTRATOR,
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
    )
    if await session.scalar(held) is None:
        raise SomebodyElses
    await reopen_account(session, by, person.id, at, REASON)
    await reset_password(session, by, person.id, password_hash, at, REASON)
    return False
