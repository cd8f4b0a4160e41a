"""Principals: who somebody is, and which posts they hold at an instant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.city.demonstration import demo_people
from models.city.people import Rank, Role
from models.queries.people import find_login, new_person_id, new_post_id, principal_of
from models.tables.people import PersonRow, PostRow
from runtime.database import Sessions
from tests.models.queries.city import ready

IDS = {person.login: person.id for person in demo_people()}


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """A transaction that is undone after the test."""
    await ready(engine)
    async with AsyncSession(engine) as session, session.begin() as transaction:
        yield session
        await transaction.rollback()


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_principal_has_the_posts_with_their_units(session: AsyncSession) -> None:
    principal = await principal_of(session, IDS["dongguan-g18-b"], now())
    assert principal is not None
    (post,) = principal.posts
    assert (post.unit.id, post.role, post.rank) == ("500120001005-g18", Role.GRID_HEAD, Rank.B)
    assert post.unit.has_deputy


async def test_two_posts(session: AsyncSession) -> None:
    principal = await principal_of(session, IDS["dongguan-two"], now())
    assert principal is not None
    assert {(post.role, post.unit.name) for post in principal.posts} == {
        (Role.GRID_INSTRUCTOR, "18网格"),
        (Role.COMMUNITY_OFFICER, "东关社区"),
    }


async def test_posts_are_held_from_since_until_before_until(session: AsyncSession) -> None:
    person, at = IDS["dongguan-two"], now()
    held = update(PostRow).where(col(PostRow.person_id) == person)
    await session.execute(held.values(since=at - timedelta(days=1), until=at))
    ended = await principal_of(session, person, at)
    still = await principal_of(session, person, at - timedelta(seconds=1))
    not_yet = await principal_of(session, person, at - timedelta(days=2))
    assert ended is not None
    assert ended.posts == ()
    assert still is not None
    assert len(still.posts) == 2
    assert not_yet is not None
    assert not_yet.posts == ()


async def test_a_deputy_whose_post_has_ended_is_none(session: AsyncSession) -> None:
    ended = update(PostRow).where(col(PostRow.person_id) == IDS["dongguan-g18-b"])
    await session.execute(ended.values(until=now()))
    head = await principal_of(session, IDS["dongguan-g18-a"], now())
    assert head is not None
    assert not head.posts[0].unit.has_deputy


async def test_closed_accounts_and_strangers_are_nobody(session: AsyncSession) -> None:
    await session.execute(update(PersonRow).where(col(PersonRow.login) == "dongguan-2").values(active=False))
    assert await principal_of(session, IDS["dongguan-2"], now()) is None
    assert await find_login(session, "dongguan-2") is None
    assert await principal_of(session, "p_nobody", now()) is None


def test_new_identities_are_opaque_and_fresh() -> None:
    assert len({new_person_id() for _ in range(100)}) == 100
    assert new_person_id().startswith("p_")
    assert new_post_id().startswith("post_")
    assert len(new_person_id()) == len(IDS["dongguan-2"])
