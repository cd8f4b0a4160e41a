"""Returns, rework, extensions and suspensions as their own views, and the figures beside them."""

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
    Approve,
    CallBack,
    Claim,
    Dispatch,
    Handle,
    Refuse,
    RequestExtension,
    RequestSuspension,
    Resume,
    Return,
    Rework,
    Verify,
)
from models.city.people import Principal
from models.clocks.budget import ClockKind
from models.queries.cursors import BadCursor
from models.queries.review_facts import Outcome, Review, ReviewFilter
from models.queries.review_figures import figures
from models.queries.reviews import ReviewLine, count_reviews, list_reviews
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, statements, write

DAY: Final = timedelta(days=1)
END: Final = world.MONDAY + 14 * DAY
PERIOD: Final = ReviewFilter(since=world.MONDAY, until=END)
REVIEW_ON: Final = (world.MONDAY + 30 * DAY).date()


def _dispatched(number: str, to: Principal = world.SAFETY_A) -> Play:
    play = Play.reported(world.dossier(Urgency.URGENT, number=number)).wait(seconds=30)
    play.send(world.DISPATCHER, Accept()).send(world.DISPATCHER, Dispatch(lead=to.posts[0].unit))
    return play


def _closed(play: Play, by: Principal = world.SAFETY_A) -> Play:
    play.send(by, Handle(note="已修复")).send(world.DISPATCHER, Verify())
    return play.send(world.DISPATCHER, CallBack(reached=True, resolved=True, satisfied=True))


@cache
def plays() -> dict[str, Play]:
    """One handed to and fro, one done twice, one extended, one refused, and suspensions of every kind."""
    pingpong = _dispatched("20261012-000021")
    pingpong.send(world.SAFETY_A, Return(reason="属城管职责"))
    pingpong.send(world.DISPATCHER, Dispatch(lead=world.CHENGGUAN))
    pingpong.send(world.CHENGGUAN_STAFF, Return(reason="属民生职责"))
    pingpong.send(world.DISPATCHER, Dispatch(lead=world.LIVELIHOOD))
    pingpong.send(world.LIVELIHOOD_STAFF, Return(reason="无此权限"))
    twice = _dispatched("20261012-000022").send(world.SAFETY_A, Claim())
    twice.send(world.SAFETY_A, Handle(note="已修")).send(world.DISPATCHER, Rework(reason="仍不亮"))
    twice.send(world.SAFETY_A, Handle(note="再修")).send(world.DISPATCHER, Verify())
    twice.send(world.DISPATCHER, CallBack(reached=True, resolved=False, satisfied=False, note="还是暗"))
    _closed(twice)
    extended = _dispatched("20261012-000023").send(world.SAFETY_A, Claim())
    extended.send(world.SAFETY_A, RequestExtension(amount=3600, reason="待配件"))
    extended.wait(minutes=10).send(world.COMMANDER, Approve(note="同意"))
    _closed(extended)
    refused = _dispatched("20261012-000024").send(world.SAFETY_A, Claim())
    refused.send(world.SAFETY_A, RequestExtension(amount=7200, reason="人手不足"))
    refused.send(world.COMMANDER, Refuse(note="理由不充分"))
    lapsed = _dispatched("20261012-000025").send(world.SAFETY_A, Claim())
    lapsed.send(world.SAFETY_A, RequestSuspension(review_on=REVIEW_ON, reason="待批"))
    _closed(lapsed)
    paused = _dispatched("20261012-000026").send(world.SAFETY_A, Claim())
    paused.send(world.SAFETY_A, RequestSuspension(review_on=REVIEW_ON, reason="待资金到位"))
    paused.send(world.COMMANDER, Approve())
    resumed = _dispatched("20261012-000027").send(world.SAFETY_A, Claim())
    resumed.send(world.SAFETY_A, RequestSuspension(review_on=REVIEW_ON, reason="待天晴"))
    resumed.send(world.COMMANDER, Approve()).wait(days=3).send(world.DISPATCHER, Resume(note="天晴"))
    asking = _dispatched("20261012-000028").send(world.SAFETY_A, Claim())
    asking.send(world.SAFETY_A, RequestSuspension(review_on=REVIEW_ON, reason="待专家"))
    plays = {
        "pingpong": pingpong,
        "twice": twice,
        "extended": extended,
        "refused": refused,
        "lapsed": lapsed,
        "paused": paused,
        "resumed": resumed,
        "asking": asking,
    }
    for play in plays.values():
        play.until(END)
    return plays


@pytest.fixture
async def session(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncSession]:
    await furnish(engine)
    await write(engine, *plays().values())
    async with sessions.read() as session:
        yield session


async def told(
    session: AsyncSession, kind: Review, wanted: ReviewFilter = PERIOD, by: Principal = world.AUDITOR
) -> list[tuple[str, ReviewLine]]:
    """What the review tells of the played cases, by their names, the oldest first."""
    page = await list_reviews(session, by, kind, wanted, END, limit=200)
    known = {play.case.number: name for name, play in plays().items()}
    return [(known[line.case.number], line) for line in reversed(page.items) if line.case.number in known]


async def test_every_return_with_who_why_and_how_often(session: AsyncSession) -> None:
    lines = await told(session, Review.RETURNS)
    assert [(name, line.unit.id, line.why.zh, line.ordinal, line.total) for name, line in lines] == [
        ("pingpong", world.SAFETY.id, "属城管职责", 1, 3),
        ("pingpong", world.CHENGGUAN.id, "属民生职责", 2, 3),
        ("pingpong", world.LIVELIHOOD.id, "无此权限", 3, 3),
    ]
    assert lines[0][1].person.name == named(world.SAFETY_A.person)
    counts = await count_reviews(session, world.AUDITOR, Review.RETURNS, PERIOD, END)
    assert (counts.times, counts.cases, counts.ping_pong) == (3, 1, 1)
    assert {count.unit.id: count.times for count in counts.units} == {
        world.SAFETY.id: 1,
        world.CHENGGUAN.id: 1,
        world.LIVELIHOOD.id: 1,
    }


async def test_rework_names_who_had_handled_in_vain_and_whether_it_was_the_check(
    session: AsyncSession,
) -> None:
    (_, checked), (_, unhappy) = await told(session, Review.REWORK)
    assert (checked.outcome, checked.why.zh) == (Outcome.CHECKED, "仍不亮")
    assert checked.person.name == named(world.DISPATCHER.person)
    assert unhappy.outcome is Outcome.DISSATISFIED
    assert unhappy.why.zh == "回访：未解决，不满意：还是暗"
    assert unhappy.why.en.startswith("Call-back: not resolved")
    assert {checked.unit.id, unhappy.unit.id} == {world.SAFETY.id}
    assert [(line.ordinal, line.total) for line in (checked, unhappy)] == [(1, 2), (2, 2)]
    counts = await count_reviews(session, world.AUDITOR, Review.REWORK, PERIOD, END)
    assert counts.outcomes == {Outcome.CHECKED: 1, Outcome.DISSATISFIED: 1}


async def test_an_extension_shows_approver_amount_and_both_limits(session: AsyncSession) -> None:
    lines = dict(await told(session, Review.EXTENSIONS))
    granted = lines["extended"]
    assert (granted.outcome, granted.amount, granted.kind) == (Outcome.APPROVED, 3600, ClockKind.CONTINUOUS)
    assert granted.decided_by is not None
    assert granted.decided_by.name == named(world.COMMANDER.person)
    assert granted.decided_at == granted.at + timedelta(minutes=10)
    assert granted.due_before == world.MONDAY + timedelta(hours=5)
    assert granted.due_after == world.MONDAY + timedelta(hours=6)
    assert (granted.unit.id, granted.note) == (world.SAFETY.id, "同意")
    refused = lines["refused"]
    assert (refused.outcome, refused.note, refused.due_after) == (Outcome.REFUSED, "理由不充分", None)
    assert refused.due_before == world.MONDAY + timedelta(hours=5)


async def test_a_suspension_shows_its_review_date_and_how_long_it_lasted(session: AsyncSession) -> None:
    lines = dict(await told(session, Review.SUSPENSIONS))
    assert {name: line.outcome for name, line in lines.items()} == {
        "paused": Outcome.RUNNING,
        "resumed": Outcome.APPROVED,
        "asking": Outcome.PENDING,
        "lapsed": Outcome.LAPSED,
    }
    assert {line.review_on for line in lines.values()} == {REVIEW_ON}
    assert lines["resumed"].lasted == 3 * DAY
    assert lines["paused"].decided_at is not None
    assert lines["paused"].lasted == END - lines["paused"].decided_at
    assert (lines["asking"].lasted, lines["lapsed"].lasted) == (None, None)


async def test_a_suspension_belongs_to_every_period_it_lasted_in(session: AsyncSession) -> None:
    later = ReviewFilter(since=world.MONDAY + 2 * DAY, until=END)
    assert {name for name, _ in await told(session, Review.SUSPENSIONS, later)} == {"paused", "resumed"}
    after = ReviewFilter(since=world.MONDAY + 5 * DAY, until=END)
    assert {name for name, _ in await told(session, Review.SUSPENSIONS, after)} == {"paused"}
    assert await told(session, Review.EXTENSIONS, after) == []


async def test_filters_narrow_by_place_unit_and_outcome(session: AsyncSession) -> None:
    def but(**changes: object) -> ReviewFilter:
        return ReviewFilter.model_validate(PERIOD.model_dump() | changes)

    assert await told(session, Review.RETURNS, but(unit=world.OTHER_COMMUNITY.id)) == []
    assert len(await told(session, Review.RETURNS, but(unit=world.GRID.id))) == 3
    assert len(await told(session, Review.RETURNS, but(by=world.CHENGGUAN.id))) == 1
    running = await told(session, Review.SUSPENSIONS, but(outcome=Outcome.RUNNING))
    assert [name for name, _ in running] == ["paused"]
    assert await told(session, Review.REWORK, but(until=world.MONDAY)) == []


@pytest.mark.parametrize("kind", Review)
async def test_strangers_see_nothing(session: AsyncSession, kind: Review) -> None:
    for stranger in (world.FOREIGN_DISPATCHER, world.ADMINISTRATOR, world.SENSOR):
        assert (await list_reviews(session, stranger, kind, PERIOD, END)).items == ()
        counts = await count_reviews(session, stranger, kind, PERIOD, END)
        assert (counts.times, counts.cases, counts.ping_pong, counts.units) == (0, 0, 0, ())
        made = await figures(session, stranger, world.MONDAY, END, None, END)
        assert set(made.model_dump().values()) == {0}


@pytest.mark.parametrize("kind", Review)
async def test_page_by_page_in_two_queries(engine: AsyncEngine, session: AsyncSession, kind: Review) -> None:
    whole = (await list_reviews(session, world.AUDITOR, kind, PERIOD, END, limit=200)).items
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)
    seen: list[ReviewLine] = []
    cursor: str | None = None
    while True:
        with statements(engine) as sent:
            page = await list_reviews(session, world.AUDITOR, kind, PERIOD, END, cursor=cursor, limit=1)
        assert len(sent) == 2
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert seen == list(whole) != []
    counts = await count_reviews(session, world.AUDITOR, kind, PERIOD, END)
    assert counts.times == len(whole) == sum(counts.outcomes.values())
    with pytest.raises(BadCursor):
        await list_reviews(session, world.AUDITOR, kind, PERIOD, END, cursor="nothing")


async def test_the_figures_of_the_period(engine: AsyncEngine, session: AsyncSession) -> None:
    """Closed: `twice`, `extended`, `lapsed`, all on time. Due: all eight, of which one is suspended."""
    with statements(engine) as sent:
        made = await figures(session, world.AUDITOR, world.MONDAY, END, world.COMMUNITY.id, END)
    assert len(sent) == 1
    assert made.model_dump() == {
        "closed": 3,
        "returned": 0,
        "reworked": 1,
        "dissatisfied": 1,
        "extended": 1,
        "suspended": 0,
        "due": 8,
        "standing": 1,
        "on_time": 3,
    }
    before = await figures(session, world.AUDITOR, world.MONDAY - DAY, world.MONDAY, None, END)
    assert set(before.model_dump().values()) == {0}
    # A limit that still lies ahead is not due, whatever period was asked for.
    early = await figures(session, world.AUDITOR, world.MONDAY, END, None, world.MONDAY)
    assert (early.due, early.closed) == (0, 3)
