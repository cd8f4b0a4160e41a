"""What the list of cases was asked for: read from the address, and written back into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from models.base import Frozen, Urgency, Words
from models.case.state import Stage
from models.city.units import Level
from models.clocks.calendar import city_date, midnight
from models.clocks.clock import Light
from models.queries.case_filters import CaseFilter, CaseState
from models.queries.cases import CaseOrder

E = TypeVar("E", bound=StrEnum)
LONGEST: Final = 100
"""Characters of one value that are read."""


class Period(StrEnum):
    """When a case was reported, as people ask for it."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


PERIODS: Final[dict[Period, Words]] = {
    Period.TODAY: Words(zh="今天", en="today"),
    Period.WEEK: Words(zh="近 7 天", en="last 7 days"),
    Period.MONTH: Words(zh="近 30 天", en="last 30 days"),
}
_DAYS: Final = {Period.TODAY: 0, Period.WEEK: 6, Period.MONTH: 29}
STATES: Final[dict[CaseState, Words]] = {
    CaseState.OPEN: Words(zh="未结", en="open"),
    CaseState.SUSPENDED: Words(zh="挂起", en="suspended"),
    CaseState.CLOSED: Words(zh="已结", en="closed"),
}
ORDERS: Final[dict[CaseOrder, Words]] = {
    CaseOrder.NEWEST: Words(zh="最新上报在前", en="newest first"),
    CaseOrder.NEAREST_RED: Words(zh="最先超期在前（仅未结）", en="nearest deadline first (open only)"),
}


class Asked(Frozen):
    """The filters of the list; what is unset narrows nothing."""

    q: str = ""
    state: CaseState | None = None
    stage: Stage | None = None
    urgency: Urgency | None = None
    light: Light | None = None
    level: Level | None = None
    matter: str | None = None
    unit: str | None = None
    period: Period | None = None
    since: date | None = None
    until: date | None = None
    """Days in the city, both counted; they go before `period`."""
    order: CaseOrder = CaseOrder.NEWEST
    ignored: tuple[str, ...] = ()
    """The names of those that could not be read."""

    @classmethod
    def of(cls, query: QueryParams) -> Asked:
        """What an address asks for. A value that nobody understands is ignored, and named as such."""
        found: dict[str, Any] = {}
        ignored: list[str] = []
        for name, kind in _KINDS.items():
            text = query.get(name, "").strip()[:LONGEST]
            if not text or "\x00" in text:
                continue
            try:
                found[name] = kind(text)
            except ValueError:
                ignored.append(name)
        return cls(**found, ignored=tuple(ignored))

    @property
    def plain(self) -> dict[str, str]:
        """The filters that are set, as an address has them."""
        values = {name: getattr(self, name) for name in _KINDS}
        plain = {name: str(value) for name, value in values.items() if value}
        if self.order is CaseOrder.NEWEST:
            del plain["order"]
        return plain

    @property
    def narrowed(self) -> int:
        """How many filters are set besides the words and the order."""
        return len(self.plain.keys() - {"q", "order"})

    def address(self, **changes: Any) -> str:
        """The address of the list with these filters changed; None takes one away."""
        merged: Mapping[str, Any] = self.plain | changes
        kept = {name: str(value) for name, value in merged.items() if value is not None}
        return "/cases" + (f"?{urlencode(kept)}" if kept else "")

    def wanted(self, now: datetime) -> CaseFilter:
        """The filter for the query, as of the instant `now`."""
        since, until = self.since, self.until
        if since is None and until is None and self.period is not None:
            since = city_date(now) - timedelta(days=_DAYS[self.period])
        return CaseFilter(
            words=self.q or None,
            state=self.state,
            stages=(self.stage,) if self.stage else (),
            urgency=self.urgency,
            light=self.light,
            level=self.level,
            matter=self.matter,
            unit=self.unit,
            reported_from=midnight(since) if since else None,
            reported_to=midnight(until + timedelta(days=1)) if until and until < date.max else None,
        )


_KINDS: Final[dict[str, Any]] = {
    "q": str,
    "state": CaseState,
    "stage": Stage,
    "urgency": Urgency,
    "light": Light,
    "level": Level,
    "matter": str,
    "unit": str,
    "period": Period,
    "since": date.fromisoformat,
    "until": date.fromisoformat,
    "order": CaseOrder,
}
