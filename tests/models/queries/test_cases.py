"""Lists of cases: filters, orders, cursors and lights, in one query whatever their length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency, Words
from models.case.commands import Accept, Approve, Claim, Decline, Dispatch, RequestSuspension
from models.case.dossier import Rulebook
from models.case.state import Channel, Stage
from models.city.catalogue import Section
from models.city.units import Level
from models.clocks.clock import Light
from models.queries.case_filters import CaseFilter, CaseState
from models.queries.cases import CaseNotFound, CaseOrder, clock_words, get_case, list_cases
from models.queries.cursors import BadCursor, decode, encode
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, statements, write

EAVE: Final = world.matter(
    key="eave", name=Words(zh="屋檐垮塌", en="eave"), section=Section.SAFETY, department="zhujian"
)
LATER: Final = world.MONDAY + timedelta(hours=3)


@cache
def plays() -> dict[str, Play]:
    """One of each: fresh, at work, suspended, declined, a drill next door, and many of the same."""
    found = {
        "fresh": Play.reported(
            world.dossier(number="20261012-000001"), text="向阳街的路灯 100% 不亮_了", address="向阳街230号"
        ),
        "busy": Play.reported(
            world.dossier(Urgency.URGENT, number="20261012-000002", about=EAVE), channel=Channel.HOTLINE
        ),
        "suspended": Play.reported(
            world.dossier(number="20261012-000003"), at=world.MONDAY + timedelta(hours=1)
        ),
        "declined": Play.reported(world.dossier(number="20261012-000004")),
        "drill": Play.reported(
            world.dossier(number="20261012-000005", chain=(*world.CHAIN[:-1], world.OTHER_GRID)),
            by=world.OTHER_WORKER,
            drill=True,
        ),
    }
    busy = found["busy"].send(world.DISPATCHER, Accept())
    busy.send(world.DISPATCHER, Dispatch(lead=world.SAFETY)).send(world.SAFETY_A, Claim())
    suspended = found["suspended"].send(world.OFFICER, Accept())
    review = (world.MONDAY + timedelta(days=30)).date()
    suspended.send(world.OFFICER, RequestSuspension(review_on=review, reason="待资金到位"))
    suspended.send(world.COMMANDER, Approve())
    found["declined"].send(world.OFFICER, Decline(reason="不属受理范围"))
    return found


MANY: Final = 200


def crowd() -> list[Play]:
    """Two hundred reports, two at every instant."""
    return [
        Play.reported(
            world.dossier(number=f"20261013-{place:06}"),
            at=world.MONDAY + timedelta(days=1, minutes=place // 2),
        )
        for place in range(MANY)
    ]


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def found(session: AsyncSession, at: datetime = LATER, **wanted: Any) -> set[str]:
    """The names of the played cases that a supervisor of the city finds."""
    filters = CaseFilter.model_validate({"reported_to": world.MONDAY + timedelta(hours=12)} | wanted)
    page = await list_cases(session, world.CITY_SUPERVISOR, filters, at, limit=200)
    names = {play.case.number: name for name, play in plays().items()}
    return {names[line.number] for line in page.items}


ALL: Final = {"fresh", "busy", "suspended", "declined", "drill"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ALL),
        ({"unit": world.GRID.id}, ALL - {"drill"}),
        ({"unit": world.OTHER_GRID.id}, {"drill"}),
        ({"unit": world.STREET.id}, ALL),
        ({"unit": world.SAFETY.id}, set()),
        ({"unit": world.FOREIGN_DISTRICT.id}, set()),
        ({"unit": "50-nowhere"}, set()),
        ({"involving": world.SAFETY.id}, {"busy"}),
        ({"holder": world.STREET.id}, {"busy"}),
        ({"stages": (Stage.HANDLING, Stage.DECLINED)}, {"busy", "declined"}),
        ({"level": Level.STREET}, {"busy"}),
        ({"urgency": Urgency.URGENT}, {"busy"}),
        ({"section": Section.SAFETY}, {"busy"}),
        ({"matter": "eave"}, {"busy"}),
        ({"policy": "135"}, ALL),
        ({"policy": "beijing-12345"}, set()),
        ({"channel": Channel.HOTLINE}, {"busy"}),
        ({"person": world.SAFETY_A.person}, {"busy"}),
        ({"person": world.OTHER_WORKER.person}, {"drill"}),
        ({"reported_from": world.MONDAY + timedelta(minutes=1)}, {"suspended"}),
        ({"reported_to": world.MONDAY}, set()),
        ({"state": CaseState.OPEN}, ALL - {"declined"}),
        ({"state": CaseState.SUSPENDED}, {"suspended"}),
        ({"state": CaseState.CLOSED}, {"declined"}),
        ({"drill": True}, {"drill"}),
        ({"drill": False}, ALL - {"drill"}),
        ({"words": "向阳街 路灯"}, {"fresh"}),
        ({"words": "屋檐"}, {"busy"}),
        ({"words": "000004"}, {"declined"}),
        ({"words": "100%"}, {"fresh"}),
        ({"words": "%"}, {"fresh"}),
        ({"words": "灯"}, {"fresh", "suspended", "declined", "drill"}),
        ({"words": "灯路"}, set()),
        ({"words": "18网格"}, ALL - {"drill"}),
        ({"words": "_"}, {"fresh"}),
        ({"words": "\\"}, set()),
        ({"words": "' OR true --"}, set()),
        ({"words": "   "}, ALL),
    ],
)
async def test_filters(session: AsyncSession, wanted: dict[str, Any], names: set[str]) -> None:
    assert await found(session, **wanted) == names


async def test_lights_are_right_to_the_second_whatever_the_workers_do(session: AsyncSession) -> None:
    clocks = [clock for clock in plays()["fresh"].case.clocks if clock.red_at and clock.yellow_at]
    yellow = min(clock.yellow_at for clock in clocks if clock.yellow_at)
    red = min(clock.red_at for clock in clocks if clock.red_at)
    second = timedelta(seconds=1)
    for at, light in ((yellow - second, "green"), (yellow, "yellow"), (red - second, "yellow"), (red, "red")):
        for each in Light:
            seen = "fresh" in await found(session, at, light=each, words="向阳街")
            assert seen == (each.value == light), (at, each)
        page = await list_cases(session, world.WORKER, CaseFilter(words="向阳街"), at)
        assert page.items[0].light.value == light
    assert "fresh" in await found(session, red, overdue=True)
    assert "fresh" in await found(session, red - second, overdue=False)
    assert "fresh" not in await found(session, red - second, overdue=True)
    assert {"suspended", "declined"} <= await found(session, red + timedelta(days=99), light=Light.GREEN)


async def test_a_line_says_what_a_list_shows(session: AsyncSession) -> None:
    page = await list_cases(session, world.SAFETY_A, CaseFilter(), LATER)
    (line,) = page.items
    assert page.next is None
    assert line.number == "20261012-000002"
    assert line.place.name == "璧城街道东关社区18网格"
    assert line.name == Words(zh="屋檐垮塌", en="eave")
    assert (line.holder.id, line.holder.name) == (world.STREET.id, "璧城街道")
    assert line.handler is not None
    assert line.handler.name == named(world.SAFETY_A.person)
    assert (line.stage, line.level, line.urgency) == (Stage.HANDLING, Level.STREET, Urgency.URGENT)
    assert line.red_at == min(c.red_at for c in plays()["busy"].case.clocks if c.red_at)


@pytest.mark.parametrize("order", CaseOrder)
async def test_pages_hold_every_case_once_in_order_with_one_query_each(
    engine: AsyncEngine, sessions: Sessions, order: CaseOrder
) -> None:
    await furnish(engine)
    await write(engine, *plays().values(), *crowd())
    numbers: list[str] = []
    lengths: list[int] = []
    cursor: str | None = None
    async with sessions.read() as session:
        while True:
            with statements(engine) as sent:
                page = await list_cases(
                    session,
                    world.DISTRICT_SUPERVISOR,
                    CaseFilter(),
                    LATER,
                    order=order,
                    cursor=cursor,
                    limit=60,
                )
            assert len(sent) == 1
            keys = [
                (line.reported_at, line.number) if order is CaseOrder.NEWEST else (line.red_at, line.number)
                for line in page.items
            ]
            placed = [(key[0] is None, key) for key in keys]
            assert placed == sorted(placed, reverse=order is CaseOrder.NEWEST)
            numbers += [line.number for line in page.items]
            lengths.append(len(page.items))
            cursor = page.next
            if cursor is None:
                break
        with statements(engine) as sent:
            await list_cases(session, world.DISTRICT_SUPERVISOR, CaseFilter(), LATER, order=order, limit=1)
        assert len(sent) == 1
    assert len(numbers) == len(set(numbers))
    assert len(numbers) == MANY + (5 if order is CaseOrder.NEWEST else 4)
    assert lengths[:3] == [60, 60, 60]


@pytest.mark.parametrize(
    "cursor", ["", "x", "###", "WzFd", "bnVsbA", encode(("2026", 1)), encode(("now", "n")), "A" * 500, "é"]
)
@pytest.mark.parametrize("order", CaseOrder)
async def test_a_bad_cursor_is_told_as_one(session: AsyncSession, cursor: str, order: CaseOrder) -> None:
    with pytest.raises(BadCursor):
        await list_cases(session, world.WORKER, CaseFilter(), LATER, order=order, cursor=cursor)


def test_a_cursor_keeps_its_key() -> None:
    key = (world.MONDAY, "20261012-000001")
    assert decode(encode(key), tuple[datetime, str]) == key


@pytest.mark.parametrize("name", sorted(plays()))
async def test_one_case_comes_back_whole_but_for_its_rules(session: AsyncSession, name: str) -> None:
    case = plays()[name].case
    read = await get_case(session, world.CITY_SUPERVISOR, case.number)
    assert read == case.but(book=Rulebook(), special=None)


async def test_a_foreign_case_is_as_good_as_none(session: AsyncSession) -> None:
    for number in ("20261012-000002", "20261012-999999"):
        with pytest.raises(CaseNotFound):
            await get_case(session, world.FOREIGN_DISPATCHER, number)


async def test_every_clock_of_a_case_is_explained_in_one_query(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    case = plays()["busy"].case
    with statements(engine) as sent:
        words = await clock_words(session, case.number, [clock.id for clock in case.clocks])
    assert len(sent) == 1
    assert words.keys() == {clock.id for clock in case.clocks}
    assert all("135" in word.zh and "项目默认" in word.zh for word in words.values())
    assert await clock_words(session, case.number, []) == {}
