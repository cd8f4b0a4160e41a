"""People as administrators see them: found, opened, and read with every post they hold or held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen
from models.city.administering import Administrator
from models.city.people import Role
from models.queries.cursors import decode, encode
from models.queries.desk_posts import PostLine, posts_of
from models.tables.people import PersonRow, PostRow
from models.tables.sessions import SessionRow
from models.tables.types import below
from models.tables.units import UnitRow


class PersonNotFound(LookupError):
    """No such person in the administrator's area."""


class AccountState(StrEnum):
    """Which accounts are wanted."""

    OPEN = "open"
    CLOSED = "closed"
    FIRST = "first"  # with a password that is still to be replaced
    IDLE = "idle"  # open, without any post


class PeopleFilter(Frozen):
    """Which people are wanted."""

    words: str = ""
    """Part of the name or of the login, literally."""
    within: str | None = None
    """The path at or below which they hold a post."""
    role: Role | None = None
    state: AccountState | None = None


class PersonLine(Frozen):
    """A person in a list, with the posts held now or from a later day on."""

    id: str
    login: str
    name: str
    active: bool
    must_change_password: bool
    posts: tuple[PostLine, ...]


class PersonDetail(PersonLine):
    """A person, with the posts of the past as well."""

    phone: str | None
    created_at: datetime
    password_changed_at: datetime
    sessions: int
    """Places where the person is signed in."""
    theirs: bool
    """Whether the account itself is the administrator's to change: no post lies outside of the area."""


class PeoplePage(Frozen):
    """Part of a list of people, in the order of their logins."""

    items: tuple[PersonLine, ...]
    next: str | None
    total: int


async def list_people(
    session: AsyncSession,
    by: Administrator,
    wanted: PeopleFilter,
    at: datetime,
    cursor: str | None = None,
    limit: int = 50,
) -> PeoplePage:
    """The people whom the administrator may see, in the order of their logins. Three queries. BadCursor."""
    conditions = [known_to(by, at), *_conditions(wanted, at)]
    total = await session.scalar(select(func.count()).select_from(PersonRow).where(*conditions))
    statement = select(PersonRow).where(*conditions)
    if cursor is not None:
        statement = statement.where(col(PersonRow.login) > decode(cursor, str))
    rows = (await session.execute(statement.order_by(col(PersonRow.login)).limit(limit + 1))).scalars().all()
    shown = rows[:limit]
    posts = await posts_of(session, by, [row.id for row in shown], at)
    items = tuple(
        PersonLine(
            id=row.id,
            login=row.login,
            name=row.name,
            active=row.active,
            must_change_password=row.must_change_password,
            posts=posts.get(row.id, ()),
        )
        for row in shown
    )
    return PeoplePage(
        items=items, next=encode(items[-1].login) if len(rows) > limit else None, total=total or 0
    )


async def find_person(session: AsyncSession, by: Administrator, person_id: str, at: datetime) -> PersonDetail:
    """One person with every post, the present ones first. Three queries. Raises PersonNotFound."""
    row = await person_row(session, by, person_id, at)
    posts = (await posts_of(session, by, [row.id], at, past=True)).get(row.id, ())
    sessions = await session.scalar(
        select(func.count())
        .select_from(SessionRow)
        .where(
            col(SessionRow.person_id) == row.id,
            col(SessionRow.revoked_at).is_(None),
            col(SessionRow.expires_at) > at,
        )
    )
    return PersonDetail(
        id=row.id,
        login=row.login,
        name=row.name,
        active=row.active,
        must_change_password=row.must_change_password,
        posts=posts,
        phone=row.phone,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        sessions=sessions or 0,
        theirs=all(post.inside for post in posts if not post.over(at)),
    )


async def person_row(session: AsyncSession, by: Administrator, person_id: str, at: datetime) -> PersonRow:
    """The row of a person whom the administrator may see. Raises PersonNotFound."""
    statement = select(PersonRow).where(col(PersonRow.id) == person_id, known_to(by, at))
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise PersonNotFound(person_id)
    return row


def known_to(by: Administrator, at: datetime) -> ColumnElement[bool]:
    """Whether a row of `people` is somebody the administrator may see.

    It is who holds a post in the area, or who holds none any more and held one there. Who administers the
    whole city sees everybody.
    """
    if by.whole_city:
        return col(PersonRow.id).is_not(None)
    here = and_(_held(at), col(PostRow.unit_id).in_(_units_of(by.paths)))
    once = and_(col(PostRow.person_id) == col(PersonRow.id), col(PostRow.unit_id).in_(_units_of(by.paths)))
    return or_(exists().where(here), and_(~exists().where(_held(at)), exists().where(once)))


def _held(at: datetime) -> ColumnElement[bool]:
    """A post of the person's that is not over."""
    return and_(
        col(PostRow.person_id) == col(PersonRow.id),
        or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
    )


def _units_of(paths: Sequence[str]) -> ColumnElement[str]:
    return select(col(UnitRow.id)).where(below(col(UnitRow.path), paths)).scalar_subquery()


def _conditions(wanted: PeopleFilter, at: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    words = wanted.words.strip()
    if words:
        found.append(
            or_(
                col(PersonRow.name).contains(words, autoescape=True),
                col(PersonRow.login).contains(words.lower(), autoescape=True),
            )
        )
    held = [_held(at)]
    if wanted.within is not None:
        held.append(col(PostRow.unit_id).in_(_units_of([wanted.within])))
    if wanted.role is not None:
        held.append(col(PostRow.role) == wanted.role)
    if len(held) > 1:
        found.append(exists().where(*held))
    match wanted.state:
        case AccountState.OPEN:
            found.append(col(PersonRow.active).is_(True))
        case AccountState.CLOSED:
            found.append(col(PersonRow.active).is_(False))
        case AccountState.FIRST:
            found += [col(PersonRow.active).is_(True), col(PersonRow.must_change_password).is_(True)]
        case AccountState.IDLE:
            found += [col(PersonRow.active).is_(True), ~exists().where(_held(at))]
    return found
