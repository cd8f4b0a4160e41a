"""Instants and periods as people type them, in the city's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from api.errors import InputInvalid
from api.pages.forms import Form
from api.rest.overdue import instant
from models.base import Words
from models.clocks.calendar import CITY_ZONE, city_date, midnight

TYPED: Final = "%Y-%m-%dT%H:%M"
"""As browsers write the value of `datetime-local`."""
USUAL_DAYS: Final = 30
"""How many days a period has unless another is asked for."""
LONGEST_DAYS: Final = 366

_UNREADABLE: Final = Words(
    zh="请写成 2026-03-02 或 2026-03-02 09:00", en="Write it as 2026-03-02 or 2026-03-02 09:00"
)


def moment(form: Form, name: str, now: datetime) -> datetime:
    """The instant typed into the field, UTC; a day means its end; nothing means `now`.

    What cannot be read, or lies in the future, becomes the field's fault (and the answer is `now`).
    """
    typed = form[name]
    if not typed:
        return now
    try:
        asked: datetime | date = (
            date.fromisoformat(typed) if len(typed) == 10 else datetime.fromisoformat(typed)
        )
        if isinstance(asked, datetime) and asked.tzinfo is None:
            asked = asked.replace(tzinfo=CITY_ZONE)
        return instant(asked, now)
    except InputInvalid as future:
        form.refuse(InputInvalid(future.detail, members={"field": name}))
    except (ValueError, OverflowError):
        form.fault(name, _UNREADABLE.in_language(form.language))
    return now


def typed(at: datetime) -> str:
    """The instant as a field for day and time holds it."""
    return at.astimezone(CITY_ZONE).strftime(TYPED)


class Period:
    """Days from `first` to `last`, both counted; by default the last thirty."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    @property
    def since(self) -> datetime:
        """Its first instant, UTC."""
        return midnight(self.first).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first instant after it, UTC."""
        return midnight(self.last + timedelta(days=1)).astimezone(UTC)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def usual(now: datetime, days: int = USUAL_DAYS) -> Period:
    """The last so many days, today counted."""
    today = city_date(now)
    return Period(today - timedelta(days=days - 1), today)


def period(form: Form, now: datetime) -> Period:
    """The period typed into the fields `from` and `to`; what is wrong with it becomes their fault."""
    otherwise = usual(now)
    last = _day(form, "to") or otherwise.last
    first = _day(form, "from") or min(otherwise.first, last - timedelta(days=USUAL_DAYS - 1))
    if form.faults:
        return otherwise
    said: dict[str, Words] = {}
    if last > otherwise.last:
        said["to"] = Words(zh="不能晚于今天", en="Not later than today")
    elif first > last:
        said["from"] = Words(zh="不能晚于截止日期", en="Not later than the last day")
    elif (last - first).days >= LONGEST_DAYS:
        said["from"] = Words(zh=f"最多 {LONGEST_DAYS} 天", en=f"At most {LONGEST_DAYS} days")
    for name, words in said.items():
        form.fault(name, words.in_language(form.language))
    return otherwise if said else Period(first, last)


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(form[name])
    except ValueError:
        form.fault(
            name, Words(zh="请写成 2026-03-02", en="Write it as 2026-03-02").in_language(form.language)
        )
        return None
