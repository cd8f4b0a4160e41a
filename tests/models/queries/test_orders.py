"""Supervision orders and answers: whose answer is open, late, given or lapsed; by whom; page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import (
    Accept,
    Answer,
    Approve,
    CallBack,
    Claim,
    Dispatch,
    Handle,
    RequestSuspension,
    Supervise,
    Verify,
)
from models.city.people import Principal
from models.clocks.rules import ClockStage
from models.queries.cursors import BadCursor
from models.queries.orders import OrderFilter, OrderLine, OrderState, count_orders, list_orders
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, statements, write

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
NOW: Final = world.MONDAY + timedelta(minutes=90)
ALL: Final = OrderFilter()


def _begun(number: str, urgency: Urgency = Urgency.URGENT) -> Play:
    play = Play.reported(world.dossier(urgency, number=number)).wait(seconds=30)
    play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    return play.send(world.SAFETY_A, Claim())


@cache
def plays() -> dict[str, Play]:
    """Every way an order can go; `late` is a red order, whose answers are due within half an hour."""
    answered = _begun("20261012-000011").send(world.SUPERVISOR, Supervise(text="请说明进展"))
    answered.wait(minutes=20).send(world.SAFETY_A, Answer(reply="材料已到，今日完工")).until(NOW)
    waiting = _begun("20261012-000012").send(world.SUPERVISOR, Supervise(text="请抓紧")).until(NOW)
    late = _begun("20261012-000013", Urgency.CRITICAL)
    late.send(world.COMMANDER, Supervise(text="立即到场")).until(NOW)
    lapsed = _begun("20261012-000014").send(world.SUPERVISOR, Supervise(text="请说明"))
    lapsed.send(world.SAFETY_A, Handle(note="已修复")).send(world.DISPATCHER, Verify())
    lapsed.send(world.DISPATCHER, CallBack(reached=True, resolved=True, satisfied=True)).until(NOW)
    paused = _begun("20261012-000015", Urgency.CRITICAL).send(world.SUPERVISOR, Supervise(text="请说明"))
    review = (world.MONDAY + 30 * DAY).date()
    paused.send(world.SAFETY_A, RequestSuspension(review_on=review, reason="待资金"))
    paused.send(world.COMMANDER, Approve()).until(NOW)
    return {"answered": answered, "waiting": waiting, "late": late, "lapsed": lapsed, "paused": paused}


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def told(
    session: AsyncSession, wanted: OrderFilter = ALL, by: Principal = world.AUDITOR
) -> dict[str, list[OrderLine]]:
    """The orders that people gave, by the names of the plays."""
    page = await list_orders(session, by, wanted, NOW, limit=200)
    known = {play.case.number: name for name, play in plays().items()}
    found: dict[str, list[OrderLine]] = {}
    for line in page.items:
        if line.case.number in known:
            found.setdefault(known[line.case.number], []).append(line)
    return found


def person_given(lines: list[OrderLine]) -> OrderLine:
    (line,) = [line for line in lines if line.person is not None]
    return line


async def test_an_order_says_who_demands_what_from_whom_until_when(session: AsyncSession) -> None:
    line = person_given((await told(session))["waiting"])
    assert (line.state, line.text, line.ordinal) == (OrderState.OPEN, "请抓紧", 1)
    assert (line.owner.name, line.by.name) == ("平安法治", "璧城街道")
    assert line.person is not None
    assert line.person.name == named(world.SUPERVISOR.person)
    assert line.due_at == line.opened_at + 8 * HOUR
    assert (line.late, line.answered_at, line.answered_by, line.reply) == (None, None, None, "")


async def test_an_answer_stands_beside_its_order(session: AsyncSession) -> None:
    line = person_given((await told(session))["answered"])
    assert line.state is OrderState.ANSWERED
    assert line.reply == "材料已到，今日完工"
    assert line.answered_at == line.opened_at + timedelta(minutes=20)
    assert line.answered_by is not None
    assert line.answered_by.name == named(world.SAFETY_A.person)
    assert line.late is None


async def test_an_answer_is_overdue_from_its_red_instant_and_not_while_suspended(
    session: AsyncSession,
) -> None:
    found = await told(session)
    late = person_given(found["late"])
    assert late.state is OrderState.OVERDUE
    assert late.due_at is not None
    assert late.late == NOW - late.due_at > timedelta()
    paused = person_given(found["paused"])
    assert paused.due_at is not None
    assert paused.due_at < NOW
    assert (paused.state, paused.late) == (OrderState.OPEN, None)


async def test_an_order_lapses_with_its_case(session: AsyncSession) -> None:
    assert person_given((await told(session))["lapsed"]).state is OrderState.LAPSED


async def test_a_light_gives_orders_too_and_names_the_limit(session: AsyncSession) -> None:
    lights = [line for line in (await told(session))["late"] if line.person is None]
    assert lights
    assert {line.clock for line in lights} >= {ClockStage.ARRIVE}
    assert {line.text for line in lights} == {""}
    ordinals = [line.ordinal for line in (await told(session))["late"]]
    assert sorted(ordinals) == list(range(1, len(ordinals) + 1))


async def test_filters_of_state_owner_and_hand(session: AsyncSession) -> None:
    owed = await told(session, OrderFilter(states=(OrderState.OPEN, OrderState.OVERDUE)))
    assert set(owed) == {"waiting", "late", "paused"}
    assert set(await told(session, OrderFilter(states=(OrderState.ANSWERED,)))) == {"answered"}
    assert set(await told(session, OrderFilter(owner=world.SAFETY.id))) == set(plays())
    assert await told(session, OrderFilter(owner=world.CHENGGUAN.id)) == {}
    commanded = await told(session, OrderFilter(by_me=True), world.COMMANDER)
    assert {line.by.id for lines in commanded.values() for line in lines} == {world.STREET.id}
    for automatic in (True, False):
        given = await told(session, OrderFilter(automatic=automatic))
        assert {line.person is None for lines in given.values() for line in lines} == {automatic}
    mine = await told(session, OrderFilter(to_me=True), world.SAFETY_A)
    assert {line.owner.id for lines in mine.values() for line in lines} == {world.SAFETY.id}
    assert await told(session, OrderFilter(by_me=True), world.SAFETY_A) == {}
    assert await told(session, OrderFilter(unit=world.OTHER_COMMUNITY.id)) == {}
    assert set(await told(session, OrderFilter(unit=world.COMMUNITY.id))) == set(plays())
    assert await told(session, OrderFilter(opened_from=NOW + HOUR)) == {}
    assert await told(session, OrderFilter(opened_to=world.MONDAY)) == {}


async def test_jurisdiction_holds(session: AsyncSession) -> None:
    for stranger in (world.FOREIGN_DISPATCHER, world.ADMINISTRATOR, world.SENSOR):
        assert (await list_orders(session, stranger, ALL, NOW)).items == ()
        counts = await count_orders(session, stranger, ALL, NOW)
        assert (set(counts.states.values()), counts.owners) == ({0}, ())


async def test_counts_agree_with_the_list(session: AsyncSession) -> None:
    lines = (await list_orders(session, world.AUDITOR, ALL, NOW, limit=200)).items
    counts = await count_orders(session, world.AUDITOR, ALL, NOW)
    for state in OrderState:
        assert counts.states[state] == sum(line.state is state for line in lines), state
    for count in counts.owners:
        own = [line for line in lines if line.owner == count.owner]
        assert count.overdue == sum(line.state is OrderState.OVERDUE for line in own)
        assert count.open - count.overdue == sum(line.state is OrderState.OPEN for line in own)
    # What is owed does not fall out of sight by being old; what is past does.
    later = await count_orders(session, world.AUDITOR, OrderFilter(opened_from=NOW + DAY), NOW)
    assert later.states[OrderState.OVERDUE] == counts.states[OrderState.OVERDUE] > 0
    assert later.states[OrderState.ANSWERED] == 0


@pytest.mark.parametrize(
    "states", [(), (OrderState.OPEN, OrderState.OVERDUE)], ids=["newest first", "due first"]
)
async def test_page_by_page_nothing_is_lost_or_told_twice(
    engine: AsyncEngine, session: AsyncSession, states: tuple[OrderState, ...]
) -> None:
    wanted = OrderFilter(states=states)
    whole = (await list_orders(session, world.AUDITOR, wanted, NOW, limit=200)).items
    seen: list[OrderLine] = []
    cursor: str | None = None
    while True:
        with statements(engine) as sent:
            page = await list_orders(session, world.AUDITOR, wanted, NOW, cursor=cursor, limit=2)
        assert len(sent) == 2
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert seen == list(whole)
    if states:
        # A suspended case's clock stands still: its promise of old orders nothing.
        due = [line.due_at for line in seen if line.due_at and not line.case.suspended_since]
        assert due == sorted(due)
    with pytest.raises(BadCursor):
        await list_orders(session, world.AUDITOR, wanted, NOW, cursor="nothing")
