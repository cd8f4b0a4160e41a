"""Posts given and ended, inside the administrator's area only, each change journalled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Words
from models.case.appointing import fits
from models.case.permissions import SERVES
from models.city.administering import Administrator, Deed
from models.city.people import Rank, Role
from models.city.units import UnitKind
from models.queries.admin_refusals import (
    AccountClosed,
    AlreadyHeld,
    LastAdministrator,
    RoleUnfit,
    UnitOutside,
)
from models.queries.journal import note
from models.queries.people import new_post_id
from models.tables.people import PersonRow, PostRow
from models.tables.types import below
from models.tables.units import UnitRow


class PostNotFound(LookupError):
    """No such post in the administrator's area, or it is over."""


class NewPost(Frozen):
    """A post to be given."""

    unit: str
    role: Role
    rank: Rank | None = None
    since: datetime | None = None
    """None: from now on."""
    until: datetime | None = None
    reason: str = ""


async def give_post(
    session: AsyncSession, by: Administrator, person: PersonRow, post: NewPost, at: datetime
) -> str:
    """Give `person`, whom the administrator may see, a post; its id. The caller commits.

    Raises UnitOutside, RoleUnfit, AccountClosed, AlreadyHeld.
    """
    unit = await administered_unit(session, by, post.unit)
    _require_fit(unit.kind, post)
    if not person.active:
        raise AccountClosed
    since = max(post.since or at, at)
    if post.until is not None and post.until <= since:
        raise RoleUnfit(Words(zh="结束时间应晚于开始时间", en="It ends before it begins"), field="until")
    twin = await session.scalar(
        select(col(PostRow.id)).where(
            col(PostRow.person_id) == person.id,
            col(PostRow.unit_id) == unit.id,
            col(PostRow.role) == post.role,
            or_(col(PostRow.until).is_(None), col(PostRow.until) > since),
        )
    )
    if twin is not None:
        raise AlreadyHeld
    row = PostRow(
        id=new_post_id(),
        person_id=person.id,
        unit_id=unit.id,
        role=post.role,
        rank=post.rank,
        since=since,
        until=post.until,
    )
    session.add(row)
    await session.flush()
    await _note(session, by, Deed.POST_GIVEN, person, unit, row, at, post.reason)
    return row.id


async def end_post(session: AsyncSession, by: Administrator, post_id: str, at: datetime, reason: str) -> str:
    """End a post now, or undo one that was to begin later; the person's id. The caller commits.

    Raises PostNotFound, LastAdministrator.
    """
    found = (
        await session.execute(
            select(PostRow, UnitRow, PersonRow)
            .join(UnitRow, col(UnitRow.id) == col(PostRow.unit_id))
            .join(PersonRow, col(PersonRow.id) == col(PostRow.person_id))
            .where(
                col(PostRow.id) == post_id,
                or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
                below(col(UnitRow.path), by.paths),
            )
            .with_for_update(of=PostRow)
        )
    ).one_or_none()
    if found is None:
        raise PostNotFound(post_id)
    post, unit, person = found
    if post.role is Role.ADMINISTRATOR and unit.kind is UnitKind.CITY:
        others = await administrators_of_the_city(session, at, without=post.id)
        if not others:
            raise LastAdministrator
    post.since, post.until = min(post.since, at), at  # one that has not begun was never held
    await session.flush()
    await _note(session, by, Deed.POST_ENDED, person, unit, post, at, reason)
    return person.id


async def administered_unit(session: AsyncSession, by: Administrator, unit_id: str) -> UnitRow:
    """The active unit with this id, if it lies in the administrator's area. Raises UnitOutside."""
    row = await session.scalar(
        select(UnitRow).where(
            col(UnitRow.id) == unit_id, col(UnitRow.active), below(col(UnitRow.path), by.paths)
        )
    )
    if row is None:
        raise UnitOutside
    return row


async def administrators_of_the_city(
    session: AsyncSession, at: datetime, without: str | None = None
) -> set[str]:
    """The people with open accounts who administer the whole city at `at`; `without` one post, if named."""
    statement = (
        select(col(PersonRow.id))
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.id))
        .join(UnitRow, col(UnitRow.id) == col(PostRow.unit_id))
        .where(
            col(PersonRow.active),
            col(PostRow.role) == Role.ADMINISTRATOR,
            col(UnitRow.kind) == UnitKind.CITY,
            col(PostRow.since) <= at,
            or_(col(PostRow.until).is_(None), col(PostRow.until) > at),
        )
        .with_for_update(of=[PostRow, PersonRow])  # two that end each other must not both succeed
    )
    if without is not None:
        statement = statement.where(col(PostRow.id) != without)
    return set((await session.scalars(statement)).all())


def _require_fit(kind: UnitKind, post: NewPost) -> None:
    if not fits(kind, post.role):
        raise RoleUnfit(Words(zh="该单位没有这种岗位", en="That unit has no such post"))
    if post.rank is not None and post.role not in SERVES[kind]:
        raise RoleUnfit(
            Words(zh="只有承办岗位分A、B角", en="Only posts that work the desk have a rank"), field="rank"
        )


async def _note(
    session: AsyncSession,
    by: Administrator,
    deed: Deed,
    person: PersonRow,
    unit: UnitRow,
    post: PostRow,
    at: datetime,
    reason: str,
) -> None:
    shown = {
        "post": post.id,
        "unit": unit.id,
        "unit_name": unit.name,
        "role": post.role.value,
        "rank": post.rank.value if post.rank else None,
        "since": post.since.isoformat(),
        "until": post.until.isoformat() if post.until else None,
    }
    given = deed is Deed.POST_GIVEN
    await note(
        session,
        by,
        deed,
        subject=person.id,
        name=person.name,
        at=at,
        path=unit.path,
        before=None if given else shown,
        after=shown if given else None,
        reason=reason,
    )
