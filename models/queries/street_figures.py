"""Figures of a unit for its command centre: what is open, and what came and went today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import computed_field
from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.base import Frozen, Urgency
from models.city.people import Principal
from models.clocks.calendar import city_date, midnight
from models.queries.case_filters import CaseFilter, CaseState, asked
from models.tables.cases import CaseRow
from models.tables.types import Instant

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class Standing(Frozen):
    """Open cases that happened in the unit. Drills are counted apart, and nowhere else."""

    green: int
    yellow: int
    red: int
    """By the light of the instant; those whose clocks stand still are none of the three."""
    suspended: int
    critical: int
    """Red orders, whatever their light, also suspended ones."""
    critical_drills: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def open(self) -> int:
        """All of them."""
        return self.green + self.yellow + self.red + self.suspended


class Hour(Frozen):
    """One hour of the city's day: what came and what was closed in it, today and the day before."""

    hour: int
    """0 for midnight to one."""
    came: int = 0
    closed: int = 0
    came_before: int = 0
    closed_before: int = 0


class Flow(Frozen):
    """Today's in and out, beside yesterday's."""

    hours: tuple[Hour, ...]
    """All 24."""
    came_by_now: int
    """Yesterday, until the same time of day."""
    closed_by_now: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def came(self) -> int:
        """Reported today."""
        return sum(hour.came for hour in self.hours)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def closed(self) -> int:
        """Closed today, in whatever way: also declined, merged or voided."""
        return sum(hour.closed for hour in self.hours)


def concerning(
    principal: Principal, unit_id: str, at: datetime, **wanted: Any
) -> Iterator[ColumnElement[bool]]:
    """That a case happened in the unit, is no drill, may be seen, and is as `wanted` (see CaseFilter)."""
    wanted = {"unit": unit_id, "drill": False} | wanted
    yield from asked(principal, CaseFilter.model_validate(wanted), at)


async def standing(session: AsyncSession, principal: Principal, unit_id: str, at: datetime) -> Standing:
    """What is open at the instant `at`; one query."""
    running = col(CaseRow.suspended_since).is_(None)
    red = and_(running, col(CaseRow.red_at) <= at)
    yellow = and_(
        running, col(CaseRow.yellow_at) <= at, or_(col(CaseRow.red_at).is_(None), col(CaseRow.red_at) > at)
    )
    critical = col(CaseRow.urgency) == Urgency.CRITICAL.value
    true_ = col(CaseRow.drill).is_(False)
    counts = {
        "all_": true_,
        "suspended": and_(true_, col(CaseRow.suspended_since).is_not(None)),
        "yellow": and_(true_, yellow),
        "red": and_(true_, red),
        "critical": and_(true_, critical),
        "critical_drills": and_(critical, col(CaseRow.drill)),
    }
    statement = select(*(func.count().filter(what).label(name) for name, what in counts.items())).where(
        *concerning(principal, unit_id, at, state=CaseState.OPEN, drill=None)
    )
    row = dict((await session.execute(statement)).mappings().one())
    green = row.pop("all_") - row["suspended"] - row["yellow"] - row["red"]
    return Standing(green=green, **row)


async def flow(session: AsyncSession, principal: Principal, unit_id: str, at: datetime) -> Flow:
    """What came and went on the city's day of `at` and on the one before, until `at`; one query.

    A case that was reopened counts as closed only when it is closed again.
    """
    today = midnight(city_date(at))
    start = today - _DAY
    sides = (("came", col(CaseRow.reported_at)), ("closed", col(CaseRow.closed_at)))
    events = union_all(
        *(
            select(literal(name).label("side"), column.label("at")).where(
                *concerning(principal, unit_id, at), column >= start, column <= at
            )
            for name, column in sides
        )
    ).subquery("events")
    # Whole hours without arithmetic in decimals, which takes longer than all the rest.
    began = func.date_bin(_HOUR, events.c.at, literal(start, Instant))
    by_now = func.count().filter(events.c.at <= at - _DAY)
    statement = select(events.c.side, began, func.count(), by_now).group_by(events.c.side, began)
    hours: dict[int, dict[str, int]] = {hour: {} for hour in range(24)}
    until = {"came": 0, "closed": 0}
    for side, hour_began, count, before in await session.execute(statement):
        place = (hour_began - start) // _HOUR
        hours[place % 24][side if place >= 24 else f"{side}_before"] = count
        until[side] += before
    return Flow(
        hours=tuple(Hour(hour=hour, **counts) for hour, counts in hours.items()),
        came_by_now=until["came"],
        closed_by_now=until["closed"],
    )
