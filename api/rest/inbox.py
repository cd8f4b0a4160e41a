"""`GET /inbox`: messages to me and to my posts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn, WriteSession
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.queries.inbox import Message, MessageId, count_unread, list_messages, mark_read

router: Final = APIRouter(prefix=f"{API}/inbox", tags=["inbox"], responses=problems(*SIGNED_IN))

_ID: Final[dict[str, Any]] = {"case": "20260302-000017", "seq": 7, "place": 0}
_MESSAGE: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "dispatched",
    "words": {
        "zh": "20260302-000017 路灯不亮：派遣：主办 民生服务",
        "en": "20260302-000017 Street lamp out: Dispatched: lead 民生服务",
    },
    "urgent": False,
    "visible_at": "2026-03-02T01:22:40Z",
    "unit": "500120001-minsheng",
    "read_at": None,
}


class Inbox(BaseModel):
    """Part of the inbox."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_MESSAGE], "next": None, "unread": 1}]}
    )

    items: list[Message] = Field(description="Unread first, then the newest.")
    next: str | None
    unread: int = Field(description="How many are unread in all.")


class Reading(BaseModel):
    """What has been read: single messages, or everything up to an instant."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"messages": [_ID]}]})

    messages: list[MessageId] | None = Field(default=None, max_length=500)
    until: AwareDatetime | None = Field(
        default=None, description="Only what was delivered by then; without `messages`, all of it."
    )


class MarkedRead(BaseModel):
    """What came of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"marked": 1, "unread": 0}]})

    marked: int = Field(description="How many were newly marked.")
    unread: int = Field(description="How many are unread now.")


@router.get("", operation_id="getInbox", summary="My messages")
async def inbox(
    caller: SignedIn,
    session: ReadSession,
    unread: Annotated[bool, Query(description="Only unread ones.")] = False,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Inbox:
    """Messages of the last sixty days that have been delivered: ordinary ones wait for the morning."""
    at, who = datetime.now(UTC), caller.principal
    page = await list_messages(session, who, at, unread_only=unread, cursor=cursor, limit=limit)
    return Inbox(items=list(page.items), next=page.next, unread=await count_unread(session, who, at))


@router.post("/read", operation_id="markRead", summary="I have read these")
async def read(reading: Reading, caller: SignedIn, session: WriteSession) -> MarkedRead:
    """Mark messages as read, for the caller only: a colleague at the same desk reads for themselves."""
    now = datetime.now(UTC)
    marked = await mark_read(session, caller.principal, now, reading.messages, until=reading.until)
    return MarkedRead(marked=marked, unread=await count_unread(session, caller.principal, now))
