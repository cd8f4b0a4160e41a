"""`GET /tasks`: my desk: what I have claimed, what I may claim, and what else waits for me."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.cases_reading import LINE
from models.queries.inbox import count_unread
from models.queries.tasks import TaskLine, Whose, list_tasks
from models.queries.waiting import WaitingLine, list_waiting

router: Final = APIRouter(prefix=f"{API}/tasks", tags=["tasks"], responses=problems(*SIGNED_IN))

_TASK: Final[dict[str, Any]] = {
    "case": LINE,
    "task": {
        "id": "t1",
        "role": "lead",
        "unit": {
            "id": "500120001-pingan",
            "kind": "section",
            "name": "平安法治",
            "path": "50.500120.500120001.500120001-pingan",
        },
        "round": 1,
        "opened_at": "2026-03-02T01:22:40Z",
    },
    "clocks": [],
    "my_turn": True,
    "turn_from": None,
}


class TaskList(BaseModel):
    """Part of a list of tasks, the nearest red first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_TASK], "next": None}]})

    items: list[TaskLine]
    next: str | None


class Desk(BaseModel):
    """Everything on the caller's desk: first pages of long lists."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-03-02T01:30:00Z",
                    "mine": {"items": [], "next": None},
                    "claimable": {"items": [_TASK], "next": None},
                    "waiting": [],
                    "unread": 2,
                }
            ]
        }
    )

    at: datetime = Field(description="The instant of the lights, UTC.")
    mine: TaskList = Field(description="Claimed by the caller; more at `/tasks/mine`.")
    claimable: TaskList = Field(description="Open at the caller's units; more at `/tasks/claimable`.")
    waiting: list[WaitingLine] = Field(description="Whistles, supervision orders and requests.")
    unread: int = Field(description="Unread messages in the inbox.")


@router.get("", operation_id="getDesk", summary="My desk")
async def desk(
    caller: SignedIn, session: ReadSession, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Desk:
    """What the caller has claimed, may claim, owes or may decide; the nearest red first."""
    at, who = datetime.now(UTC), caller.principal
    mine = await list_tasks(session, who, Whose.MINE, at, limit=limit)
    claimable = await list_tasks(session, who, Whose.CLAIMABLE, at, limit=limit)
    return Desk(
        at=at,
        mine=TaskList(items=list(mine.items), next=mine.next),
        claimable=TaskList(items=list(claimable.items), next=claimable.next),
        waiting=list(await list_waiting(session, who, at)),
        unread=await count_unread(session, who, at),
    )


@router.get("/{whose}", operation_id="listTasks", summary="Tasks of one kind")
async def tasks(
    whose: Whose,
    caller: SignedIn,
    session: ReadSession,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TaskList:
    """The caller's own tasks, or those it may claim. B-rank posts see from when it is their turn."""
    page = await list_tasks(session, caller.principal, whose, datetime.now(UTC), cursor=cursor, limit=limit)
    return TaskList(items=list(page.items), next=page.next)
