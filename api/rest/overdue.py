"""`GET /overdue`: what is, or on a past date was, over a limit; and the board that counts it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn
from api.errors import InputInvalid, NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.case_queries import CaseQuery, PageQuery
from api.rest.cases_reading import LINE
from models.base import Words
from models.clocks.calendar import midnight
from models.queries.overdue import OverdueCase, list_overdue
from models.queries.overdue_summary import OverdueSummary, summarize_overdue
from models.queries.units import UnitNotFound

router: Final = APIRouter(prefix=f"{API}/overdue", tags=["overdue"], responses=problems(*SIGNED_IN))

At = AwareDatetime | date | None
_AT: Final = Field(
    default=None,
    description="An instant, or a day in Asia/Shanghai (which means its end). By default now.",
    examples=["2026-03-02", "2026-03-02T09:00:00+08:00"],
)
_ITEM: Final[dict[str, Any]] = {
    "case": LINE,
    "stage_then": "handling",
    "holder_then": {"id": "500120001", "name": "璧城街道"},
    "level_then": "street",
    "since": "2026-03-02T03:19:30Z",
    "late": 1830.0,
    "clocks": [
        {
            "clock": "handle:r1",
            "stage": "handle",
            "owner": {"id": "500120001-pingan", "name": "平安法治"},
            "since": "2026-03-02T03:19:30Z",
            "late": 1830.0,
            "policy": {
                "id": "135",
                "version": 1,
                "name": {"zh": "135", "en": "135"},
                "standing": "project_default",
            },
            "why": {"zh": "依据《135》第1版……", "en": "Under “135” version 1…"},
        }
    ],
    "stays": [
        {
            "round": 1,
            "stage": "reported",
            "holder": {"id": "500120001", "name": "璧城街道"},
            "since": "2026-03-02T01:19:30Z",
            "until": "2026-03-02T01:20:11Z",
            "spent": 41.0,
            "paused": 0.0,
            "pauses": [],
        }
    ],
}


class OverdueQuery(PageQuery):
    """When, which cases, which page. `level` and `holder` mean those of then."""

    at: At = _AT


class BoardQuery(CaseQuery):
    """When, and which cases."""

    at: At = _AT


class OverdueList(BaseModel):
    """Part of the list, the longest overdue first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"at": "2026-03-02T03:50:00Z", "items": [_ITEM], "next": None}]}
    )

    at: datetime = Field(description="The instant the answer holds for, UTC.")
    items: list[OverdueCase] = Field(description="Durations are seconds.")
    next: str | None = Field(description="Send it as `cursor`, with the same `at`, for what follows.")


class Board(OverdueSummary):
    """How many, and where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-03-02T03:50:00Z",
                    "total": 3,
                    "root": "500120",
                    "units": [
                        {
                            "key": "500120001",
                            "name": {"zh": "璧城街道", "en": "璧城街道"},
                            "cases": 3,
                            "critical": 1,
                            "since": "2026-03-02T03:19:30Z",
                        }
                    ],
                    "places": [
                        {
                            "key": "500120001",
                            "name": {"zh": "璧城街道", "en": "璧城街道"},
                            "cases": 3,
                            "critical": 1,
                            "since": "2026-03-02T03:19:30Z",
                        }
                    ],
                    "holders": [
                        {
                            "key": "500120001",
                            "name": {"zh": "璧城街道", "en": "璧城街道"},
                            "cases": 3,
                            "critical": 1,
                            "since": "2026-03-02T03:19:30Z",
                        }
                    ],
                    "levels": [],
                    "matters": [],
                    "policies": [],
                }
            ]
        }
    )

    at: datetime = Field(description="The instant the counts hold for, UTC.")


@router.get("", operation_id="listOverdue", summary="Overdue, now or then")
async def overdue(
    caller: SignedIn, session: ReadSession, query: Annotated[OverdueQuery, Query()]
) -> OverdueList:
    """The cases over a limit at the instant asked about, which limits, by how much, under which rule.

    For a past instant it is what the clocks said then, whatever has moved them since; with the time spent
    in each stage until then, time in suspension apart.
    """
    now = datetime.now(UTC)
    at = instant(query.at, now)
    page = await list_overdue(
        session, caller.principal, query.wanted(), at, now, cursor=query.cursor, limit=query.limit
    )
    return OverdueList(at=at, items=list(page.items), next=page.next)


@router.get("/summary", operation_id="summarizeOverdue", summary="The overdue board", responses=problems(404))
async def summary(caller: SignedIn, session: ReadSession, query: Annotated[BoardQuery, Query()]) -> Board:
    """Counts of the same cases by unit, level, matter and policy.

    `unit` drills down: the units directly below it are told apart, by who held the case then.
    """
    now = datetime.now(UTC)
    at = instant(query.at, now)
    try:
        counted = await summarize_overdue(session, caller.principal, query.wanted(), at, now)
    except UnitNotFound as error:
        raise NotFound from error
    return Board(at=at, **dict(counted))


def instant(asked: datetime | date | None, now: datetime) -> datetime:
    """The instant asked about, UTC; a day means its end, or now. Raises InputInvalid for the future."""
    if asked is None:
        return now
    if not isinstance(asked, datetime):
        if midnight(asked) > now:
            raise _future()
        return min(midnight(asked + timedelta(days=1)).astimezone(UTC), now)
    if asked > now + timedelta(minutes=1):  # clocks of callers differ
        raise _future()
    return asked.astimezone(UTC)


def _future() -> InputInvalid:
    return InputInvalid(Words(zh="时刻不能在将来", en="The instant must not lie in the future"))
