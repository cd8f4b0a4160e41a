"""Overdue now and on a past date, with the rule and the time in each stage; and the board that counts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Final

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from models.base import Urgency, Words
from models.case.commands import (
    Accept,
    Approve,
    Claim,
    Dispatch,
    Handle,
    RequestExtension,
    RequestSuspension,
    Resume,
)
from models.case.state import Stage
from models.case.stays import stays
from models.city.units import Level
from models.clocks.rules import ClockStage, Standing
from models.queries.case_filters import CaseFilter
from models.queries.cases import CaseNotFound, list_cases
from models.queries.cursors import BadCursor
from models.queries.overdue import OverdueCase, list_overdue
from models.queries.overdue_summary import summarize_overdue
from models.queries.stays import stays_of
from models.queries.timeline import read_timeline
from models.queries.units import UnitNotFound
from models.tables.cases import ClockRow
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, statements, write

SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
END: Final = world.MONDAY + 10 * DAY
EARLY: Final = {"reported_to": world.MONDAY + DAY}
"""Leaves out the crowd that one test adds."""


ARRIVAL: Final = world.MONDAY + timedelta(minutes=5)
"""When the red order's limit for arriving runs out: 135 gives it five minutes."""


@cache
def plays() -> dict[str, Play]:
    """One that nobody accepts, one extended in time, one that was paused, and a red order handled late."""
    idle = Play.reported(world.dossier(number="20261012-000001")).until(END)
    extended = Play.reported(world.dossier(number="20261012-000002")).wait(minutes=1)
    extended.send(world.OFFICER, Accept()).send(world.OFFICER, Dispatch(lead=world.GRID))
    extended.send(world.WORKER, Claim())
    extended.send(world.WORKER, RequestExtension(amount=5, reason="待配件")).send(world.DISPATCHER, Approve())
    extended.until(END)
    paused = Play.reported(world.dossier(number="20261012-000003")).wait(minutes=1)
    paused.send(world.OFFICER, Accept())
    review = (world.MONDAY + 30 * DAY).date()
    paused.send(world.OFFICER, RequestSuspension(review_on=review, reason="待资金到位"))
    paused.send(world.COMMANDER, Approve()).wait(days=5).send(world.OFFICER, Resume()).until(END)
    critical = Play.reported(world.dossier(Urgency.CRITICAL, number="20261012-000004")).wait(seconds=30)
    critical.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=world.SAFETY))
    critical.send(world.SAFETY_A, Claim()).wait(hours=3).send(world.SAFETY_A, Handle(note="已加固"))
    critical.until(END)
    return {"idle": idle, "extended": extended, "paused": paused, "critical": critical}


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def late(session: AsyncSession, at: datetime, **wanted: object) -> dict[str, OverdueCase]:
    """What the district's auditor finds overdue at the instant, by the names of the played cases."""
    filters = CaseFilter.model_validate(EARLY | wanted)
    page = await list_overdue(session, world.AUDITOR, filters, at, END)
    names = {play.case.number: name for name, play in plays().items()}
    return {names[item.case.number]: item for item in page.items if item.case.number in names}


async def test_overdue_begins_with_the_second_of_the_red_light(session: AsyncSession) -> None:
    assert "critical" not in await late(session, ARRIVAL - SECOND)
    item = (await late(session, ARRIVAL))["critical"]
    assert (item.since, item.late) == (ARRIVAL, timedelta())
    item = (await late(session, ARRIVAL + SECOND))["critical"]
    assert (item.since, item.late) == (ARRIVAL, SECOND)


async def test_each_late_limit_names_its_rule_and_its_owner(session: AsyncSession) -> None:
    (clock,) = (await late(session, ARRIVAL))["critical"].clocks
    assert (clock.stage, clock.clock) == (ClockStage.ARRIVE, "arrive:r1")
    assert clock.owner.name == "平安法治"
    assert clock.policy is not None
    assert (clock.policy.id, clock.policy.version) == ("135", 1)
    assert clock.policy.standing is Standing.PROJECT_DEFAULT
    assert clock.why is not None
    assert "到场期限5分钟" in clock.why.zh


async def test_why_is_kept_as_long_as_somebody_may_ask(session: AsyncSession) -> None:
    """Of a limit that ended in time no list asks it, and the fact says it still."""
    of_late, why = col(ClockRow.late).is_not(None), col(ClockRow.why).is_not(None)
    kept = select(of_late, why, func.count()).group_by(of_late, why)
    assert {(late, why) for late, why, _ in await session.execute(kept)} == {(True, True), (False, False)}


async def test_a_past_instant_is_answered_as_of_then(session: AsyncSession) -> None:
    """It climbed since: then the street held it, now the district does. Then it was being handled."""
    then = (await late(session, ARRIVAL))["critical"]
    assert (then.holder_then.id, then.level_then) == (world.STREET.id, Level.STREET)
    assert (then.stage_then, then.case.stage) == (Stage.HANDLING, Stage.VERIFYING)
    assert then.case.level is Level.DISTRICT
    assert "critical" in await late(session, ARRIVAL, level=Level.STREET)
    assert "critical" in await late(session, ARRIVAL, holder=world.STREET.id)
    assert "critical" not in await late(session, ARRIVAL, level=Level.DISTRICT)
    assert await late(session, world.MONDAY - DAY) == {}


async def test_what_ended_since_was_overdue_all_the_same(session: AsyncSession) -> None:
    """It was late in arriving until it was handled, and is not any more."""
    handled = next(fact.at for fact in plays()["critical"].facts if fact.body["fact"] == "handled")
    for at, expected in ((handled - SECOND, True), (handled, False), (END, False)):
        clocks = {clock.clock for clock in (await late(session, at))["critical"].clocks}
        assert ("arrive:r1" in clocks) == expected, at


async def test_a_limit_that_hands_up_at_once_leaves_no_lateness_behind(session: AsyncSession) -> None:
    """The community's limit for accepting ran out, and in the same second the street's began."""
    climbed = next(fact.at for fact in plays()["idle"].facts if fact.body["fact"] == "escalated")
    assert "idle" not in await late(session, climbed)


async def test_an_extension_in_time_moves_the_lateness(session: AsyncSession) -> None:
    """Under the first limit it would have been late; it was extended before, so that it never was by then."""
    promises = [c for c in plays()["extended"].facts if c.body["fact"] == "clock_set"]
    handle = [c.body["clock"] for c in promises if c.body["clock"]["id"] == "handle:r1"]
    first, longer = (datetime.fromisoformat(clock["red_at"]) for clock in handle[:2])
    assert first < longer
    for at in (first + SECOND, longer - SECOND):
        item = (await late(session, at)).get("extended")
        assert item is None or "handle:r1" not in {clock.clock for clock in item.clocks}
    if longer < END:
        assert "handle:r1" in {clock.clock for clock in (await late(session, longer))["extended"].clocks}


async def test_nothing_is_overdue_while_it_is_suspended(session: AsyncSession) -> None:
    assert "paused" not in await late(session, world.MONDAY + 4 * DAY)
    item = (await late(session, END))["paused"]
    accepted = next(stay for stay in item.stays if stay.stage is Stage.ACCEPTED)
    assert accepted.paused == 5 * DAY


async def test_what_is_overdue_now_is_what_lists_show_red(session: AsyncSession) -> None:
    for at in (END, END + DAY):
        page = await list_cases(
            session, world.AUDITOR, CaseFilter.model_validate(EARLY | {"overdue": True}), at
        )
        numbers = {line.number for line in page.items}
        assert numbers == {item.case.number for item in (await late(session, at)).values()} != set()


@pytest.mark.parametrize("hours", [0, 1, 25, 24 * 5, 24 * 7, 24 * 10])
async def test_stays_in_sql_are_those_of_the_core(session: AsyncSession, hours: int) -> None:
    at = world.MONDAY + timedelta(hours=hours)
    numbers = [play.case.number for play in plays().values()]
    told = await stays_of(session, numbers, at)
    for play in plays().values():
        expected = stays(fact for fact in play.facts if fact.at <= at)
        assert [
            (s.round, s.stage, s.holder.id, s.since, s.until, s.spent, s.paused, s.pauses)
            for s in told[play.case.number]
        ] == [
            (s.round, s.stage, s.holder, s.since, s.until, s.spent(at), s.paused(at), s.pauses)
            for s in expected
        ]


async def test_stays_of_nothing_are_nothing(session: AsyncSession) -> None:
    assert await stays_of(session, [], END) == {}
    number = plays()["idle"].case.number
    assert await stays_of(session, [number], world.MONDAY - DAY) == {number: ()}


async def test_filters_and_jurisdiction_hold(session: AsyncSession) -> None:
    assert set(await late(session, END, urgency=Urgency.CRITICAL)) <= {"critical"}
    assert set(await late(session, END, words="000001")) == {"idle"}
    for stranger in (world.FOREIGN_DISPATCHER, world.ADMINISTRATOR, world.SENSOR):
        page = await list_overdue(session, stranger, CaseFilter(), END, END)
        assert page.items == ()
        assert (await summarize_overdue(session, stranger, CaseFilter(), END)).total == 0


async def test_the_longest_overdue_comes_first_page_by_page(engine: AsyncEngine, sessions: Sessions) -> None:
    """And 200 rows cost no more queries than one."""
    await furnish(engine)
    crowd = [
        Play.reported(
            world.dossier(number=f"20261020-{place:06}"),
            at=world.MONDAY + 8 * DAY + timedelta(minutes=place // 2),
        )
        for place in range(200)
    ]
    await write(engine, *plays().values(), *crowd)
    at = world.MONDAY + 20 * DAY
    queries: set[int] = set()
    seen: list[tuple[datetime, str]] = []
    async with sessions.read() as session:
        for limit in (1, 200):
            with statements(engine) as sent:
                page = await list_overdue(session, world.AUDITOR, CaseFilter(), at, at, limit=limit)
            assert len(page.items) == limit
            queries.add(len(sent))
        cursor: str | None = None
        while True:
            page = await list_overdue(session, world.AUDITOR, CaseFilter(), at, at, cursor=cursor, limit=70)
            seen += [(item.since, item.case.number) for item in page.items]
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(BadCursor):
            await list_overdue(session, world.AUDITOR, CaseFilter(), at, at, cursor="nothing")
        with statements(engine) as sent:
            board = await summarize_overdue(session, world.AUDITOR, CaseFilter(), at)
    assert queries == {3}
    assert len(sent) == 2
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == board.total
    assert len(seen) >= 203


async def test_the_board_counts_by_unit_level_matter_and_policy(session: AsyncSession) -> None:
    items = await late(session, END)
    board = await summarize_overdue(session, world.AUDITOR, CaseFilter.model_validate(EARLY), END)
    assert (board.total, board.root) == (len(items), world.DISTRICT.id)
    for counts in (
        board.units,
        board.places,
        board.holders,
        board.levels,
        board.matters,
        board.policies,
    ):
        assert sum(count.cases for count in counts) == len(items)
        assert min(count.since for count in counts) == min(item.since for item in items.values())
    assert [(count.key, count.name) for count in board.matters] == [
        ("street-lamp", Words(zh="路灯不亮", en="Street lamp out"))
    ]
    assert [count.key for count in board.policies] == ["135"]
    assert sum(count.critical for count in board.levels) == sum(
        item.case.urgency is Urgency.CRITICAL for item in items.values()
    )
    by_level = {count.key: count.cases for count in board.levels}
    for level in Level:
        expected = sum(item.level_then is level for item in items.values())
        assert by_level.get(level.value, 0) == expected


async def test_the_board_drills_down_from_the_city_to_the_street(session: AsyncSession) -> None:
    at = ARRIVAL
    city = await summarize_overdue(session, world.CITY_SUPERVISOR, CaseFilter(), at)
    assert [(count.key, count.name) for count in city.units] == [
        (world.DISTRICT.id, Words(zh="璧山区", en="璧山区"))
    ]
    street = await summarize_overdue(session, world.CITY_SUPERVISOR, CaseFilter(unit=world.STREET.id), at)
    assert [count.key for count in street.units] == [world.STREET.id]
    assert street.root == world.STREET.id
    grid = await summarize_overdue(session, world.CITY_SUPERVISOR, CaseFilter(unit=world.GRID.id), at)
    assert [count.key for count in grid.units] == [world.STREET.id]
    below = [world.DISTRICT, world.STREET, world.COMMUNITY, world.GRID]
    for unit, places in ((None, below[0]), *pairwise(below), (below[-1], below[-1])):
        wanted = CaseFilter(unit=unit.id if unit else None)
        drilled = await summarize_overdue(session, world.CITY_SUPERVISOR, wanted, at)
        assert [count.key for count in drilled.places] == [places.id]
        assert drilled.holders == street.holders
    several = await summarize_overdue(session, world.TWO_POSTS, CaseFilter(), at)
    assert (several.root, [count.key for count in several.units]) == (None, [world.DISTRICT.id])
    with pytest.raises(UnitNotFound):
        await summarize_overdue(session, world.AUDITOR, CaseFilter(unit="50-nowhere"), at)


async def test_the_timeline_is_read_in_one_query_and_only_by_those_who_may(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    play = plays()["idle"]
    with statements(engine) as sent:
        told = await read_timeline(session, world.OFFICER, play.case.number)
    assert len(sent) == 1
    assert [entry.hash for entry in told.entries] == [fact.hash for fact in play.facts]
    with pytest.raises(CaseNotFound):
        await read_timeline(session, world.FOREIGN_DISPATCHER, play.case.number)
