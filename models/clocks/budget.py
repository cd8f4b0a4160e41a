"""Budgets: how much time a step is given, and in which kind of time."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from models.base import Frozen, Words

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class ClockKind(StrEnum):
    """In which time a budget is consumed (domain.md §3)."""

    CONTINUOUS = "continuous"  # 连续计时, 24 hours a day
    WORKING_HOURS = "working_hours"  # 工作时间, inside the office windows of working days
    WORKING_DAYS = "working_days"  # 工作日; the day on which the clock starts is not counted


LONGEST = {
    ClockKind.CONTINUOUS: 5 * 366 * DAY,
    ClockKind.WORKING_HOURS: 5 * 260 * 8 * HOUR,
    ClockKind.WORKING_DAYS: 5 * 260,
}
"""Five years, in the unit of each kind. Instants are found by walking the calendar day by day: a limit of a
million days would hold up everybody's clocks while it is looked for, and nobody means it."""

_WRITTEN = re.compile(r"(\d+) (working )?(minute|hour|day)s?")


class Budget(Frozen):
    """An amount of time of one kind. A day is not 24 working hours: the kinds do not mix.

    Policy files write it out (`"5 working days"`, `"30 minutes"`), which validation accepts as well.
    """

    kind: ClockKind
    amount: int = Field(gt=0)
    """Seconds for continuous time and for working hours, whole days for working days."""

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = _WRITTEN.fullmatch(value)
        if match is None:
            raise ValueError(f"“{value}” is not a budget; write for example “30 minutes” or “5 working days”")
        amount, working, unit = int(match[1]), match[2] is not None, match[3]
        if working and unit == "day":
            return {"kind": ClockKind.WORKING_DAYS, "amount": amount}
        kind = ClockKind.WORKING_HOURS if working else ClockKind.CONTINUOUS
        return {"kind": kind, "amount": amount * {"minute": MINUTE, "hour": HOUR, "day": DAY}[unit]}

    @model_validator(mode="after")
    def _imaginable(self) -> Self:
        if self.amount > LONGEST[self.kind]:
            raise ValueError("a limit is five years at most")
        return self

    @classmethod
    def minutes(cls, n: int) -> Self:
        """`n` continuous minutes."""
        return cls(kind=ClockKind.CONTINUOUS, amount=n * MINUTE)

    @classmethod
    def hours(cls, n: int) -> Self:
        """`n` continuous hours."""
        return cls(kind=ClockKind.CONTINUOUS, amount=n * HOUR)

    @classmethod
    def days(cls, n: int) -> Self:
        """`n` continuous days of 24 hours."""
        return cls(kind=ClockKind.CONTINUOUS, amount=n * DAY)

    @classmethod
    def working_hours(cls, n: int) -> Self:
        """`n` hours of office time."""
        return cls(kind=ClockKind.WORKING_HOURS, amount=n * HOUR)

    @classmethod
    def working_days(cls, n: int) -> Self:
        """`n` working days."""
        return cls(kind=ClockKind.WORKING_DAYS, amount=n)

    def words(self) -> Words:
        """The budget in words (5个工作日 / 5 working days), in the largest unit that divides it."""
        if self.kind is ClockKind.WORKING_DAYS:
            return Words(zh=f"{self.amount}个工作日", en=_plural(self.amount, "working day"))
        if self.kind is ClockKind.WORKING_HOURS:
            if self.amount % HOUR == 0:
                hours = self.amount // HOUR
                return Words(zh=f"{hours}个工作小时", en=_plural(hours, "working hour"))
            spoken = _clock_time(self.amount)
            return Words(zh=f"{spoken.zh}工作时间", en=f"{spoken.en} of working time")
        return _clock_time(self.amount)


def _clock_time(seconds: int) -> Words:
    """Seconds in the largest whole unit; days from two on, because a limit of 24 hours is called that."""
    if seconds % DAY == 0 and seconds > DAY:
        return Words(zh=f"{seconds // DAY}天", en=_plural(seconds // DAY, "day"))
    if seconds % HOUR == 0:
        return Words(zh=f"{seconds // HOUR}小时", en=_plural(seconds // HOUR, "hour"))
    if seconds % MINUTE == 0:
        return Words(zh=f"{seconds // MINUTE}分钟", en=_plural(seconds // MINUTE, "minute"))
    return Words(zh=f"{seconds}秒", en=_plural(seconds, "second"))


def _plural(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"
