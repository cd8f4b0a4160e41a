"""What the measure *Reading* asks: each list and page that grows with the city, by readers of every level."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bench.reading_data import NOW, City, tracking_code
from bench.reading_lives import CITY_ID, person_of
from bench.reading_rows import Place, searched
from models.base import Urgency
from models.case.state import Stage
from models.city.people import Post, Principal, Role
from models.city.units import Level, UnitKind, UnitRef
from models.queries.case_filters import CaseFilter, CaseState
from models.queries.cases import CaseOrder, get_case, list_cases
from models.queries.facts import fact_rows
from models.queries.inbox import count_unread, list_messages
from models.queries.intake_queue import Step, count_queue, list_queue
from models.queries.map_data import map_cases, part_counts
from models.queries.names import names
from models.queries.open_whistles import open_whistles
from models.queries.orders import WAITED_FOR, OrderFilter, OrderState, count_orders, list_orders
from models.queries.overdue import list_overdue
from models.queries.overdue_summary import summarize_overdue
from models.queries.public_timeline import read_public_case
from models.queries.review_facts import Review, ReviewFilter
from models.queries.review_figures import figures
from models.queries.reviews import count_reviews, list_reviews
from models.queries.slow_desks import slow_desks
from models.queries.street_figures import flow, standing
from models.queries.tasks import Whose, list_tasks
from models.queries.timeline import read_timeline
from models.queries.tracking import find_tracking
from models.queries.waiting import list_waiting
from models.queries.whistle_board import whistle_board
from models.queries.worklist import list_work
from models.queries.worklist_overview import overview
from models.tables.cases import CaseRow
from models.tables.trackings import TrackingRow

LEVELS: Final = (Level.GRID, Level.STREET, Level.DISTRICT, Level.CITY)


@dataclass(frozen=True)
class Reader:
    """Somebody who asks: at a level, about the unit they see."""

    principal: Principal
    unit: UnitRef
    at: datetime
    random: Random
    numbers: Sequence[str]
    """Cases they may see."""
    tracked: Sequence[str]
    """Cases that a resident follows, anywhere."""

    def past(self) -> datetime:
        """Some instant of the year."""
        return self.at - timedelta(days=self.random.uniform(1, 330))

    def number(self) -> str:
        """Some case."""
        return self.random.choice(self.numbers)


Ask = Callable[[AsyncSession, Reader], Awaitable[Any]]


class Readers:
    """Makes readers of every level, each at another place, from a seed."""

    def __init__(self, place: City, seed: int) -> None:
        self._places = {grid.grid: grid for grid in place.grids}
        self._busy: list[str] = []
        self._random = Random(seed)  # noqa: S311 - no secret
        self._visible: dict[str, list[str]] = {}
        self._tracked: list[str] = []

    async def one(self, session: AsyncSession, level: Level) -> Reader:
        """Another reader of the level; places with much to do come more often, as they do in life."""
        if not self._busy:
            open_ = select(col(CaseRow.place_id)).where(col(CaseRow.closed_at).is_(None))
            self._busy = list((await session.scalars(open_.order_by(col(CaseRow.number)))).all())
        grid = self._places[self._random.choice(self._busy)]
        unit, roles = _seat(grid, level, self._random)
        posts = tuple(Post(id=f"post-{role}", unit=unit, role=role) for role in roles)
        top = unit.path.split(".")[1] if unit.kind is UnitKind.DEPARTMENT else unit.id
        place = unit if top == unit.id else _unit(unit.path.rpartition(".")[0], UnitKind.DISTRICT, "")
        if top not in self._visible:
            rows = select(col(CaseRow.number)).where(col(CaseRow.visible_to).contains([top])).limit(400)
            self._visible[top] = list((await session.scalars(rows)).all())
        if not self._tracked:
            self._tracked = list((await session.scalars(select(col(TrackingRow.case_no)))).all())
        at = NOW + timedelta(seconds=self._random.uniform(0, 600))
        principal = Principal(person=person_of(unit.id), posts=posts)
        return Reader(principal, place, at, self._random, self._visible[top], self._tracked)


def _unit(path: str, kind: UnitKind, name: str) -> UnitRef:
    return UnitRef(id=path.rpartition(".")[2], kind=kind, name=name, path=path)


def _seat(grid: Place, level: Level, random: Random) -> tuple[UnitRef, tuple[Role, ...]]:
    path = [CITY_ID, grid.district, grid.street, grid.community, grid.grid]
    match level:
        case Level.GRID:
            return _unit(".".join(path), UnitKind.GRID, grid.grid_name), (Role.GRID_WORKER,)
        case Level.STREET:
            roles = (Role.DISPATCHER, Role.COMMANDER)
            return _unit(".".join(path[:3]), UnitKind.STREET, grid.street_name), roles
        case Level.DISTRICT if random.random() < 0.25:
            department = f"{grid.district}-{random.choice(('chengguan', 'gongan', 'zhujian', 'minzheng'))}"
            desk = _unit(".".join((*path[:2], department)), UnitKind.DEPARTMENT, "")
            return desk, (Role.DEPARTMENT_STAFF, Role.COMMANDER)
        case Level.DISTRICT:
            roles = (Role.DISPATCHER, Role.SUPERVISOR)
            return _unit(".".join(path[:2]), UnitKind.DISTRICT, grid.district_name), roles
        case _:
            return _unit(CITY_ID, UnitKind.CITY, "重庆市"), (
                random.choice((Role.DISPATCHER, Role.SUPERVISOR)),
            )


async def _overdue_now(session: AsyncSession, who: Reader) -> None:
    await list_overdue(session, who.principal, _some(who), who.at, who.at)


async def _overdue_then(session: AsyncSession, who: Reader) -> None:
    await list_overdue(session, who.principal, _some(who), who.past(), who.at)


async def _overdue_summary(session: AsyncSession, who: Reader) -> None:
    at = who.at if who.random.random() < 0.5 else who.past()
    await summarize_overdue(session, who.principal, _some(who), at, who.at)


def _some(who: Reader) -> CaseFilter:
    """Everything, or narrowed as people narrow boards."""
    return who.random.choice(
        (CaseFilter(), CaseFilter(), CaseFilter(unit=who.unit.id), CaseFilter(urgency=Urgency.URGENT))
    )


async def _timeline(session: AsyncSession, who: Reader) -> None:
    await read_timeline(session, who.principal, who.number())


async def _case_page(session: AsyncSession, who: Reader) -> None:
    case = await get_case(session, who.principal, who.number())
    facts = (await fact_rows(session, [case.number]))[case.number]
    await names(session, {fact.actor["person"] for fact in facts} | {fact.holder_id for fact in facts})


async def _inbox(session: AsyncSession, who: Reader) -> None:
    await list_messages(session, who.principal, who.at)


async def _unread(session: AsyncSession, who: Reader) -> None:
    await count_unread(session, who.principal, who.at)


async def _search(session: AsyncSession, who: Reader) -> None:
    await list_cases(session, who.principal, CaseFilter(words=searched(who.random)), who.at)


async def _search_one(session: AsyncSession, who: Reader) -> None:
    character = who.random.choice("灯水路井噪墙电树狗梯燃气积停楼龘")
    await list_cases(session, who.principal, CaseFilter(words=character), who.at)


async def _cases(session: AsyncSession, who: Reader) -> None:
    wanted = who.random.choice(
        (
            CaseFilter(),
            CaseFilter(state=CaseState.OPEN),
            CaseFilter(unit=who.unit.id, stages=(Stage.CLOSED,)),
            CaseFilter(overdue=True),
            CaseFilter(urgency=Urgency.URGENT, reported_from=who.at - timedelta(days=30)),
        )
    )
    await list_cases(session, who.principal, wanted, who.at)


async def _desk(session: AsyncSession, who: Reader) -> None:
    await list_work(session, who.principal, who.at, CaseFilter())


async def _desk_overview(session: AsyncSession, who: Reader) -> None:
    await overview(session, who.principal, who.at, CaseFilter())


async def _tasks(session: AsyncSession, who: Reader) -> None:
    await list_tasks(session, who.principal, who.random.choice(tuple(Whose)), who.at)


async def _waiting(session: AsyncSession, who: Reader) -> None:
    await list_waiting(session, who.principal, who.at)


async def _queue(session: AsyncSession, who: Reader) -> None:
    await list_queue(session, who.principal, who.random.choice(tuple(Step)), who.at)


async def _queue_counts(session: AsyncSession, who: Reader) -> None:
    await count_queue(session, who.principal)


async def _whistles(session: AsyncSession, who: Reader) -> None:
    await whistle_board(session, who.principal, who.at)


async def _standing(session: AsyncSession, who: Reader) -> None:
    await standing(session, who.principal, who.unit.id, who.at)


async def _flow(session: AsyncSession, who: Reader) -> None:
    await flow(session, who.principal, who.unit.id, who.at)


async def _slow_desks(session: AsyncSession, who: Reader) -> None:
    await slow_desks(session, who.principal, who.unit.id, who.at)


async def _open_whistles(session: AsyncSession, who: Reader) -> None:
    await open_whistles(session, who.principal, who.unit.id, who.at)


async def _red_orders(session: AsyncSession, who: Reader) -> None:
    wanted = CaseFilter(unit=who.unit.id, urgency=Urgency.CRITICAL, state=CaseState.OPEN)
    await list_cases(session, who.principal, wanted, who.at, order=CaseOrder.NEAREST_RED, limit=8)


async def _map_cases(session: AsyncSession, who: Reader) -> None:
    await map_cases(session, who.principal, who.unit, who.at)


async def _map_parts(session: AsyncSession, who: Reader) -> None:
    await part_counts(session, who.principal, who.unit, who.at)


async def _orders(session: AsyncSession, who: Reader) -> None:
    states = who.random.choice((WAITED_FOR, WAITED_FOR, (OrderState.ANSWERED,)))
    since = who.at - timedelta(days=30) if states != WAITED_FOR else None
    await list_orders(session, who.principal, OrderFilter(states=states, opened_from=since), who.at)


async def _order_counts(session: AsyncSession, who: Reader) -> None:
    wanted = OrderFilter(opened_from=who.at - timedelta(days=30), opened_to=who.at)
    await count_orders(session, who.principal, wanted, who.at)


def _month(who: Reader) -> ReviewFilter:
    until = who.at - timedelta(days=who.random.randint(0, 200))
    return ReviewFilter(since=until - timedelta(days=30), until=until)


async def _reviews(session: AsyncSession, who: Reader) -> None:
    await list_reviews(session, who.principal, who.random.choice(tuple(Review)), _month(who), who.at)


async def _review_counts(session: AsyncSession, who: Reader) -> None:
    await count_reviews(session, who.principal, who.random.choice(tuple(Review)), _month(who), who.at)


async def _rates(session: AsyncSession, who: Reader) -> None:
    month = _month(who)
    assert month.since is not None  # noqa: S101 - made above
    assert month.until is not None  # noqa: S101
    unit = None if who.unit.kind is UnitKind.CITY else who.unit.id
    await figures(session, who.principal, month.since, month.until, unit, who.at)


async def _tracking(session: AsyncSession, who: Reader) -> None:
    found = await find_tracking(session, tracking_code(who.random.choice(who.tracked)))
    if found is not None:
        await read_public_case(session, found)


ASKED: Final[dict[str, Ask]] = {
    "overdue_now": _overdue_now,
    "overdue_then": _overdue_then,
    "overdue_summary": _overdue_summary,
    "timeline": _timeline,
    "case_page": _case_page,
    "inbox": _inbox,
    "unread": _unread,
    "cases": _cases,
    "search": _search,
    "search_one_character": _search_one,
    "desk": _desk,
    "desk_overview": _desk_overview,
    "tasks": _tasks,
    "waiting": _waiting,
    "intake_queue": _queue,
    "intake_counts": _queue_counts,
    "whistle_board": _whistles,
    "street_standing": _standing,
    "street_flow": _flow,
    "slow_desks": _slow_desks,
    "open_whistles": _open_whistles,
    "red_orders": _red_orders,
    "map_cases": _map_cases,
    "map_parts": _map_parts,
    "supervision": _orders,
    "supervision_counts": _order_counts,
    "reviews": _reviews,
    "review_counts": _review_counts,
    "rates": _rates,
    "public_tracking": _tracking,
}
"""By the name of their figure."""
