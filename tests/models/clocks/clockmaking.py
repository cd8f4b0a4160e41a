"""Making clocks for tests: the shipped calendar, two limits, and a clock started at a time in Beijing."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.base import Words
from models.clocks import clock as clocks
from models.clocks.budget import Budget
from models.clocks.calendar import CITY_ZONE, CalendarSlice, load_calendar
from models.clocks.clock import Clock
from models.clocks.policy import ClockStage, Limit, PolicyRef, RedAction, Rules, StageRule, Standing

CALENDAR = load_calendar()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = Words(zh="名", en="name")
BASE = PolicyRef(id="base", version=4, name=NAME, standing=Standing.PROJECT_DEFAULT)
RULES = Rules(policy="top", version=2, name=NAME, sources=(BASE,))


def beijing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)


def limit(budget: Budget, **said: object) -> StageRule:
    return StageRule.model_validate({"stage": ClockStage.HANDLE, "budget": budget, **said})


def started(rule: Limit, origin: str, at: str | None = None, calendar: CalendarSlice = CALENDAR) -> Clock:
    return clocks.start(
        rule,
        id="handle:r1",
        stage=ClockStage.HANDLE,
        subject="r1",
        rules=RULES,
        origin=beijing(origin),
        at=beijing(at or origin),
        calendar=calendar,
    )


FIVE_DAYS = limit(Budget.working_days(5), at_red=(RedAction.ESCALATE,))
TWO_HOURS = limit(Budget.hours(2), substitute=0.5)
