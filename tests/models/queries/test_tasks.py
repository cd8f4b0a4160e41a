"""The desk: mine, what I may claim, whose turn it is, and what else waits for me."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency
from models.case.commands import (
    Accept,
    Answer,
    Approve,
    BlowWhistle,
    Claim,
    Dispatch,
    Finish,
    Handle,
    ReportIn,
    RequestExtension,
    Sign,
    Supervise,
)
from models.case.refusals import NotYourTurn
from models.case.state import Ground, PartyState, RequestKind
from models.city.people import Principal
from models.queries.cursors import BadCursor
from models.queries.tasks import TaskLine, Whose, list_tasks, served
from models.queries.waiting import Waiting, list_waiting
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

NOW: Final = world.MONDAY + timedelta(minutes=2)


def dispatched(number: str, lead: object = world.GRID, at: datetime = world.MONDAY) -> Play:
    """An ordinary case at the grid, or an urgent one at a section, waiting to be claimed."""
    if lead is world.GRID:
        play = Play.reported(world.dossier(number=number), at=at).send(world.OFFICER, Accept())
        return play.send(world.OFFICER, Dispatch(lead=world.GRID, instruction="尽快"))
    play = Play.reported(world.dossier(Urgency.URGENT, number=number), at=at).send(world.DISPATCHER, Accept())
    return play.send(world.DISPATCHER, Dispatch(lead=lead))  # type: ignore[arg-type]


@cache
def plays() -> dict[str, Play]:
    """Tasks in several states, and cases in which somebody waits for somebody."""
    claimed = dispatched("20261012-000002").send(world.WORKER, Claim())
    done = dispatched("20261012-000003").send(world.WORKER, Claim())
    done.send(world.WORKER, Handle(note="已修好"))
    whistled = dispatched("20261012-000005", world.SAFETY)
    units = (world.CHENGGUAN, world.XIAOFANG)
    whistled.send(world.DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=units, reason="联合处置"))
    whistled.send(world.XIAOFANG_STAFF, Sign())
    asked = dispatched("20261012-000006", world.SAFETY).send(world.SAFETY_A, Claim())
    asked.send(world.SAFETY_A, RequestExtension(amount=3600, reason="待配件"))
    asked.send(world.SUPERVISOR, Supervise(unit=world.SAFETY, text="说明原因"))
    return {
        "open": dispatched("20261012-000001"),
        "claimed": claimed,
        "done": done,
        "section": dispatched("20261012-000004", world.SAFETY),
        "whistled": whistled,
        "asked": asked,
    }


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def desk(
    session: AsyncSession, principal: Principal, whose: Whose, at: datetime = NOW
) -> dict[str, TaskLine]:
    page = await list_tasks(session, principal, whose, at, limit=200)
    names = {play.case.number: name for name, play in plays().items()}
    return {names[line.case.number]: line for line in page.items if line.case.number in names}


async def test_mine_is_what_i_have_claimed_and_not_yet_handled(session: AsyncSession) -> None:
    assert set(await desk(session, world.WORKER, Whose.MINE)) == {"claimed"}
    assert set(await desk(session, world.SAFETY_A, Whose.MINE)) == {"asked"}
    assert set(await desk(session, world.HEAD_A, Whose.MINE)) == set()


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        (world.WORKER, {"open"}),
        (world.HEAD_B, {"open"}),
        (world.INSTRUCTOR, set()),
        (world.OTHER_WORKER, set()),
        (world.SAFETY_A, {"section", "whistled"}),
        (world.TWO_POSTS, {"section", "whistled"}),
        (world.CHENGGUAN_STAFF, set()),
        (world.DISPATCHER, set()),
        (world.AUDITOR, set()),
        (world.ADMINISTRATOR, set()),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_claimable_is_what_is_open_at_a_unit_i_work_for(
    session: AsyncSession, principal: Principal, names: set[str]
) -> None:
    assert set(await desk(session, principal, Whose.CLAIMABLE)) == names


async def test_a_line_has_the_task_its_case_and_its_clocks(session: AsyncSession) -> None:
    line = (await desk(session, world.WORKER, Whose.CLAIMABLE))["open"]
    assert line.task == plays()["open"].case.tasks[0]
    assert line.task.instruction == "尽快"
    assert line.case.place.name == "璧城街道东关社区18网格"
    reds = [clock.red_at for clock in line.clocks]
    assert reds == sorted(reds, key=str)
    assert line.case.red_at == reds[0]


async def test_b_sees_when_it_will_be_its_turn_and_the_core_agrees(session: AsyncSession) -> None:
    play = plays()["section"]
    clock = next(clock for clock in play.case.clocks if clock.id.startswith("claim:"))
    turn = clock.substitute_at
    assert turn is not None
    second = timedelta(seconds=1)
    for principal, at, expected in (
        (world.SAFETY_A, turn - second, True),
        (world.SAFETY_B, turn - second, False),
        (world.SAFETY_B, turn, True),
        (world.TWO_POSTS, turn - second, True),
    ):
        line = (await desk(session, principal, Whose.CLAIMABLE, at))["section"]
        assert line.my_turn == expected, (principal.person, at)
        assert line.turn_from == (None if expected else turn)
    asked = dispatched("20261012-000004", world.SAFETY)
    assert isinstance(asked.wait(turn - second - asked.now).refused(world.SAFETY_B, Claim()), NotYourTurn)
    asked.wait(second).send(world.SAFETY_B, Claim())


async def test_the_nearest_red_comes_first_page_by_page_with_one_query_each(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    await furnish(engine)
    crowd = [
        dispatched(f"20261014-{place:06}", at=world.MONDAY + timedelta(days=2, minutes=place // 2))
        for place in range(200)
    ]
    await write(engine, *plays().values(), *crowd)
    seen: list[tuple[datetime | None, str]] = []
    cursor: str | None = None
    async with sessions.read() as session:
        for limit in (1, 200):
            with statements(engine) as sent:
                page = await list_tasks(session, world.HEAD_A, Whose.CLAIMABLE, NOW, limit=limit)
            assert (len(page.items), len(sent)) == (limit, 1)
        while True:
            page = await list_tasks(session, world.HEAD_A, Whose.CLAIMABLE, NOW, cursor=cursor, limit=70)
            seen += [(line.case.red_at, line.case.number) for line in page.items]
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(BadCursor):
            await list_tasks(session, world.HEAD_A, Whose.CLAIMABLE, NOW, cursor="nothing")
    assert seen == sorted(seen, key=lambda pair: (str(pair[0]), pair[1]))
    assert len(set(seen)) == len(seen) == 201


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (world.CHENGGUAN_STAFF, [("whistled", Waiting.WHISTLE)]),
        (world.XIAOFANG_STAFF, [("whistled", Waiting.WHISTLE)]),
        (world.JIAOJING_STAFF, []),
        (world.SAFETY_A, [("asked", Waiting.ORDER)]),
        (world.COMMANDER, [("asked", Waiting.REQUEST)]),
        (world.DISTRICT_SUPERVISOR, [("asked", Waiting.REQUEST)]),
        (world.FOREIGN_DISPATCHER, []),
        (world.AUDITOR, []),
        (world.ADMINISTRATOR, []),
    ],
    ids=lambda value: getattr(value, "person", ""),
)
async def test_what_waits_for_whom(
    engine: AsyncEngine, session: AsyncSession, principal: Principal, expected: list[tuple[str, Waiting]]
) -> None:
    with statements(engine) as sent:
        lines = await list_waiting(session, principal, NOW)
    assert len(sent) == 1
    names = {play.case.number: name for name, play in plays().items()}
    assert [(names[line.case.number], line.kind) for line in lines] == expected


async def test_what_waits_is_told_in_full(session: AsyncSession) -> None:
    (whistle,) = await list_waiting(session, world.XIAOFANG_STAFF, NOW)
    assert whistle.party is PartyState.SIGNED
    assert whistle.whistle == plays()["whistled"].case.whistles[0]
    (order,) = await list_waiting(session, world.SAFETY_A, NOW)
    assert order.order is not None
    assert order.order.text == "说明原因"
    (request,) = await list_waiting(session, world.COMMANDER, NOW)
    assert request.request is not None
    assert request.request.kind is RequestKind.EXTENSION
    own = world.COMMANDER.model_copy(update={"person": world.SAFETY_A.person})
    assert await list_waiting(session, own, NOW) == ()


async def test_nothing_waits_once_it_is_done(engine: AsyncEngine, sessions: Sessions) -> None:
    await furnish(engine)
    whistled = dispatched("20261012-000015", world.SAFETY)
    whistled.send(
        world.DISPATCHER, BlowWhistle(ground=Ground.EMERGENCY, units=(world.JIAOJING,), reason="交通疏导")
    )
    whistled.send(world.JIAOJING_STAFF, Sign()).send(world.JIAOJING_STAFF, ReportIn())
    whistled.send(world.JIAOJING_STAFF, Finish(note="已疏导"))
    asked = dispatched("20261012-000016", world.LIVELIHOOD).send(world.LIVELIHOOD_STAFF, Claim())
    asked.send(world.LIVELIHOOD_STAFF, RequestExtension(amount=3600, reason="待配件"))
    asked.send(world.COMMANDER, Approve())
    asked.send(world.SUPERVISOR, Supervise(unit=world.LIVELIHOOD, text="说明原因"))
    asked.send(world.LIVELIHOOD_STAFF, Answer(order=asked.case.orders[0].id, reply="已安排"))
    await write(engine, whistled, asked)
    async with sessions.read() as session:
        for principal in (world.JIAOJING_STAFF, world.LIVELIHOOD_STAFF):
            assert await list_waiting(session, principal, NOW) == ()
        waiting = await list_waiting(session, world.COMMANDER, NOW)
        assert asked.case.number not in {line.case.number for line in waiting}


def test_served_units_are_those_whose_desk_a_post_works() -> None:
    assert served(world.TWO_POSTS.posts) == tuple(sorted((world.SAFETY.id, world.COMMUNITY.id)))
    assert served(world.SUPERVISOR.posts) == ()
