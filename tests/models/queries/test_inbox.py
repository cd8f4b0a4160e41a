"""The inbox: to me and to my posts, unread first, delivered when it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import Accept, Dispatch
from models.city.people import Principal
from models.queries.cursors import BadCursor
from models.queries.inbox import KEPT, Message, MessageId, count_unread, list_messages, mark_read
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOON: Final = world.MONDAY + timedelta(hours=3)
SECOND: Final = timedelta(seconds=1)


@cache
def plays() -> dict[str, Play]:
    """A case at the section that has waited for A long enough, and 200 fresh ones at the community."""
    waiting = Play.reported(world.dossier(Urgency.URGENT, number="20261012-000001")).send(
        world.DISPATCHER, Accept()
    )
    waiting.send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    substitute = next(c.substitute_at for c in waiting.case.clocks if c.id.startswith("claim:"))
    assert substitute is not None
    waiting.until(substitute)
    crowd = {
        f"crowd {place}": Play.reported(
            world.dossier(number=f"20261012-{place:06}"), at=world.MONDAY + timedelta(seconds=place // 2)
        )
        for place in range(100, 300)
    }
    return {"waiting": waiting, **crowd}


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """A transaction that is undone: each test begins with nothing read."""
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.write() as session:
        yield session
        await session.rollback()


async def inbox(session: AsyncSession, who: Principal, at: datetime = NOON) -> list[Message]:
    return list((await list_messages(session, who, at, limit=500)).items)


async def test_messages_reach_the_posts_they_are_for(session: AsyncSession) -> None:
    told = {message.kind for message in await inbox(session, world.SAFETY_A)}
    assert "dispatched" in told
    assert {message.unit for message in await inbox(session, world.SAFETY_A)} == {world.SAFETY.id}
    assert len(await inbox(session, world.OFFICER)) == 200
    for stranger in (world.FOREIGN_DISPATCHER, world.OTHER_WORKER, world.ADMINISTRATOR, world.INSTRUCTOR):
        assert await inbox(session, stranger) == []


async def test_b_is_called_by_a_message_that_a_does_not_get(session: AsyncSession) -> None:
    to_b = {message.kind for message in await inbox(session, world.SAFETY_B)}
    to_a = {message.kind for message in await inbox(session, world.SAFETY_A)}
    assert to_b - to_a == {"threshold_passed"}


async def test_reporters_are_told_in_person(session: AsyncSession) -> None:
    (message,) = [m for m in await inbox(session, world.WORKER) if m.kind == "accepted"]
    assert message.unit is None
    assert message.words.zh.startswith("20261012-000001")
    assert message.words.en


async def test_nothing_is_there_before_it_is_delivered_nor_for_ever(session: AsyncSession) -> None:
    assert await inbox(session, world.OFFICER, world.MONDAY - SECOND) == []
    early = world.MONDAY + timedelta(seconds=50)
    assert len(await inbox(session, world.OFFICER, early)) == 2
    assert await inbox(session, world.OFFICER, NOON + KEPT) == []
    assert await count_unread(session, world.OFFICER, early) == 2


async def test_reading_is_ones_own_and_puts_a_message_behind_the_unread(session: AsyncSession) -> None:
    newest, *_ = await inbox(session, world.OFFICER)
    assert await mark_read(session, world.OFFICER, NOON, [newest.id, newest.id]) == 1
    assert await mark_read(session, world.OFFICER, NOON + SECOND, [newest.id]) == 0
    *_, last = await inbox(session, world.OFFICER)
    assert (last.id, last.read_at) == (newest.id, NOON)
    assert await count_unread(session, world.OFFICER, NOON) == 199
    assert await count_unread(session, world.OFFICER_2, NOON) == 200
    unread = await list_messages(session, world.OFFICER, NOON, unread_only=True, limit=500)
    assert newest.id not in {message.id for message in unread.items}


async def test_messages_of_others_cannot_be_read(session: AsyncSession) -> None:
    newest, *_ = await inbox(session, world.OFFICER)
    nowhere = MessageId(case="20261012-999999", seq=1, place=0)
    assert await mark_read(session, world.FOREIGN_DISPATCHER, NOON, [newest.id, nowhere]) == 0
    assert await mark_read(session, world.OFFICER, NOON, []) == 0


async def test_all_are_read_up_to_what_was_seen(session: AsyncSession) -> None:
    seen = world.MONDAY + timedelta(seconds=60)
    marked = await mark_read(session, world.OFFICER, NOON, until=seen)
    assert marked == 22
    assert await count_unread(session, world.OFFICER, NOON) == 178
    assert await mark_read(session, world.OFFICER, NOON) == 178
    assert await count_unread(session, world.OFFICER, NOON) == 0


async def test_pages_hold_every_message_once_unread_first_with_one_query_each(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    middle = (await inbox(session, world.OFFICER))[40:90]
    await mark_read(session, world.OFFICER, NOON, [message.id for message in middle])
    pages: list[Message] = []
    cursor: str | None = None
    for limit in (1, 200):
        with statements(engine) as sent:
            await list_messages(session, world.OFFICER, NOON, limit=limit)
        assert len(sent) == 1
    while True:
        page = await list_messages(session, world.OFFICER, NOON, cursor=cursor, limit=60)
        pages += page.items
        cursor = page.next
        if cursor is None:
            break
    keys = [(message.read_at is None, message.visible_at, message.id.case) for message in pages]
    assert keys == sorted(keys, reverse=True)
    assert len({(message.id.case, message.id.seq, message.id.place) for message in pages}) == 200
    with pytest.raises(BadCursor):
        await list_messages(session, world.OFFICER, NOON, cursor="nothing")
