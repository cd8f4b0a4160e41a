"""Searching by words: newest first, no further back than a page needs, by whoever may see it now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from models.base import Urgency
from models.case.commands import Accept, Claim, Dispatch
from models.queries.case_filters import CaseFilter
from models.queries.cases import list_cases
from models.queries.search_words import day_key, keys, month_key, pairs, stretches
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

AT: Final = world.MONDAY
INSTANTS: Final = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAY: Final = timedelta(days=1)


@given(text=st.text(alphabet="灯路不亮a1 ", max_size=30), data=st.data(), at=INSTANTS)
def test_every_part_of_a_word_is_found_by_its_keys(text: str, data: st.DataObject, at: datetime) -> None:
    for word in text.split():
        start = data.draw(st.integers(0, len(word) - 1))
        end = data.draw(st.integers(start + 1, len(word)))
        assert pairs(word[start:end].upper()) <= set(keys(text, at))


@given(newest=INSTANTS, back=st.integers(-1, 800), seconds=st.integers(0, 86_399))
def test_stretches_go_back_without_a_gap(newest: datetime, back: int, seconds: int) -> None:
    """What lies in one lies in the next, and nothing that is left out is newer than what is in it."""
    days, months, everything = stretches(newest)
    at = newest.replace(hour=0, minute=0, second=0) - back * DAY + timedelta(seconds=seconds)
    assert everything == ()
    assert (day_key(at) in days) == (back <= 2)
    assert back > 2 or month_key(at) in months
    if month_key(at) in months:
        assert month_key(min(at + DAY, newest)) in months
    assert back > 27 or month_key(at) in months  # the shortest month, before the first of the next


async def test_pages_are_those_of_one_list_however_far_back_they_lie(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await furnish(engine)
    ages = [0, 0, 0, 1, 2, 3, 4, 5, 20, 40, 41, 70, 100, 200, 300, 301, 302]
    crowd = [
        Play.reported(
            world.dossier(number=f"20260112-{n:06}"),
            at=AT - age * DAY,
            text="路灯不亮 井盖" if n % 2 else "路灯",
        )
        for n, age in enumerate(ages)
    ]
    ahead = Play.reported(world.dossier(number="20260112-000099"), at=AT + timedelta(hours=1), text="路灯")
    await write(engine, *crowd, ahead)
    newest = sorted((ahead, *crowd), key=lambda play: (play.case.reported_at, play.case.number), reverse=True)
    for words, limit in (("路灯", 3), ("灯", 4), ("路灯 井盖", 2), ("路灯", 50)):
        wanted = [p.case.number for p in newest if "井盖" in p.case.text or "井盖" not in words]
        seen: list[str] = []
        cursor = None
        while True:
            async with sessions.read() as session:
                filters = CaseFilter(words=words)
                with statements(engine) as sent:
                    page = await list_cases(
                        session, world.CITY_SUPERVISOR, filters, AT, cursor=cursor, limit=limit
                    )
                assert len([one for one in sent if "case_words" in one]) <= 3
            seen += [line.number for line in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert seen == wanted, (words, limit)


async def test_who_comes_to_see_a_case_finds_it_by_its_words(engine: AsyncEngine, sessions: Sessions) -> None:
    await furnish(engine)
    play = Play.reported(world.dossier(Urgency.URGENT, number="20260112-000050"), at=AT, text="墙砖松动")
    await write(engine, play)

    async def found() -> list[str]:
        async with sessions.read() as session:
            page = await list_cases(session, world.SAFETY_A, CaseFilter(words="墙砖"), AT + DAY)
        return [line.number for line in page.items]

    assert await found() == []
    play.send(world.DISPATCHER, Accept())
    play.send(world.DISPATCHER, Dispatch(lead=world.SAFETY)).send(world.SAFETY_A, Claim())
    await write(engine, play)
    assert await found() == [play.case.number]
