"""`GET /cases/{no}/timeline`: everything that happened, in words, with every date explained."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import House, SignedIn
from api.errors import NotFound
from api.gateway import Gone
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.case_views import Source, units_of
from api.rest.cases_reading import From, seen_in_workflow
from api.rest.commands import CaseNumber
from models.case.timeline import Bands, Entry, Timeline, timeline
from models.queries.names import names
from models.queries.timeline import read_timeline

router: Final = APIRouter(prefix=f"{API}/cases", tags=["cases"], responses=problems(*SIGNED_IN, 404))

_ENTRY: Final[dict[str, Any]] = {
    "seq": 2,
    "at": "2026-03-02T01:19:30Z",
    "kind": "clock_set",
    "words": {
        "zh": "受理时限起算。依据《135》第1版（项目默认，非官方定义）：受理期限1分钟……",
        "en": "Acceptance clock starts. Under “135” version 1 (project default…): within 1 minute…",
    },
    "actor": {"person": "p_7xk2", "role": "grid_worker"},
    "command": "p_7xk2:phone-7c1f-0042",
    "round": 1,
    "stage": "reported",
    "holder": "500120001",
    "scheduled": None,
    "clock": "accept:r1.h1",
    "why": {"zh": "依据《135》第1版……", "en": "Under “135” version 1…"},
    "attachments": [],
    "hash": "9f2c…",
}


class TimelineView(BaseModel):
    """The facts in their order, and the bands that draw them."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "number": "20260302-000017",
                    "from": "records",
                    "complete": True,
                    "entries": [_ENTRY],
                    "bands": {
                        "stays": [
                            {
                                "round": 1,
                                "stage": "reported",
                                "holder": "500120001",
                                "since": "2026-03-02T01:19:30Z",
                                "until": None,
                                "pauses": [],
                            }
                        ],
                        "clocks": [],
                    },
                    "names": {"p_7xk2": "李敏", "500120001": "璧城街道"},
                }
            ]
        },
    )

    number: str
    source: Source = Field(alias="from")
    complete: bool = Field(description="False when a long case's workflow holds only its newest facts.")
    entries: list[Entry]
    bands: Bands = Field(description="A band per stay in a stage, and per clock against its budget.")
    names: dict[str, str] = Field(description="Names of the people and units that entries name by id.")


@router.get("/{number}/timeline", operation_id="getTimeline", summary="What happened")
async def get_timeline(
    number: CaseNumber, caller: SignedIn, house: House, source: From = "records"
) -> TimelineView:
    """Every fact with actor, instant, words and hash; for every deadline the rule behind it.

    What a deadline did carries the instant it was scheduled for, whenever it was recorded.
    """
    if source == "workflow":
        case = await seen_in_workflow(house, caller, number)
        try:
            held = await house.gateway.timeline(number)
        except Gone as gone:
            raise NotFound from gone
        told = timeline(held.facts, complete=held.complete)
        return _view(number, source, told, units_of(case))
    async with house.sessions.read() as session:
        told = await read_timeline(session, caller.principal, number)
        ids = {entry.actor.person for entry in told.entries} | {entry.holder for entry in told.entries}
        return _view(number, source, told, await names(session, ids))


def _view(number: str, source: Source, told: Timeline, known: dict[str, str]) -> TimelineView:
    return TimelineView(
        number=number,
        source=source,
        complete=told.complete,
        entries=list(told.entries),
        bands=told.bands,
        names=known,
    )
