"""What administrators changed, and who read personal data: for administrators and auditors."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.dependencies import Caller, ReadSession, SignedIn, caller
from api.errors import NotAllowed
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.city.administering import Deed, watched
from models.queries.contact_reads import ReadFilter, Reading, list_reads
from models.queries.journal import Entry, JournalFilter, read_journal


def require_watcher(who: Annotated[Caller, Depends(caller)]) -> None:
    """For routes that administrators and auditors may read. Raises NotAllowed."""
    if not watched(who.principal):
        raise NotAllowed


router: Final = APIRouter(
    prefix=API,
    tags=["journal"],
    dependencies=[Depends(require_watcher)],
    responses=problems(*SIGNED_IN),
)

Since = Annotated[AwareDatetime | None, Query(description="From this instant on.")]
Until = Annotated[AwareDatetime | None, Query(description="Before this instant.")]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]

_ENTRY: Final[dict[str, Any]] = {
    "id": 17,
    "at": "2026-03-02T01:00:00Z",
    "who": {"id": "p_9k2d", "name": "袁明川"},
    "unit": {"id": "50", "name": "重庆市"},
    "deed": "unit_renamed",
    "subject": "500120001005",
    "name": "东门社区",
    "before": {"name": "东关社区"},
    "after": {"name": "东门社区"},
    "reason": "居民议定",
}
_READING: Final[dict[str, Any]] = {
    "id": 4,
    "at": "2026-03-02T01:00:00Z",
    "reader": {"id": "p_8s1c", "name": "沈亦凡"},
    "login": "bicheng-dispatch",
    "role": "dispatcher",
    "case": "20260302-000017",
    "reason": "回访",
}


class JournalView(BaseModel):
    """Part of the journal."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ENTRY], "next": None}]})

    items: list[Entry] = Field(description="The newest first.")
    next: str | None


class ReadingsView(BaseModel):
    """Part of the readings of personal data."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_READING], "next": None}]})

    items: list[Reading] = Field(description="The newest first. What was read is not in it.")
    next: str | None


@router.get("/journal", operation_id="readJournal", summary="What administrators changed")
async def journal(
    who: SignedIn,
    session: ReadSession,
    deed: Annotated[Deed | None, Query()] = None,
    person: Annotated[str | None, Query(max_length=64, description="Who did it.")] = None,
    subject: Annotated[str | None, Query(max_length=64, description="Whom or what it concerned.")] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JournalView:
    """Changes to what lies in the caller's area, and to the rules, which concern everybody."""
    wanted = JournalFilter(deed=deed, person=person, subject=subject, since=since, until=until)
    page = await read_journal(session, who.principal, wanted, cursor, limit)
    return JournalView(items=list(page.items), next=page.next)


@router.get("/contact-reads", operation_id="listContactReads", summary="Who read personal data")
async def contact_reads(
    who: SignedIn,
    session: ReadSession,
    q: Annotated[str, Query(max_length=64, description="Part of the reader's name or login.")] = "",
    case: Annotated[str | None, Query(max_length=64)] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ReadingsView:
    """Every reading of a reporter's contact in full, for cases of the caller's area."""
    wanted = ReadFilter(words=q, case=case, since=since, until=until)
    page = await list_reads(session, who.principal, wanted, cursor, limit)
    return ReadingsView(items=list(page.items), next=page.next)
